//! One change inside the writer's transaction: what it consumes, whether it is a repetition, and the
//! verb itself.

use super::{
    assignments, credentials, delete, deletion,
    failure::Result,
    idempotency::{self, Remembered},
    issue, nonce, organisations, owner_row, owners, permission_row, permissions, prune, quarantine, rehash, retire,
    rotate, service_accounts, sessions, set_up, signed_actions, signers, standing,
    transaction::Transaction,
    update, usage,
};
use crate::{
    change::{Change, InviteOwner, Outcome, SecretOfNumber, Verb},
    error::Refusal,
};
use domain::id::{DeletionId, OrganisationId, OwnerId, PermissionId, TokenId};

/// What a change made, before it is durable.
pub(crate) struct Made {
    /// The result.
    pub(crate) outcome: Outcome,
    /// True when an idempotency key found an earlier request's result.
    pub(crate) repeated: bool,
    /// The secret that the answer carries.
    serial: Option<i64>,
}

impl Made {
    fn new(outcome: Outcome) -> Self {
        Self { outcome, repeated: false, serial: None }
    }

    fn with_secret(outcome: Outcome, serial: i64) -> Self {
        Self { outcome, repeated: false, serial: Some(serial) }
    }
}

/// Makes a change, or what repeating it means.
pub(crate) fn apply(transaction: &mut Transaction<'_>, change: &Change) -> Result<Made> {
    if let Some(caller) = &change.caller {
        standing::check(transaction, caller)?;
        signed_actions::admit(transaction, caller)?;
    }
    if let Some(nonce) = &change.consumes {
        nonce::consume(transaction, nonce, Refusal::Consumed)?;
    }
    let Some(key) = &change.idempotency else { return verb(transaction, &change.verb) };
    let made = match idempotency::find(transaction, key)? {
        Some(remembered) => Made { repeated: true, ..repeat(transaction, &change.verb, &remembered)? },
        None => verb(transaction, &change.verb)?,
    };
    if let Some(subject) = subject(&made.outcome) {
        idempotency::remember(transaction, key, subject, made.serial)?;
    }
    Ok(made)
}

fn verb(transaction: &mut Transaction<'_>, verb: &Verb) -> Result<Made> {
    let outcome = match verb {
        Verb::IssueToken(wanted) => {
            return Ok(Made::with_secret(Outcome::Token(Box::new(issue::issue(transaction, wanted)?)), 1));
        }
        Verb::RotateToken(wanted) => {
            let (token, serial) = rotate::rotate(transaction, wanted)?;
            return Ok(Made::with_secret(Outcome::Token(Box::new(token)), serial));
        }
        Verb::UpdateToken(wanted) => Outcome::Token(Box::new(update::update(transaction, wanted)?)),
        Verb::SwitchToken(wanted) => Outcome::Token(Box::new(update::switch(transaction, wanted)?)),
        Verb::DisableTokens(wanted) => update::disable_all(transaction, wanted)?,
        Verb::FinishRotation(digest) => done(rotate::finish(transaction, *digest))?,
        Verb::DeleteTokens(wanted) => delete::delete(transaction, wanted)?,
        Verb::StartDeletion(wanted) => Outcome::Deletion(Box::new(deletion::start(transaction, wanted)?)),
        Verb::ContinueDeletion(id) => Outcome::Deletion(Box::new(deletion::proceed(transaction, *id)?)),
        Verb::CreateOrganisation(wanted) => {
            Outcome::Organisation(Box::new(organisations::create(transaction, wanted)?))
        }
        Verb::UpdateOrganisation(wanted) => {
            Outcome::Organisation(Box::new(organisations::update(transaction, wanted)?))
        }
        Verb::CreateOwner(wanted) => {
            let owner = Box::new(owners::create(transaction, wanted)?);
            // The credential revision that every user begins with.
            if wanted.invited { Outcome::Invited { owner, credential_revision: 1 } } else { Outcome::Owner(owner) }
        }
        Verb::UpdateOwner(wanted) => Outcome::Owner(Box::new(owners::update(transaction, wanted)?)),
        Verb::CreatePermission(wanted) => Outcome::Permission(Box::new(permissions::create(transaction, wanted)?)),
        Verb::UpdatePermission(wanted) => Outcome::Permission(Box::new(permissions::update(transaction, wanted)?)),
        Verb::AssignPermission(wanted) => Outcome::Assignment(Box::new(assignments::assign(transaction, wanted)?)),
        Verb::RevokeAssignment(wanted) => Outcome::Assignment(Box::new(assignments::revoke(transaction, wanted)?)),
        Verb::RetireOwner(wanted) => Outcome::Owner(Box::new(retire::retire(transaction, wanted)?)),
        Verb::InviteOwner(wanted) => {
            let (owner, credential_revision) = credentials::invite(transaction, wanted)?;
            Outcome::Invited { owner: Box::new(owner), credential_revision }
        }
        Verb::SetPassword(wanted) => Outcome::Owner(Box::new(credentials::set_password(transaction, wanted)?)),
        Verb::SwitchHolder(wanted) => Outcome::Owner(Box::new(credentials::switch_holder(transaction, wanted)?)),
        Verb::OpenSession(wanted) => done(sessions::open(transaction, wanted))?,
        Verb::CloseSessions(wanted) => done(sessions::close(transaction, wanted))?,
        Verb::AddSigner(wanted) => Outcome::Signer(Box::new(signers::add(transaction, wanted)?)),
        Verb::SwitchSigner(wanted) => Outcome::Signer(Box::new(signers::switch(transaction, wanted)?)),
        Verb::RegisterOwner(wanted) => Outcome::Owner(Box::new(signers::register(transaction, wanted)?)),
        Verb::SpendChallenge(wanted) => done(signed_actions::spend(transaction, wanted))?,
        Verb::CreateServiceAccount(wanted) => {
            let (account, token) = service_accounts::create(transaction, wanted)?;
            Outcome::ServiceAccount { account: Box::new(account), token: Box::new(token) }
        }
        Verb::SetUp(wanted) => {
            let (administrator, token) = set_up::set_up(transaction, wanted)?;
            Outcome::SetUp { administrator: Box::new(administrator), token: token.map(Box::new) }
        }
        Verb::RecoverAdministrator(wanted) => Outcome::Owner(Box::new(set_up::recover(transaction, wanted)?)),
        Verb::RecordUses(uses) => done(usage::record(transaction, uses))?,
        Verb::RehashSecrets(wanted) => done(rehash::rehash(transaction, wanted))?,
        Verb::LiftQuarantine(wanted) => done(quarantine::lift(transaction, wanted))?,
        Verb::Prune { origins_before } => Outcome::Pruned { more: prune::prune(transaction, *origins_before)? },
    };
    Ok(Made::new(outcome))
}

fn done(made: Result<()>) -> Result<Outcome> {
    made.map(|()| Outcome::Done)
}

/// What makes a repetition find this outcome; only creations and rotations are remembered.
fn subject(outcome: &Outcome) -> Option<[u8; 16]> {
    match outcome {
        Outcome::Token(token) => Some(token.id.bytes()),
        Outcome::Deletion(deletion) => Some(deletion.id.bytes()),
        Outcome::Organisation(organisation) => Some(organisation.id.bytes()),
        Outcome::Permission(permission) => Some(permission.id.bytes()),
        Outcome::Owner(owner) | Outcome::Invited { owner, .. } => Some(owner.id.bytes()),
        Outcome::Signer(_)
        | Outcome::ServiceAccount { .. }
        | Outcome::Disabled { .. }
        | Outcome::Deleted { .. }
        | Outcome::Assignment(_)
        | Outcome::SetUp { .. }
        | Outcome::Pruned { .. }
        | Outcome::Done => None,
    }
}

/// Answers a repeated request with what the first one made. Where the answer carried a secret, it was
/// lost with the answer, so a new one takes its place; any other verb is simply made again.
fn repeat(transaction: &mut Transaction<'_>, change: &Verb, first: &Remembered) -> Result<Made> {
    let outdated = Refusal::IdempotencyKeyOutdated;
    match change {
        Verb::IssueToken(wanted) => replace_lost(transaction, &wanted.access, first, &wanted.secret),
        Verb::RotateToken(wanted) => replace_lost(transaction, &wanted.access, first, &wanted.secret.clone().into()),
        Verb::StartDeletion(wanted) => {
            let id = DeletionId::from_bytes(first.subject);
            let found = deletion::find(transaction.connection, wanted.access.reach, id)?.ok_or(outdated)?;
            Ok(Made::new(Outcome::Deletion(Box::new(found))))
        }
        Verb::CreateOrganisation(_) => {
            let id = OrganisationId::from_bytes(first.subject);
            let found = owner_row::organisation(transaction.connection, id)?.ok_or(outdated)?;
            Ok(Made::new(Outcome::Organisation(Box::new(found))))
        }
        Verb::CreateOwner(wanted) => {
            let found = transaction.owner(OwnerId::from_bytes(first.subject))?;
            let reach = wanted.access.reach;
            let found = found.filter(|facts| reach.covers(facts.owner.organisation, facts.owner.number));
            let owner = found.ok_or(outdated)?.owner.clone();
            if !wanted.invited {
                return Ok(Made::new(Outcome::Owner(Box::new(owner))));
            }
            // The link was lost with the answer.
            let again = InviteOwner { access: wanted.access.clone(), owner: owner.id };
            verb(transaction, &Verb::InviteOwner(again))
        }
        Verb::CreatePermission(_) => {
            let found = permission_row::by_id(transaction.connection, PermissionId::from_bytes(first.subject))?;
            Ok(Made::new(Outcome::Permission(Box::new(found.ok_or(outdated)?))))
        }
        Verb::UpdateToken(_)
        | Verb::SwitchToken(_)
        | Verb::DisableTokens(_)
        | Verb::FinishRotation(_)
        | Verb::DeleteTokens(_)
        | Verb::ContinueDeletion(_)
        | Verb::UpdateOrganisation(_)
        | Verb::UpdateOwner(_)
        | Verb::UpdatePermission(_)
        | Verb::AssignPermission(_)
        | Verb::RevokeAssignment(_)
        | Verb::RetireOwner(_)
        | Verb::InviteOwner(_)
        | Verb::SetPassword(_)
        | Verb::SwitchHolder(_)
        | Verb::OpenSession(_)
        | Verb::CloseSessions(_)
        | Verb::AddSigner(_)
        | Verb::SwitchSigner(_)
        | Verb::RegisterOwner(_)
        | Verb::SpendChallenge(_)
        | Verb::CreateServiceAccount(_)
        | Verb::SetUp(_)
        | Verb::RecoverAdministrator(_)
        | Verb::RecordUses(_)
        | Verb::RehashSecrets(_)
        | Verb::LiftQuarantine(_)
        | Verb::Prune { .. } => verb(transaction, change),
    }
}

fn replace_lost(
    transaction: &mut Transaction<'_>,
    access: &domain::caller::Access,
    first: &Remembered,
    secret: &SecretOfNumber,
) -> Result<Made> {
    let Some(serial) = first.serial else { return Err(Refusal::IdempotencyKeyOutdated.into()) };
    let token = TokenId::from_bytes(first.subject);
    let (token, serial) = rotate::replace_lost(transaction, access, token, serial, secret)?;
    Ok(Made::with_secret(Outcome::Token(Box::new(token)), serial))
}
