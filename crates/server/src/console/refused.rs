//! Why a form or a page was refused: every error of the authority by name, in the console's own words.

use super::texts::{ENGLISH, Errors, Phrase};
use crate::problem::{Problem, ProblemKind};
use authority::{
    Error,
    error::{Conflict, Denied, Unproven},
};
use axum::response::{IntoResponse, Response};
use domain::{caller::Beyond, invalid::Invalid, token::Token};

/// Why something was refused.
#[derive(Debug)]
pub enum Refused {
    /// Fields break a rule; the form says so beside each.
    Fields(Invalid),
    /// It has to be signed, and was not.
    Unsigned,
    /// The token was deleted; these are the facts of its tombstone.
    Gone(Box<Token>),
    /// Somebody else changed it after the form was made.
    ChangedMeanwhile,
    /// It does not fit what is there; the form says this sentence.
    Sentence(ProblemKind, Phrase),
    /// Anything that no form can say: a page of its own does.
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<ProblemKind> for Refused {
    fn from(kind: ProblemKind) -> Self {
        Self::Problem(kind.into())
    }
}

impl From<Invalid> for Refused {
    fn from(invalid: Invalid) -> Self {
        Self::Fields(invalid)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        let t = &ENGLISH.errors;
        match error {
            Error::Invalid(invalid) => Self::Fields(invalid),
            Error::Unauthenticated => Self::Problem(ProblemKind::Unauthenticated.into()),
            Error::Denied(denied) => Self::Sentence(ProblemKind::Forbidden, denied_sentence(t, denied)),
            Error::NotFound => Self::Problem(ProblemKind::NotFound.into()),
            Error::Gone(token) => Self::Gone(token),
            Error::Conflict(conflict) => Self::Sentence(ProblemKind::Conflict, conflict_sentence(t, conflict).clone()),
            Error::RevisionChanged { revision: _ } => Self::ChangedMeanwhile,
            Error::PreviewChanged => Self::Sentence(ProblemKind::PreviewChanged, t.preview_changed.clone()),
            Error::Unproven(unproven) => unproven_refused(t, unproven),
            Error::SignInFailed => {
                Self::Sentence(ProblemKind::Unauthenticated, ENGLISH.entrance.sign_in_failed.clone())
            }
            Error::Throttled { retry_after } => {
                let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
                Self::Sentence(ProblemKind::TooManyRequests, t.throttled.with("seconds", &seconds.max(1)))
            }
            Error::Unavailable(cause) => {
                tracing::error!(%cause, "the request could not be served");
                Self::Problem(ProblemKind::Unavailable.into())
            }
            Error::OutcomeUnknown(cause) => {
                tracing::error!(%cause, "the outcome of a change is unknown");
                Self::Problem(ProblemKind::OutcomeUnknown.into())
            }
        }
    }
}

fn denied_sentence(t: &Errors, denied: Denied) -> Phrase {
    match denied {
        Denied::MissingScope(scope) => t.missing_scope.with("scope", &scope),
        Denied::Role => t.forbidden.clone(),
        Denied::OwnKey => t.own_key.clone(),
        Denied::Beyond(Beyond::Role(_)) => t.beyond_role.clone(),
        Denied::Beyond(Beyond::Scope(scope)) => t.beyond_scope.with("scope", &scope),
        Denied::Beyond(Beyond::OwnerScope(scope)) => t.beyond_owner_scope.with("scope", &scope),
    }
}

fn conflict_sentence(t: &Errors, conflict: Conflict) -> &Phrase {
    match conflict {
        Conflict::IdempotencyKeyReused => &t.repeated_differently,
        Conflict::IdempotencyKeyOutdated => &t.repeated,
        Conflict::LinkVoid => &t.link_void,
        Conflict::OwnerInactive => &t.owner_inactive,
        Conflict::TokenExpired => &t.token_expired,
        Conflict::TooManySecrets => &t.too_many_secrets,
        Conflict::SignerTaken => &t.signer_taken,
        Conflict::TooManySigners => &t.too_many_signers,
        Conflict::EmailTaken => &t.email_taken,
        Conflict::SlotTaken => &t.slot_taken,
        Conflict::NameTaken => &t.name_taken,
        Conflict::Immutable => &t.immutable,
        Conflict::PermissionArchived => &t.permission_archived,
        Conflict::AlreadyAssigned => &t.already_assigned,
        Conflict::LastAdministrator => &t.last_administrator,
        Conflict::AlreadySetUp => &t.already_set_up,
    }
}

fn unproven_refused(t: &Errors, unproven: Unproven) -> Refused {
    match unproven {
        Unproven::ActionMissing => Refused::Unsigned,
        Unproven::Action | Unproven::ActionOfAnother | Unproven::ActionSpent | Unproven::ActionVoid => {
            Refused::Sentence(ProblemKind::ActionRefused, t.action_refused.clone())
        }
        Unproven::Challenge | Unproven::ChallengeSpent | Unproven::Signer | Unproven::Signature => {
            Refused::Sentence(ProblemKind::ChallengeRefused, t.challenge_refused.clone())
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::Fields(invalid) => invalid.into(),
            Self::Unsigned => ProblemKind::ActionRequired.into(),
            Self::Gone(_) => ProblemKind::Gone.into(),
            Self::ChangedMeanwhile => ProblemKind::PreconditionFailed.into(),
            Self::Sentence(kind, sentence) => Problem::new(kind).detail(sentence.to_string()),
            Self::Problem(problem) => problem,
        };
        problem.into_response()
    }
}
