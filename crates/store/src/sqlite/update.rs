//! Changing a token's facts, and switching it off and on.

use super::{
    deletion,
    failure::{Result, taken_in},
    issue::{TAKEN, grant, labels_text},
    signers,
    token_row::{self, Rows, facts_text},
    transaction::Transaction,
};
use crate::{
    change::{DisableTokens, Outcome, SwitchToken, UpdateToken},
    error::Refusal,
};
use domain::{
    caller::{Access, Beyond},
    facts::{ContractFacts, Facts},
    id::TokenId,
    journal::{Event, TokenSwitched, TokenUpdated},
    time::Timestamp,
    token::{State, Token, has_passed},
};
use rusqlite::params;

/// Changes a token; without effect when everything already is as wanted.
pub(crate) fn update(transaction: &mut Transaction<'_>, wanted: &UpdateToken) -> Result<Token> {
    let before = find(transaction, &wanted.access, wanted.token, wanted.expects)?;
    let mut token = before.clone();
    let changed = apply(&mut token, wanted);
    if changed.is_empty() {
        return Ok(token);
    }
    let expired = before.expires_at.is_some_and(|expiry| has_passed(expiry, transaction.at));
    if expired && token.expires_at != before.expires_at {
        return Err(Refusal::TokenExpired.into());
    }
    check_widening(transaction, &wanted.access, &before, &token)?;
    write_changed(transaction, &mut token, &changed)?;
    Ok(token)
}

/// Disables or enables a token; without effect when it already is so.
pub(crate) fn switch(transaction: &mut Transaction<'_>, wanted: &SwitchToken) -> Result<Token> {
    let mut token = find(transaction, &wanted.access, wanted.token, wanted.expects)?;
    if token.disabled == wanted.disabled {
        return Ok(token);
    }
    if !wanted.disabled {
        check_worth(transaction, &wanted.access, &token)?;
    }
    token.disabled = wanted.disabled;
    signers::outdate_challenges(transaction, token.number)?;
    token.revision += 1;
    token.updated_at = transaction.at;
    write(transaction, &token)?;
    let digests = token_row::digests(transaction.connection, token.number)?;
    let switched = TokenSwitched { token: token.id, digests };
    let event = if token.disabled { Event::TokenDisabled(switched) } else { Event::TokenEnabled(switched) };
    transaction.append(Some(token.organisation_number), Some(token.number), event)?;
    deletion::except(transaction, token.number)?;
    Ok(token)
}

/// Disables several tokens in one change: those of them that work.
pub(crate) fn disable_all(transaction: &mut Transaction<'_>, wanted: &DisableTokens) -> Result<Outcome> {
    let mut tokens = 0;
    for id in &wanted.tokens {
        let found = token_row::find(transaction.connection, Rows::Live, wanted.access.reach, *id)?;
        if found.is_none_or(|token| token.state(transaction.at) != State::Active) {
            continue;
        }
        switch(transaction, &SwitchToken { access: wanted.access.clone(), token: *id, expects: None, disabled: true })?;
        tokens += 1;
    }
    Ok(Outcome::Disabled { tokens })
}

/// A live token within reach, at the revision that the caller expects.
pub(crate) fn find(transaction: &Transaction<'_>, access: &Access, id: TokenId, expects: Option<u64>) -> Result<Token> {
    let token = token_row::find(transaction.connection, Rows::Live, access.reach, id)?.ok_or(Refusal::NotFound)?;
    match expects {
        Some(revision) if revision != token.revision => {
            Err(Refusal::RevisionChanged { revision: token.revision }.into())
        }
        Some(_) | None => Ok(token),
    }
}

/// Takes over what is wanted, and names what that changed.
fn apply(token: &mut Token, wanted: &UpdateToken) -> Vec<&'static str> {
    let mut changed = Vec::new();
    replace(&mut token.name, wanted.name.as_ref(), "name", &mut changed);
    replace(&mut token.description, wanted.description.as_ref(), "description", &mut changed);
    replace(&mut token.scopes, wanted.scopes.as_ref(), "scopes", &mut changed);
    replace(&mut token.networks, wanted.networks.as_ref(), "networks", &mut changed);
    replace(&mut token.labels, wanted.labels.as_ref(), "labels", &mut changed);
    replace(&mut token.expires_at, wanted.expires_at.as_ref(), "expires_at", &mut changed);
    replace(&mut token.terms.slot, wanted.slot.clone().map(Some).as_ref(), "slot", &mut changed);
    replace_facts(&mut token.terms.facts, wanted.facts.as_ref(), &mut changed);
    changed
}

/// Takes over the facts of one contract, and names the contract when that changed anything.
pub(crate) fn replace_facts(facts: &mut Facts, wanted: Option<&ContractFacts>, changed: &mut Vec<&'static str>) {
    let Some(wanted) = wanted else { return };
    replace(facts, Some(&facts.clone().with(wanted.clone())), wanted.contract, changed);
}

/// Takes over one field, and names it when that changed anything.
pub(crate) fn replace<T: Clone + PartialEq>(
    field: &mut T,
    wanted: Option<&T>,
    word: &'static str,
    changed: &mut Vec<&'static str>,
) {
    if let Some(wanted) = wanted.filter(|wanted| **wanted != *field) {
        *field = wanted.clone();
        changed.push(word);
    }
}

/// What makes a token more powerful is handed out, so the caller must have it.
fn check_widening(transaction: &mut Transaction<'_>, access: &Access, before: &Token, after: &Token) -> Result<()> {
    let later = |expiry: Option<Timestamp>| expiry.map_or(i64::MAX, Timestamp::milliseconds);
    let new_scope = before.scopes.first_uncovered(&after.scopes).is_some();
    let wider = before.networks.is_some() && before.networks != after.networks;
    let longer = later(after.expires_at) > later(before.expires_at);
    if longer {
        transaction.expect_no_own_key()?;
    }
    if wider || longer {
        // More places or more time hand out everything that the token may do.
        check_worth(transaction, access, after)?;
    }
    if !new_scope {
        return Ok(());
    }
    let owner = transaction.owner(before.owner)?.ok_or(Refusal::OwnerNotFound)?;
    if owner.owner.role > access.role {
        return Err(Beyond::Role(owner.owner.role).into());
    }
    for scope in after.scopes.iter().filter(|scope| !before.scopes.cover(scope.as_str())) {
        if !access.scopes.cover(scope.as_str()) {
            return Err(Beyond::Scope(scope.clone()).into());
        }
        if !owner.ceiling.cover(scope.as_str()) {
            return Err(Beyond::OwnerScope(scope.clone()).into());
        }
    }
    Ok(())
}

/// Refuses to hand out a token as it is when it may do what the caller's credential may not: a secret is
/// worth what its token may do today.
pub(crate) fn check_worth(transaction: &mut Transaction<'_>, access: &Access, token: &Token) -> Result<()> {
    let owner = transaction.owner(token.owner)?.ok_or(Refusal::OwnerNotFound)?;
    Ok(access.may_hand_out(owner.owner.role, &token.scopes.intersection(&owner.ceiling))?)
}

/// Writes the changed fields of a token, and tells the journal.
pub(crate) fn write_changed(
    transaction: &mut Transaction<'_>,
    token: &mut Token,
    changed: &[&'static str],
) -> Result<()> {
    token.revision += 1;
    token.updated_at = transaction.at;
    write(transaction, token)?;
    let digests = token_row::digests(transaction.connection, token.number)?;
    let changed = changed.iter().map(|&word| word.to_owned()).collect();
    let event = Event::TokenUpdated(TokenUpdated { token: token.id, changed, grant: grant(token), digests });
    transaction.append(Some(token.organisation_number), Some(token.number), event)?;
    deletion::except(transaction, token.number)
}

fn write(transaction: &mut Transaction<'_>, token: &Token) -> Result<()> {
    let scope_set = transaction.scope_set(&token.scopes.to_string())?;
    let network_set = match &token.networks {
        Some(networks) => Some(transaction.network_set(&networks.to_string())?),
        None => None,
    };
    let updated = transaction
        .connection
        .prepare_cached(
            "UPDATE token SET name = ?2, description = ?3, scope_set = ?4, network_set = ?5, labels = ?6,
                expires_at = ?7, disabled = ?8, updated_at = ?9, revision = ?10, facts = ?11, slot = ?12
             WHERE number = ?1",
        )?
        .execute(params![
            token.number.0,
            token.name.as_str(),
            token.description,
            scope_set,
            network_set,
            labels_text(&token.labels)?,
            token.expires_at.map(Timestamp::milliseconds),
            token.disabled,
            token.updated_at.milliseconds(),
            token.revision,
            facts_text(&token.terms.facts)?,
            token.terms.slot,
        ]);
    taken_in(updated, &TAKEN, Refusal::NameTaken)?;
    Ok(())
}
