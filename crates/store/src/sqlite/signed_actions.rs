//! What must be signed: the action that a caller signed is consumed with his change, and where there is
//! none, the journal refuses to tell what an organisation demands to be signed.
//!
//! The demand is checked where every change becomes an entry, so no verb and no door can forget it.

use super::{
    failure::{Failure, Result},
    nonce, owner_row, signers,
    transaction::Transaction,
};
use crate::{
    change::{Nonce, SpendChallenge},
    error::Refusal,
};
use domain::{
    caller::{Caller, Credential},
    id::OrganisationNumber,
    journal::{ActionSigned, Event},
    owner::Role,
    signer::SignedActions,
};
use rusqlite::{Connection, OptionalExtension, params};

/// The word for a change of what an organisation demands.
pub(crate) const DEMAND: &str = "signed_actions";

/// Whoever asks for a change that he has not signed.
#[derive(Clone, Copy)]
pub(crate) struct Unsigned {
    organisation: OrganisationNumber,
    /// True when his changes may reach every organisation.
    everywhere: bool,
}

/// Consumes the action that the caller signed, or remembers that he has signed none.
pub(crate) fn admit(transaction: &mut Transaction<'_>, caller: &Caller) -> Result<()> {
    let token = match caller.credential {
        Credential::Token(token) => signers::token_with_signer(transaction.connection, token)?.then_some(token),
        Credential::Session(_) => None,
    };
    transaction.own_key = token.is_some();
    let Some(action) = &caller.action else {
        if token.is_some() {
            return Err(Refusal::ActionRequired.into());
        }
        let everywhere = caller.role == Role::ApplicationAdministrator;
        transaction.unsigned = Some(Unsigned { organisation: caller.organisation_number, everywhere });
        return Ok(());
    };
    let nonce = Nonce { value: action.nonce, until: action.expires_at };
    nonce::consume(transaction, &nonce, Refusal::ActionSpent)?;
    signers::prove(transaction, caller.owner_number, token, &action.proof).map_err(|failure| match failure {
        Failure::Refused(Refusal::SignerEnded) => Refusal::ActionVoid.into(),
        other => other,
    })?;
    let signed = ActionSigned { signer: action.proof.signer, owner: caller.owner_number };
    transaction.append(Some(caller.organisation_number), None, Event::ActionSigned(signed))
}

/// Checks the right answer to a challenge that is consumed; a wrong one consumes it too.
pub(crate) fn spend(transaction: &mut Transaction<'_>, wanted: &SpendChallenge) -> Result<()> {
    let Some(proof) = &wanted.proof else { return Ok(()) };
    signers::prove(transaction, wanted.owner, wanted.token, proof)
}

/// What an organisation demands.
pub(crate) fn of(connection: &Connection, organisation: OrganisationNumber) -> Result<SignedActions> {
    let word: Option<String> = connection
        .prepare_cached("SELECT signed_actions FROM organisation WHERE number = ?1")?
        .query_row(params![organisation.0], |row| row.get(0))
        .optional()?;
    word.map_or(Ok(SignedActions::Off), |word| owner_row::signed_actions(&word))
}

/// Refuses an entry that should have been signed: by what its organisation demands, or the caller's own.
pub(crate) fn check(
    transaction: &mut Transaction<'_>,
    organisation: Option<OrganisationNumber>,
    event: &Event,
) -> Result<()> {
    let Some(unsigned) = transaction.unsigned else { return Ok(()) };
    let gravity = gravity(event);
    if gravity == Gravity::Free {
        return Ok(());
    }
    let demanded = |demanded| match demanded {
        SignedActions::Off => false,
        SignedActions::Destructive => gravity == Gravity::Destructive,
        SignedActions::All => true,
    };
    for concerned in [Some(unsigned.organisation), organisation].into_iter().flatten() {
        // A new demand begins with the next change; `organisations` guards the one that was there.
        if Some(concerned) == organisation && changes_demand(event) {
            continue;
        }
        if demanded(transaction.demand(concerned)?) {
            return Err(Refusal::ActionRequired.into());
        }
    }
    // What such a deletion takes with it is known step by step only.
    if unsigned.everywhere && matches!(event, Event::DeletionStarted(_)) && anywhere(transaction.connection)? {
        return Err(Refusal::ActionRequired.into());
    }
    Ok(())
}

/// True when the organisation of the caller, or this one, demands anything to be signed.
pub(crate) fn are_demanded(transaction: &mut Transaction<'_>, organisation: OrganisationNumber) -> Result<bool> {
    let Some(unsigned) = transaction.unsigned else { return Ok(false) };
    for concerned in [unsigned.organisation, organisation] {
        if transaction.demand(concerned)? != SignedActions::Off {
            return Ok(true);
        }
    }
    Ok(false)
}

fn anywhere(connection: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM organisation WHERE signed_actions <> 'off')";
    Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// How grave a change is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gravity {
    /// Nothing is ever demanded: it follows from something else, or its own rule guards it.
    Free,
    /// It gives, or changes without taking away.
    Constructive,
    /// It takes power away.
    Destructive,
}

fn gravity(event: &Event) -> Gravity {
    match event {
        // The answer to a request was lost: what it gave is given again.
        Event::TokenRotated(content) if content.repeated => Gravity::Constructive,
        Event::TokenDisabled(_)
        | Event::TokenRotated(_)
        | Event::TokenDeleted(_)
        | Event::DeletionStarted(_)
        | Event::PermissionRevoked(_)
        | Event::SignerDisabled(_)
        | Event::SignerRemoved(_) => Gravity::Destructive,
        Event::TokenUpdated(content) if takes_away(&content.changed) => Gravity::Destructive,
        // Whoever gets a link gets a signer with it, and could sign whatever is demanded.
        Event::OwnerCreated(content) if takes_away(&content.changed) => Gravity::Destructive,
        Event::OrganisationUpdated(content) if takes_away(&content.changed) => Gravity::Destructive,
        // Whoever changes his own password has shown the old one.
        Event::OwnerUpdated(content) if content.changed == ["password"] => Gravity::Free,
        Event::OwnerUpdated(content) if takes_away(&content.changed) => Gravity::Destructive,
        Event::PermissionUpdated(content) if takes_away(&content.changed) => Gravity::Destructive,
        Event::TokenIssued(_)
        | Event::TokenUpdated(_)
        | Event::TokenEnabled(_)
        | Event::OrganisationCreated(_)
        | Event::OrganisationUpdated(_)
        | Event::OwnerCreated(_)
        | Event::OwnerUpdated(_)
        | Event::PermissionCreated(_)
        | Event::PermissionUpdated(_)
        | Event::PermissionAssigned(_)
        // Whoever signs in himself asks for it without a credential; this is somebody who signs another in.
        | Event::SessionOpened(_)
        | Event::SignerEnabled(_) => Gravity::Constructive,
        // A signer comes with a token, or `signers` has a rule of its own.
        Event::SignerAdded(_)
        | Event::ActionSigned(_)
        | Event::SessionsClosed(_)
        | Event::RotationFinished(_)
        | Event::SecretsEnded(_)
        | Event::SecretsRehashed(_)
        | Event::DeletionFinished(_)
        | Event::QuarantineLifted(_) => Gravity::Free,
    }
}

fn changes_demand(event: &Event) -> bool {
    matches!(event, Event::OrganisationUpdated(content) if content.changed.iter().any(|word| word == DEMAND))
}

/// What a change may be of that takes power away, or gives the power to sign.
const GRAVE: [&str; 9] =
    ["active", "archived", "email", "expires_at", "invitation", "networks", "role", "scopes", DEMAND];

fn takes_away(changed: &[String]) -> bool {
    changed.iter().any(|word| GRAVE.contains(&word.as_str()))
}
