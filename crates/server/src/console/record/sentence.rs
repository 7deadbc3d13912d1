//! Sentences about journal entries: one for every kind of event, with its object in the middle.

use super::names::Names;
use crate::console::texts::{Journal, Phrase};
use domain::{
    id::PermissionId,
    journal::{Event, OrganisationChanged, OwnerChanged},
    owner::OwnerKind,
};

/// A sentence around its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// What stands before the object; all of it where there is none.
    pub before: String,
    /// What stands behind it.
    pub after: String,
}

impl Sentence {
    /// What an event says.
    pub fn of(t: &Journal, names: &Names, event: &Event) -> Self {
        // The sentence is parted first: what is filled in never names the object.
        let (before, after) = phrase(t, names, event).around("object");
        Self { before: filled(t, names, event, before), after: filled(t, names, event, after) }
    }

    /// The sentence as one text.
    pub fn with(&self, object: &str) -> String {
        format!("{}{object}{}", self.before, self.after)
    }
}

fn filled(t: &Journal, names: &Names, event: &Event, part: Phrase) -> String {
    let filled = match event {
        Event::TokenUpdated(updated) => part.with("changed", &words(t, &updated.changed)),
        Event::OrganisationCreated(changed) | Event::OrganisationUpdated(changed) => {
            part.with("changed", &words(t, &changed.changed))
        }
        Event::PermissionCreated(changed) | Event::PermissionUpdated(changed) => {
            part.with("changed", &words(t, &changed.changed))
        }
        Event::OwnerCreated(changed) | Event::OwnerUpdated(changed) => {
            let kind = match changed.kind {
                OwnerKind::User => &t.user,
                OwnerKind::ServiceAccount => &t.service_account,
            };
            part.filled(&[("kind", kind), ("changed", &words(t, &changed.changed))])
        }
        Event::PermissionAssigned(assigned) | Event::PermissionRevoked(assigned) => {
            names.permission(assigned.permission).map_or(part.clone(), |name| part.with("permission", name))
        }
        Event::TokenDeleted(deleted) => part.with("reason", &deleted.reason.as_deref().unwrap_or_default()),
        Event::DeletionStarted(marked) | Event::DeletionFinished(marked) => part.count(marked.tokens),
        Event::TokenIssued(_)
        | Event::TokenDisabled(_)
        | Event::TokenEnabled(_)
        | Event::TokenRotated(_)
        | Event::RotationFinished(_)
        | Event::SecretsEnded(_)
        | Event::SecretsRehashed(_)
        | Event::SessionOpened(_)
        | Event::SessionsClosed(_)
        | Event::SignerAdded(_)
        | Event::SignerEnabled(_)
        | Event::SignerDisabled(_)
        | Event::SignerRemoved(_)
        | Event::ActionSigned(_)
        | Event::QuarantineLifted(_) => part,
    };
    filled.to_string()
}

fn phrase<'a>(t: &'a Journal, names: &Names, event: &Event) -> &'a Phrase {
    let is_named = |id: PermissionId| names.permission(id).is_some();
    match event {
        Event::TokenIssued(_) => &t.token_issued,
        Event::TokenUpdated(_) => &t.token_updated,
        Event::TokenDisabled(_) => &t.token_disabled,
        Event::TokenEnabled(_) => &t.token_enabled,
        Event::TokenRotated(_) => &t.token_rotated,
        Event::RotationFinished(_) => &t.rotation_finished,
        Event::SecretsEnded(_) => &t.secrets_ended,
        Event::TokenDeleted(deleted) if deleted.reason.is_some() => &t.token_deleted_because,
        Event::TokenDeleted(_) => &t.token_deleted,
        Event::SecretsRehashed(_) => &t.secrets_rehashed,
        Event::OrganisationCreated(_) => &t.organisation_created,
        Event::OrganisationUpdated(changed) => organisation_updated(t, changed),
        Event::OwnerCreated(_) => &t.owner_created,
        Event::OwnerUpdated(changed) => owner_updated(t, changed),
        Event::PermissionCreated(_) => &t.permission_created,
        Event::PermissionUpdated(_) => &t.permission_updated,
        Event::PermissionAssigned(assigned) if is_named(assigned.permission) => &t.permission_assigned_named,
        Event::PermissionAssigned(_) => &t.permission_assigned,
        Event::PermissionRevoked(revoked) if is_named(revoked.permission) => &t.permission_revoked_named,
        Event::PermissionRevoked(_) => &t.permission_revoked,
        Event::SessionOpened(_) => &t.session_opened,
        Event::SessionsClosed(closed) if closed.session.is_some() => &t.session_closed,
        Event::SessionsClosed(_) => &t.sessions_closed,
        Event::SignerAdded(_) => &t.signer_added,
        Event::SignerEnabled(_) => &t.signer_enabled,
        Event::SignerDisabled(_) => &t.signer_disabled,
        Event::SignerRemoved(_) => &t.signer_removed,
        Event::ActionSigned(_) => &t.action_signed,
        Event::DeletionStarted(_) => &t.deletion_started,
        Event::DeletionFinished(_) => &t.deletion_finished,
        Event::QuarantineLifted(_) => &t.quarantine_lifted,
    }
}

fn organisation_updated<'a>(t: &'a Journal, changed: &OrganisationChanged) -> &'a Phrase {
    match (only(&changed.changed), changed.active) {
        (Some("active"), true) => &t.organisation_activated,
        (Some("active"), false) => &t.organisation_deactivated,
        (_, _) => &t.organisation_updated,
    }
}

fn owner_updated<'a>(t: &'a Journal, changed: &OwnerChanged) -> &'a Phrase {
    match (only(&changed.changed), changed.active) {
        (Some("active"), true) => &t.owner_activated,
        (Some("active"), false) => &t.owner_deactivated,
        (Some("invitation"), _) => &t.owner_linked,
        (Some("password"), _) => &t.owner_password,
        (_, _) => &t.owner_updated,
    }
}

fn only(changed: &[String]) -> Option<&str> {
    match changed {
        [word] => Some(word),
        _ => None,
    }
}

/// The words for what changed. The name of a contract stands for its facts; what none knows is said as it is.
fn words(t: &Journal, changed: &[String]) -> String {
    let word = |word: &String| match word.as_str() {
        "name" => t.changed_name.to_string(),
        "description" => t.changed_description.to_string(),
        "scopes" => t.changed_scopes.to_string(),
        "networks" => t.changed_networks.to_string(),
        "labels" => t.changed_labels.to_string(),
        "expires_at" => t.changed_expires_at.to_string(),
        "email" => t.changed_email.to_string(),
        "role" => t.changed_role.to_string(),
        "active" => t.changed_active.to_string(),
        "password" => t.changed_password.to_string(),
        "invitation" => t.changed_invitation.to_string(),
        "signed_actions" => t.changed_signed_actions.to_string(),
        "archived" => t.changed_archived.to_string(),
        "softwareone" => t.changed_softwareone.to_string(),
        "vectorai" => t.changed_vectorai.to_string(),
        "dfns" => t.changed_dfns.to_string(),
        "rncv" => t.changed_rncv.to_string(),
        other => other.to_owned(),
    };
    changed.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// What a kind of event is called in a list of kinds; none for a word that is no kind.
pub fn kind<'a>(t: &'a Journal, kind: &str) -> Option<&'a Phrase> {
    Some(match kind {
        "token.issued" => &t.kind_token_issued,
        "token.updated" => &t.kind_token_updated,
        "token.disabled" => &t.kind_token_disabled,
        "token.enabled" => &t.kind_token_enabled,
        "token.rotated" => &t.kind_token_rotated,
        "token.rotation_finished" => &t.kind_rotation_finished,
        "token.secrets_ended" => &t.kind_secrets_ended,
        "token.deleted" => &t.kind_token_deleted,
        "secrets.rehashed" => &t.kind_secrets_rehashed,
        "organisation.created" => &t.kind_organisation_created,
        "organisation.updated" => &t.kind_organisation_updated,
        "owner.created" => &t.kind_owner_created,
        "owner.updated" => &t.kind_owner_updated,
        "permission.created" => &t.kind_permission_created,
        "permission.updated" => &t.kind_permission_updated,
        "permission.assigned" => &t.kind_permission_assigned,
        "permission.revoked" => &t.kind_permission_revoked,
        "session.opened" => &t.kind_session_opened,
        "session.closed" => &t.kind_session_closed,
        "signer.added" => &t.kind_signer_added,
        "signer.enabled" => &t.kind_signer_enabled,
        "signer.disabled" => &t.kind_signer_disabled,
        "signer.removed" => &t.kind_signer_removed,
        "action.signed" => &t.kind_action_signed,
        "deletion.started" => &t.kind_deletion_started,
        "deletion.finished" => &t.kind_deletion_finished,
        "quarantine.lifted" => &t.kind_quarantine_lifted,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Contract, console::texts::ENGLISH};

    /// An event of each kind, as the journal keeps it.
    fn events() -> Vec<Event> {
        let id = "019a0000-0000-7000-8000-000000000001";
        let digest = "AAAAAAAAAAAAAAAAAAAAAA";
        let body = |kind: &str| {
            // Every field that any kind has; each takes its own.
            let text = format!(
                r#"{{"token":"{id}","number":1,"owner":{},"scopes":[],"digest":"{digest}","name":"a","changed":["name"],
                "digests":[],"model":"{digest}","ends":[],"key":1,"organisation":"{id}","active":true,"kind":"user",
                "role":"member","permission":"{id}","archived":false,"assignment":"{id}","session":"{id}",
                "signer":"{id}","deletion":"{id}","tokens":2,"denials_replayed":0}}"#,
                if kind.starts_with("owner.") { format!("\"{id}\"") } else { "1".to_owned() }
            );
            Event::parse(kind, &text).unwrap_or_else(|error| panic!("{kind}: {error}"))
        };
        Event::KINDS.iter().map(|kind| body(kind)).collect()
    }

    #[test]
    fn every_kind_of_event_has_a_sentence_and_a_name() {
        let t = &ENGLISH.journal;
        for event in events() {
            let sentence = Sentence::of(t, &Names::default(), &event).with("it");
            assert!(!sentence.contains(['{', '}', '|']) && sentence.len() > 10, "{}: {sentence}", event.kind());
            assert!(kind(t, event.kind()).is_some(), "{} has no name", event.kind());
        }
        assert_eq!(kind(t, "token.undeleted"), None);
    }

    #[test]
    fn what_changed_of_a_contract_is_said_in_words_that_people_know() {
        for contract in Contract::ALL {
            let said = words(&ENGLISH.journal, &["name".to_owned(), contract.name().to_owned()]);
            assert!(said.starts_with("name, ") && said.ends_with(" settings"), "{said}");
        }
    }
}
