//! What the demonstration has at this door: an account of each type, with a token of all its modules.

use super::{
    account::AccountType,
    catalogue::MODULES,
    issue::{Draft, issue},
};
use authority::{Authority, Error, owners::OrganisationPatch};
use domain::{caller::Caller, facts::Facts, id::OrganisationId, name::Name};
use serde_json::{Map, Value};

/// Makes it in these organisations: the operator's, a vendor's and a client's. Says what scripts need to know.
///
/// # Errors
/// [`Error::Unavailable`] when the store does not answer.
pub async fn make(authority: &Authority, caller: &Caller, accounts: [OrganisationId; 3]) -> Result<Value, Error> {
    let types = [
        ("operations_token", AccountType::Operations),
        ("vendor_token", AccountType::Vendor),
        ("client_token", AccountType::Client),
    ];
    let mut made = Map::new();
    for (id, (key, account_type)) in accounts.into_iter().zip(types) {
        let patch = OrganisationPatch { facts: Some(account_type.facts()), ..OrganisationPatch::default() };
        let account = authority.update_organisation(caller, id, patch, None).await?;
        let draft = Draft {
            name: Name::parse("name", "Demonstration")?,
            description: "Made for the demonstration.".to_owned(),
            modules: MODULES.iter().filter(|module| module.is_for(account_type)).collect(),
            facts: Facts::default(),
        };
        let issued = issue(authority, caller, &account, draft).await?;
        made.insert(key.to_owned(), issued.secret.expose().into());
    }
    Ok(Value::Object(made))
}
