//! How the authority's errors become problems of the native API: every one by name.

use super::token_shapes::TokenShape;
use crate::problem::{Problem, ProblemKind};
use authority::{
    Error,
    error::{Conflict, Denied},
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
        Conflict::NameTaken => problem(ProblemKind::Conflict, "Another token has this name, where names are unique."),
        Conflict::EmailTaken => problem(ProblemKind::Conflict, "Another user has this email address."),
        Conflict::LastAdministrator => {
            problem(ProblemKind::Conflict, "This would leave no application administrator who can sign in.")
        }
        Conflict::AlreadySetUp => {
            problem(ProblemKind::Conflict, "The installation already has its first administrator.")
        }
    }
}
