//! How the authority's errors become problems of the native API: every one by name.

use super::token_shapes::TokenShape;
use crate::problem::{Problem, ProblemKind};
use authority::{
    Error,
    error::{Conflict, Denied, Unproven},
};
use domain::{caller::Beyond, time::Timestamp};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(invalid) => invalid.into(),
            Error::Unauthenticated => Self::token_refused(),
            Error::Denied(denied) => denied_problem(denied),
            Error::NotFound => ProblemKind::NotFound.into(),
            Error::Gone(token) => {
                // A deleted token's state does not depend on the time of day.
                Self::new(ProblemKind::Gone).tombstone(&TokenShape::new(&token, Timestamp::from_milliseconds(0)))
            }
            Error::Conflict(conflict) => conflict_problem(conflict),
            Error::RevisionChanged { revision } => Self::new(ProblemKind::PreconditionFailed)
                .detail(format!("The record is at revision {revision} now: read it again, then decide again.")),
            Error::PreviewChanged => ProblemKind::PreviewChanged.into(),
            Error::Unproven(unproven) => unproven_problem(unproven),
            Error::SignInFailed => Self::new(ProblemKind::Unauthenticated)
                .detail("Email address and password do not belong together, or the account cannot sign in."),
            Error::Throttled { retry_after } => {
                Self::new(ProblemKind::TooManyRequests).detail("There were too many attempts.").retry_after(retry_after)
            }
            Error::Unavailable(cause) => {
                tracing::error!(%cause, "the request could not be served");
                ProblemKind::Unavailable.into()
            }
            Error::OutcomeUnknown(cause) => {
                tracing::error!(%cause, "the outcome of a change is unknown");
                ProblemKind::OutcomeUnknown.into()
            }
        }
    }
}

fn denied_problem(denied: Denied) -> Problem {
    let forbidden = |detail: String| Problem::new(ProblemKind::Forbidden).detail(detail);
    match denied {
        Denied::MissingScope(scope) => Problem::insufficient_scope(scope),
        Denied::OwnKey => forbidden(
            "A token with a key of its own issues no tokens, prolongs none, and changes nobody's signers.".to_owned(),
        ),
        Denied::Role => forbidden("Your role does not include this.".to_owned()),
        Denied::Beyond(Beyond::Role(role)) => forbidden(format!(
            "Nothing can be handed out in the name of an owner with the role {}, which is above yours.",
            role.as_str()
        )),
        Denied::Beyond(Beyond::Scope(scope)) => {
            forbidden(format!("Your own credential lacks the scope {scope}, so it cannot hand it out."))
        }
        Denied::Beyond(Beyond::OwnerScope(scope)) => {
            forbidden(format!("The owner of the token lacks the scope {scope}, so his tokens cannot have it."))
        }
    }
}

fn unproven_problem(unproven: Unproven) -> Problem {
    let problem = |kind: ProblemKind, detail: &'static str| Problem::new(kind).detail(detail);
    let challenge = |detail| problem(ProblemKind::ChallengeRefused, detail);
    let action = |detail| problem(ProblemKind::ActionRefused, detail);
    match unproven {
        Unproven::Challenge => challenge("The challenge was not made for this, or its time is over; ask for another."),
        Unproven::ChallengeSpent => challenge("The challenge was answered before; ask for another."),
        Unproven::Signer => challenge("The signer is not one of those that were offered, or may not sign."),
        Unproven::Signature => challenge("The signature is not one of the challenge by this signer."),
        Unproven::ActionMissing => {
            problem(ProblemKind::ActionRequired, "Sign this request first, and show the action in X-Jeton-Action.")
        }
        Unproven::Action => action("The signed action was not made here, or its time is over; sign the request again."),
        Unproven::ActionOfAnother => {
            action("The signed action is for another request, or was signed by somebody else; it is spent now.")
        }
        Unproven::ActionVoid => action("The signer of the action may not sign any more, or was switched meanwhile."),
        Unproven::ActionSpent => action("The signed action was used before; sign the request again."),
    }
}

fn conflict_problem(conflict: Conflict) -> Problem {
    let problem = |kind: ProblemKind, detail: &'static str| Problem::new(kind).detail(detail);
    match conflict {
        Conflict::IdempotencyKeyReused => {
            problem(ProblemKind::IdempotencyConflict, "This Idempotency-Key was used for another request.")
        }
        Conflict::IdempotencyKeyOutdated => problem(
            ProblemKind::IdempotencyConflict,
            "The token of this Idempotency-Key was rotated or deleted since; rotate it, or issue another.",
        ),
        Conflict::LinkVoid => {
            problem(ProblemKind::Conflict, "The link was used, replaced, or is too old; ask for another.")
        }
        Conflict::OwnerInactive => problem(ProblemKind::Conflict, "The owner, or its organisation, is not active."),
        Conflict::TokenExpired => {
            problem(ProblemKind::Conflict, "The token has expired, and what has expired stays expired.")
        }
        Conflict::TooManySecrets => problem(
            ProblemKind::Conflict,
            "Too many secrets of this token are still accepted; wait for their overlap to end.",
        ),
        Conflict::SlotTaken => problem(ProblemKind::Conflict, "The slot is held already."),
        Conflict::NameTaken => {
            problem(ProblemKind::Conflict, "Another token or permission has this name, where names are unique.")
        }
        Conflict::SignerTaken => problem(ProblemKind::Conflict, "Another signer is offered under this name."),
        Conflict::TooManySigners => problem(ProblemKind::Conflict, "There are as many signers as are allowed."),
        Conflict::Immutable => problem(ProblemKind::Conflict, "This cannot be changed by anybody."),
        Conflict::PermissionArchived => problem(ProblemKind::Conflict, "The permission is archived."),
        Conflict::AlreadyAssigned => problem(ProblemKind::Conflict, "The permission has been assigned already."),
        Conflict::EmailTaken => problem(ProblemKind::Conflict, "Another user has this email address."),
        Conflict::LastAdministrator => {
            problem(ProblemKind::Conflict, "This would leave no application administrator who can sign in.")
        }
        Conflict::AlreadySetUp => {
            problem(ProblemKind::Conflict, "The installation already has its first administrator.")
        }
    }
}
