//! Why a request is refused, in the words and with the statuses of Dfns.

use super::shape;
use crate::problem::{Problem, ProblemKind};
use authority::{Error, error::Unproven};
use axum::response::{IntoResponse, Response};
use domain::invalid::Invalid;
use http::StatusCode;
use serde_json::json;

/// The field of the header that a signed request carries.
pub const ACTION_FIELD: &str = "X-DFNS-USERACTION";
/// What is said of a signed action that is missing or void.
const ACTION: &str = "user action signature is missing or invalid";
/// What is said of a challenge that is void.
const CHALLENGE: &str = "Challenge token is not valid.";
/// What is said to whoever answers with something else than one of his credentials.
const CREDENTIAL: &str = "User does not have a credential that can be used for the application.";

/// A refusal.
#[derive(Debug)]
pub enum Refused {
    /// Of a kind that every surface knows.
    Problem(Problem),
    /// Another record has the name that the client gave it.
    Duplicate {
        /// The identifier of that record.
        id: String,
        /// The name.
        external_id: String,
    },
}

impl Refused {
    /// A call that whoever is asking may not make.
    pub fn forbidden(message: &'static str) -> Self {
        Problem::new(ProblemKind::Forbidden).detail(message).into()
    }

    /// Nothing of this identifier is within reach.
    pub fn not_found() -> Self {
        ProblemKind::NotFound.into()
    }

    /// A signed action that is missing or void, and why.
    pub fn action(rule: &'static str) -> Self {
        Problem::field(ACTION_FIELD, rule).of_kind(ProblemKind::Forbidden).detail(ACTION).into()
    }

    /// What was wrong with the answer to a challenge.
    pub fn answer(error: Error) -> Self {
        let assertion = |member: &str| format!("firstFactor.credentialAssertion.{member}");
        match error {
            Error::Unproven(Unproven::Signer) => {
                let rule = "must be one of those that were offered, and may still sign";
                let refused = Problem::field(assertion("credId"), rule).of_kind(ProblemKind::Unauthenticated);
                refused.detail(CREDENTIAL).into()
            }
            Error::Unproven(Unproven::Signature) => {
                let rule = "must be that of the client data with this challenge, made with this credential";
                let refused = Problem::field(assertion("signature"), rule).of_kind(ProblemKind::Unauthenticated);
                refused.detail("Not Authorized.").into()
            }
            // Nobody is told whether he was unknown or answered wrongly.
            Error::SignInFailed => ProblemKind::Unauthenticated.into(),
            other => other.into(),
        }
    }
}

fn unproven(unproven: Unproven) -> Refused {
    let challenge = |rule| Problem::field("challengeIdentifier", rule).detail(CHALLENGE).into();
    match unproven {
        Unproven::Challenge => challenge("must be one that was given for this, and whose time is not over"),
        Unproven::ChallengeSpent => challenge("was answered before"),
        Unproven::Signer | Unproven::Signature | Unproven::ActionVoid => {
            Refused::action("was signed with a credential that may not sign any more, or was switched off meanwhile")
        }
        Unproven::ActionMissing => Refused::action("is required"),
        Unproven::Action => Refused::action("was not made here, or its time is over"),
        Unproven::ActionOfAnother => {
            Refused::action("is for another request, or of another credential; it is void from now on")
        }
        Unproven::ActionSpent => {
            Problem::field(ACTION_FIELD, "was used before").detail("user action has already been used").into()
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Unproven(why) => unproven(why),
            other => Self::Problem(other.into()),
        }
    }
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
        Self::Problem(invalid.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Duplicate { id, external_id } => {
                let details = json!({"duplicate": {"id": id, "externalId": external_id}});
                shape::refusal(StatusCode::CONFLICT, "Another record has this externalId.", details)
            }
        }
    }
}
