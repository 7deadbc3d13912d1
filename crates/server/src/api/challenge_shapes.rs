//! What has to be signed, as the native API shows it.

use super::answers::KindWord;
use crate::state::Server;
use authority::challenge::Challenge;
use domain::signer::Signer;
use serde::Serialize;
use utoipa::ToSchema;

/// What has to be signed.
#[derive(Serialize, ToSchema)]
#[schema(as = ActionChallenge)]
pub struct ChallengeShape {
    /// The challenge, which goes into the client data as it stands: a hash over the request, the caller, the
    /// signers and the end.
    challenge: String,
    /// Names the challenge; it comes back with the answer.
    challenge_identifier: String,
    /// Who may answer.
    signers: Vec<OfferShape>,
    /// The relying party of passkeys.
    relying_party_id: String,
    /// When the challenge is void.
    #[schema(format = "date-time")]
    expires_at: String,
}

impl ChallengeShape {
    /// Shows a challenge.
    pub fn new(challenge: &Challenge, server: &Server) -> Self {
        Self {
            challenge: challenge.text.clone(),
            challenge_identifier: challenge.identifier.clone(),
            signers: challenge.signers.iter().map(OfferShape::new).collect(),
            relying_party_id: server.relying_party().id,
            expires_at: challenge.expires_at.to_string(),
        }
    }
}

/// A signer that may answer a challenge.
#[derive(Serialize, ToSchema)]
#[schema(as = SignerOffer)]
pub struct OfferShape {
    /// What it is.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// The name under which it is offered.
    credential: String,
}

impl OfferShape {
    /// Shows an offer.
    pub fn new(signer: &Signer) -> Self {
        Self { kind: signer.kind.as_str(), credential: signer.credential.clone() }
    }
}
