//! Who is asking at this door, and what he may do beyond what role and scopes say anywhere.

use super::{
    account::AccountType,
    catalogue::{handed_out, manages_access, manages_platform},
};
use crate::{
    auth::{self, ClientAddress},
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::access::{self, Action};
use axum::extract::FromRequestParts;
use domain::{caller::Caller, owner::Role, secret::Secret};
use http::request::Parts;
use std::net::IpAddr;
use store::query::search::{Comparison, Condition, Operand, Value};

/// A caller who showed a token, with the token.
pub struct Bearer {
    /// The caller.
    pub caller: Caller,
    /// What he showed.
    pub shown: Secret,
    /// From where.
    pub address: Option<IpAddr>,
}

impl FromRequestParts<Server> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let shown = Secret::new(auth::bearer(&parts.headers)?.to_owned());
        let mut caller = auth::authenticate(server, parts, shown.expose()).await?;
        if manages_access(&caller.scopes) || manages_platform(&caller.scopes) {
            caller.hands_out = handed_out();
        }
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, server).await;
        Ok(Self { caller, shown, address })
    }
}

impl Bearer {
    /// True when he sees what was deleted.
    pub fn sees_deleted(&self) -> bool {
        self.manages_platform()
    }

    /// What tokens must fit for him to see them at all: the tokens of those who run the marketplace need
    /// a right of their own, even from whoever administers those of everybody else.
    pub fn sees_only(&self) -> Option<Condition> {
        let operations = Operand::Value(Value::Text("Operations".to_owned()));
        let hidden = Condition::Compare(AccountType::FIELD, Comparison::Equal, operations);
        (!self.may_enter(AccountType::Operations)).then(|| Condition::Not(Box::new(hidden)))
    }

    /// True when he may do anything in accounts of this type that lie within his reach.
    pub fn may_enter(&self, account: AccountType) -> bool {
        match account {
            AccountType::Operations => !self.manages_platform() || manages_access(&self.caller.scopes),
            AccountType::Vendor | AccountType::Client => true,
        }
    }

    /// Makes sure that he may change tokens, and see what comes of it.
    ///
    /// # Errors
    /// [`ProblemKind::InsufficientScope`].
    pub fn expect_to_change_tokens(&self) -> Result<(), Problem> {
        for action in [Action::SeeTokens, Action::ChangeTokens] {
            access::reach(&self.caller, action)?;
        }
        Ok(())
    }

    /// Makes sure that he may issue tokens for accounts, or those of the whole platform.
    ///
    /// # Errors
    /// [`ProblemKind::Forbidden`].
    pub fn expect_administrator(&self, platform: bool) -> Result<(), Problem> {
        let needed = if platform { Role::ApplicationAdministrator } else { Role::OrganisationAdministrator };
        if self.caller.role >= needed {
            return Ok(());
        }
        let detail = "Only administrators issue tokens here, and only those of the platform tokens for all of it.";
        Err(Problem::new(ProblemKind::Forbidden).detail(detail))
    }

    fn manages_platform(&self) -> bool {
        self.caller.role == Role::ApplicationAdministrator && manages_platform(&self.caller.scopes)
    }
}
