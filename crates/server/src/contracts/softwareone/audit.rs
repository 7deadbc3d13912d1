//! What of a token last happened: its creation, its newest change, and the newest event of some kinds.

use super::{
    account::AccountShape,
    token_shapes::{AuditEvent, UserReference},
};
use authority::{Authority, Error};
use domain::{caller::Caller, time::Timestamp};
use std::collections::BTreeMap;
use store::query::{
    JournalFilter, JournalRow,
    search::{FoundToken, Person},
};

/// The kinds of journal entries that are told, each under its own name.
const TOLD: [(&str, &str); 2] = [("disabled", "token.disabled"), ("enabled", "token.enabled")];
/// As many entries of a token are read at once; hardly any has more.
const RECENT: usize = 20;

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
    let event = |at: Timestamp, by: Option<&Person>| {
        AuditEvent::new(at, by.map(UserReference::new), AccountShape::new(&found.organisation))
    };
    let mut audit = BTreeMap::from([("created", event(token.created_at, Some(&found.author)))]);
    if let Some(deleted) = &token.deleted {
        audit.insert("deleted", event(deleted.at, found.deleter.as_ref()));
    }
    if token.revision == 1 {
        return Ok(audit);
    }
    let of = JournalFilter { token: Some(token.id), ..JournalFilter::default() };
    let recent = match authority.journal_part(caller, of.clone(), 0, RECENT, u64::MAX).await {
        // Whoever may not read the journal still sees when the token was created and changed.
        Err(Error::Denied(_)) => {
            audit.insert("updated", event(token.updated_at, None));
            return Ok(audit);
        }
        read => read?,
    };
    // Every change counts, so that this is the instant by which lists are filtered.
    let change = recent.items.iter().find(|row| row.entry.at == token.updated_at && !is_end(row));
    audit.insert("updated", event(token.updated_at, change.and_then(|row| row.names.actor.as_ref())));
    for (name, kind) in TOLD {
        let newest = recent.items.iter().find(|row| row.entry.event.kind() == kind);
        let told = match newest {
            None if recent.total > recent.items.len() as u64 => {
                let filter = JournalFilter { kind: Some(kind.to_owned()), ..of.clone() };
                let older = authority.journal_part(caller, filter, 0, 1, 1).await?;
                older.items.first().map(|row| event(row.entry.at, row.names.actor.as_ref()))
            }
            newest => newest.map(|row| event(row.entry.at, row.names.actor.as_ref())),
        };
        audit.extend(told.map(|told| (name, told)));
    }
    Ok(audit)
}

/// True for the entry of a deletion, which is told under its own name.
fn is_end(row: &JournalRow) -> bool {
    row.entry.event.kind() == "token.deleted"
}
