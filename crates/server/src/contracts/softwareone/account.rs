//! Accounts: organisations with a type, which is kept beside them.

use super::{CONTRACT, identifier};
use crate::problem::Problem;
use authority::Authority;
use domain::{
    caller::Caller,
    facts::{ContractFacts, Facts},
    invalid::Invalid,
    owner::Organisation,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::query::{
    OrganisationFilter, PageRequest,
    search::{Fact, Field},
};
use utoipa::ToSchema;

/// What kind of business an account is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum AccountType {
    /// Who runs the marketplace.
    Operations,
    /// Who sells in it.
    Vendor,
    /// Who buys in it.
    Client,
}

impl AccountType {
    /// Every type, as filters name them.
    pub const WORDS: &[&str] = &["Operations", "Vendor", "Client"];
    /// What an account is that nobody gave a type.
    const USUAL: Self = Self::Client;
    /// Where the store finds it for an organisation.
    pub const FIELD: Field = Field::OrganisationFact(Self::FACT, "Client");
    /// Where it is kept.
    pub const FACT: Fact = Fact { contract: CONTRACT, member: "type" };
    /// The word for those who run the marketplace.
    pub const OPERATIONS: &str = Self::WORDS[0];

    /// The type of an organisation with these facts.
    pub fn of(facts: &Facts) -> Self {
        facts.of::<AccountFacts>(CONTRACT).map_or(Self::USUAL, |facts| facts.r#type)
    }

    /// The facts of an organisation of this type.
    pub fn facts(self) -> ContractFacts {
        ContractFacts { contract: CONTRACT, facts: json!({"type": self}) }
    }
}

/// What is kept beside an organisation.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountFacts {
    r#type: AccountType,
}

/// Checks what an administrator wants to be known of an organisation here.
///
/// # Errors
/// When it is no object with a `type` alone.
pub fn check_facts(field: &str, facts: &Value) -> Result<(), Invalid> {
    let rule = "must be an object with a type of Operations, Vendor or Client";
    AccountFacts::deserialize(facts).map(|_| ()).map_err(|_| Invalid::field(field, rule))
}

/// An account as other records name it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AccountReference)]
pub struct AccountShape {
    /// Its identifier.
    #[schema(required = false, pattern = r"^ACC-\d{4}-\d{4}(-\d{4})*$")]
    id: String,
    /// Its address.
    #[schema(required = false)]
    href: String,
    /// What kind of business it is in.
    #[schema(required = false)]
    r#type: AccountType,
    /// `Active` or `Disabled`.
    #[schema(required = false)]
    status: &'static str,
    /// Its name.
    #[schema(required = false)]
    name: String,
}

impl AccountShape {
    /// The shape of an organisation.
    pub fn new(organisation: &Organisation) -> Self {
        let id = identifier::account(organisation.number);
        Self {
            href: format!("/accounts/accounts/{id}"),
            id,
            r#type: AccountType::of(&organisation.facts),
            status: if organisation.active { "Active" } else { "Disabled" },
            name: organisation.name.to_string(),
        }
    }
}

/// The account that a new token shall belong to: the one that is named, or else the caller's own.
///
/// # Errors
/// The same for what does not exist as for what lies outside the caller's reach.
pub async fn find(authority: &Authority, caller: &Caller, id: Option<&str>) -> Result<Organisation, Problem> {
    let filter = match id.map(identifier::parse_account) {
        None => OrganisationFilter { id: Some(caller.organisation), ..OrganisationFilter::default() },
        Some(Some(number)) => OrganisationFilter { number: Some(number), ..OrganisationFilter::default() },
        Some(None) => return Err(Problem::field("account.id", identifier::ACCOUNT_RULE)),
    };
    let page = authority.organisations(caller, filter, PageRequest { after: None, limit: 1 }).await?;
    page.items.into_iter().next().ok_or_else(|| Problem::field("account.id", "must be an account within your reach"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_without_a_type_is_a_clients() {
        let typed = |facts: Value| AccountType::of(&ContractFacts { contract: CONTRACT, facts }.into());
        assert_eq!(typed(json!({"type": "Vendor"})), AccountType::Vendor);
        assert_eq!((typed(json!({})), AccountType::of(&Facts::default())), (AccountType::Client, AccountType::Client));
    }

    #[test]
    fn only_a_type_is_kept() {
        for word in AccountType::WORDS {
            assert!(check_facts("x", &json!({"type": word})).is_ok());
        }
        for wrong in
            [json!(null), json!({}), json!({"type": "client"}), json!({"type": "Client", "x": 1}), json!("Client")]
        {
            assert!(check_facts("x", &wrong).is_err(), "{wrong}");
        }
    }
}
