//! Who is asking at this door, and what he may do beyond what role and scopes say anywhere.

use super::{
    account::AccountType,
    catalogue::{handed_out, manages_access, manages_platform},
    seats,
};
use crate::{
    auth,
    problem::{Problem, ProblemKind},
    state::Server,
};
use authority::access::{self, Action};
use axum::extract::FromRequestParts;
use domain::{caller::Caller, origin::Origin, owner::Role, secret::Secret};
use http::request::Parts;
use store::query::search::{Comparison, Condition, Operand, Value};

/// A caller who showed a token, with the token.
pub struct Bearer {
    /// The caller.
    pub caller: Caller,
    /// What he showed.
    pub shown: Secret,
    manages_platform: bool,
}

impl FromRequestParts<Server> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Server) -> Result<Self, Problem> {
        let shown = Secret::new(auth::bearer(&parts.headers)?.to_owned());
        Self::of(server, shown, &auth::origin(parts)).await
    }
}

impl Bearer {
    /// Whoever shows this secret from there, with what he may do at this moment.
    async fn of(server: &Server, shown: Secret, origin: &Origin) -> Result<Self, Problem> {
        let authority = &server.authority;
        let mut caller = auth::named(authority.authenticate(shown.expose(), origin).await?);
        let mut runs_platform = false;
        if caller.role == Role::ApplicationAdministrator && manages_platform(&caller.scopes) {
            let account = AccountType::of(&authority.own_organisation(&caller).await?.facts);
            runs_platform = account == AccountType::Operations;
            // What was made for those who run the marketplace is worth nothing once they do not.
            if !runs_platform && authority.own_record(&caller).await?.slot.as_deref() == Some(seats::PLATFORM) {
                let detail = "The account of this token does not run the marketplace any more.";
                return Err(Problem::new(ProblemKind::Forbidden).detail(detail));
            }
        }
        if manages_access(&caller.scopes) || runs_platform {
            caller.hands_out = handed_out(runs_platform);
        }
        Ok(Self { caller, shown, manages_platform: runs_platform })
    }

    /// The same caller with what he may do now.
    ///
    /// # Errors
    /// When his token does not work any more.
    pub async fn renewed(self, server: &Server) -> Result<Self, Problem> {
        Self::of(server, self.shown, &self.caller.origin).await
    }

    /// True when he sees what was deleted.
    pub fn sees_deleted(&self) -> bool {
        self.manages_platform
    }

    /// What tokens must fit for him to see them at all: the tokens of those who run the marketplace need
    /// a right of their own, even from whoever administers those of everybody else.
    pub fn sees_only(&self) -> Option<Condition> {
        let operations = Operand::Value(Value::Text(AccountType::OPERATIONS.to_owned()));
        let hidden = Condition::Compare(AccountType::FIELD, Comparison::Equal, operations);
        (!self.may_enter(AccountType::Operations)).then(|| Condition::Not(Box::new(hidden)))
    }

    /// True when he may do anything in accounts of this type that lie within his reach.
    pub fn may_enter(&self, account: AccountType) -> bool {
        match account {
            AccountType::Operations => !self.manages_platform || manages_access(&self.caller.scopes),
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
}
