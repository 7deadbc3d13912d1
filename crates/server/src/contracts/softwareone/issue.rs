//! New tokens: each speaks for its account itself, or for whoever runs the platform.

use super::{
    account::AccountType,
    catalogue::{self, Module},
    seats,
    token_input::check_modules,
    token_shapes::FORM,
};
use authority::{
    Authority, Error,
    error::{Conflict, Denied},
    issue::{Issued, NewToken},
};
use domain::{
    caller::{Beyond, Caller},
    facts::Facts,
    name::{Labels, Name},
    owner::Organisation,
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
    if !account.active {
        return Err(Error::Conflict(Conflict::OwnerInactive));
    }
    let new = NewToken {
        key: None,
        name: draft.name,
        description: draft.description,
        owner: Some(seats::fill(authority, account, platform).await?.id),
        scopes: Some(scopes),
        networks: None,
        labels: Labels::default(),
        expires_at: None,
        terms: Terms { form: Some(FORM), facts: draft.facts, ..Terms::default() },
        permission: None,
    };
    authority.issue(caller, new, None).await
}
