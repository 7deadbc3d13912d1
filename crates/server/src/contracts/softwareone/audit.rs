//! What of a token last happened: its creation, and the newest event of each other kind.

use super::token_shapes::{AuditEvent, UserReference};
use authority::{Authority, Error};
use domain::caller::Caller;
use std::collections::BTreeMap;
use store::query::{
    JournalFilter, JournalRow,
    search::{FoundToken, Person},
};

/// The kinds of journal entries that are told, each under its own name.
const TOLD: [(&str, &str); 3] =
    [("updated", "token.updated"), ("disabled", "token.disabled"), ("enabled", "token.enabled")];

/// What of a token last happened, as far as the caller may read it.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_token(
    authority: &Authority,
    caller: &Caller,
    found: &FoundToken,
) -> Result<BTreeMap<&'static str, AuditEvent>, Error> {
    let token = &found.token;
    let mut audit = BTreeMap::from([("created", AuditEvent::new(token.created_at, Some(reference(&found.author))))]);
    if let Some(deleted) = &token.deleted {
        audit.insert("deleted", AuditEvent::new(deleted.at, found.deleter.as_ref().map(reference)));
    }
    if token.revision == 1 {
        return Ok(audit);
    }
    for (name, kind) in TOLD {
        let filter = JournalFilter { token: Some(token.id), kind: Some(kind.to_owned()), ..JournalFilter::default() };
        match authority.journal_part(caller, filter, 0, 1).await {
            // Whoever may not read the journal still sees when the token was created.
            Err(Error::Denied(_)) => break,
            read => audit.extend(read?.items.first().map(|row| (name, told(row)))),
        }
    }
    Ok(audit)
}

fn told(row: &JournalRow) -> AuditEvent {
    AuditEvent::new(row.entry.at, row.names.actor.as_ref().map(reference))
}

fn reference(person: &Person) -> UserReference {
    UserReference::new(person.number, &person.name)
}
