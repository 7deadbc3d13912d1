//! New tokens: each speaks for its account itself, or for whoever runs the platform.

use super::{
    account::AccountType,
    catalogue::{self, Module},
    token_input::check_modules,
    token_shapes::FORM,
};
use authority::{
    Authority, Error,
    error::Denied,
    issue::{Issued, NewToken},
    seats::Seat,
};
use domain::{
    caller::{Beyond, Caller},
    facts::Facts,
    id::OwnerId,
    name::{Labels, Name},
    owner::{Organisation, OwnerKind, Role},
    token::Terms,
};

/// What a new token shall be.
pub struct Draft {
    /// Its name.
    pub name: Name,
    /// Its description, possibly empty.
    pub description: String,
    /// Its modules.
    pub modules: Vec<&'static Module>,
    /// What is kept beside it.
    pub facts: Facts,
}

/// Issues a token of an account that the caller reaches.
///
/// # Errors
/// When its modules are not for such accounts, or the caller may not hand them out.
pub async fn issue(
    authority: &Authority,
    caller: &Caller,
    account: &Organisation,
    draft: Draft,
) -> Result<Issued, Error> {
    check_modules(&draft.modules, AccountType::of(&account.facts))?;
    let platform = draft.modules.iter().any(|module| module.is_platform());
    let scopes = catalogue::scopes_of(draft.modules);
    // Whoever may not is told so before anything is made for him.
    if let Some(scope) = caller.scopes.union(&caller.hands_out).first_uncovered(&scopes) {
        return Err(Error::Denied(Denied::Beyond(Beyond::Scope(scope.clone()))));
    }
    let new = NewToken {
        name: draft.name,
        description: draft.description,
        owner: Some(seat(authority, account, platform).await?),
        scopes: Some(scopes),
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms { form: Some(FORM), facts: draft.facts, ..Terms::default() },
    };
    authority.issue(caller, new, None).await
}

/// Whom the tokens of an account speak for.
async fn seat(authority: &Authority, account: &Organisation, platform: bool) -> Result<OwnerId, Error> {
    let (slot, name, role) = if platform {
        ("softwareone-platform", "SoftwareOne platform", Role::ApplicationAdministrator)
    } else {
        ("softwareone", "SoftwareOne account", Role::OrganisationAdministrator)
    };
    let seat = Seat { slot, kind: OwnerKind::ServiceAccount, name: Name::parse("name", name)?, role };
    Ok(authority.seat(account.id, seat).await?.id)
}
