//! The kinds of events: what can happen, under the word by which filters and the chain know it.

use super::content::{
    ActionSigned, DeletionMarked, OrganisationChanged, OwnerChanged, PermissionAssigned, PermissionChanged,
    QuarantineLifted, RotationFinished, SecretsEnded, SecretsRehashed, SessionOpened, SessionsClosed, SignerChanged,
    TokenDeleted, TokenIssued, TokenRotated, TokenSwitched, TokenUpdated,
};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident($body:ty) = $kind:literal,)*) => {
        /// What happened.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $($(#[$doc])* $variant($body),)*
        }

        impl Event {
            /// Every kind there is, as filters name them.
            pub const KINDS: &[&str] = &[$($kind),*];

            /// The word for what happened, such as `token.deleted`.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)*
                }
            }

            /// The content as JSON text, as it is stored and chained.
            ///
            /// # Errors
            /// Never for these types; the signature is serde's.
            pub fn body(&self) -> serde_json::Result<String> {
                match self {
                    $(Self::$variant(body) => serde_json::to_string(body),)*
                }
            }

            /// Reads an event back from its kind and content.
            ///
            /// # Errors
            /// When the kind is unknown or the content is not that kind's.
            pub fn parse(kind: &str, body: &str) -> serde_json::Result<Self> {
                match kind {
                    $($kind => serde_json::from_str(body).map(Self::$variant),)*
                    _ => Err(serde::de::Error::custom(format_args!("unknown kind of event {kind}"))),
                }
            }
        }
    };
}

events! {
    /// A token was issued.
    TokenIssued(TokenIssued) = "token.issued",
    /// A token was changed.
    TokenUpdated(TokenUpdated) = "token.updated",
    /// A token was disabled.
    TokenDisabled(TokenSwitched) = "token.disabled",
    /// A token was enabled again.
    TokenEnabled(TokenSwitched) = "token.enabled",
    /// A token got a new secret.
    TokenRotated(TokenRotated) = "token.rotated",
    /// A rotation ended by the first use of the new secret.
    RotationFinished(RotationFinished) = "token.rotation_finished",
    /// Secrets were ended again when a store that lost history was put back to work.
    SecretsEnded(SecretsEnded) = "token.secrets_ended",
    /// A token was deleted.
    TokenDeleted(TokenDeleted) = "token.deleted",
    /// Secrets were digested anew after a change of the server key.
    SecretsRehashed(SecretsRehashed) = "secrets.rehashed",
    /// An organisation was created.
    OrganisationCreated(OrganisationChanged) = "organisation.created",
    /// An organisation was changed, deactivated or reactivated.
    OrganisationUpdated(OrganisationChanged) = "organisation.updated",
    /// A user or service account was created.
    OwnerCreated(OwnerChanged) = "owner.created",
    /// A user or service account was changed, deactivated or reactivated.
    OwnerUpdated(OwnerChanged) = "owner.updated",
    /// A permission was created.
    PermissionCreated(PermissionChanged) = "permission.created",
    /// A permission was changed, archived or taken out of the archive.
    PermissionUpdated(PermissionChanged) = "permission.updated",
    /// A permission was given to somebody.
    PermissionAssigned(PermissionAssigned) = "permission.assigned",
    /// A permission was taken from somebody.
    PermissionRevoked(PermissionAssigned) = "permission.revoked",
    /// A user signed in.
    SessionOpened(SessionOpened) = "session.opened",
    /// Sessions were ended.
    SessionsClosed(SessionsClosed) = "session.closed",
    /// A key or passkey was registered.
    SignerAdded(SignerChanged) = "signer.added",
    /// A key or passkey may sign again.
    SignerEnabled(SignerChanged) = "signer.enabled",
    /// A key or passkey may not sign any more.
    SignerDisabled(SignerChanged) = "signer.disabled",
    /// A key or passkey is gone for good.
    SignerRemoved(SignerChanged) = "signer.removed",
    /// A change was signed; the entries of the change follow.
    ActionSigned(ActionSigned) = "action.signed",
    /// A deletion in steps began.
    DeletionStarted(DeletionMarked) = "deletion.started",
    /// A deletion in steps ended.
    DeletionFinished(DeletionMarked) = "deletion.finished",
    /// A store that lost history was put back to work.
    QuarantineLifted(QuarantineLifted) = "quarantine.lifted",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{OwnerNumber, TokenId},
        secret::Digest,
    };

    #[test]
    fn an_event_reads_back_as_it_was_written() {
        let event = Event::TokenDeleted(TokenDeleted {
            token: TokenId::from_bytes([7; 16]),
            owner: OwnerNumber(3),
            digests: vec![Digest::from_bytes([9; 16])],
            reason: Some("leaked \"here\"".to_owned()),
            deletion: None,
        });
        assert_eq!(Event::parse(event.kind(), &event.body().unwrap()).unwrap(), event);
        assert!(Event::parse("token.undeleted", "{}").is_err());
    }
}
