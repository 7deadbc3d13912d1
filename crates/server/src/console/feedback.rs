//! Feedback: what a form is told when it is shown again, beside the fields and above them.

use super::{refused::Refused, texts::ENGLISH};
use crate::problem::ProblemKind;
use domain::invalid::InvalidField;
use http::StatusCode;

/// What a form is told.
#[derive(Debug, Default)]
pub struct Feedback {
    /// What is wrong with all of it.
    pub sentence: Option<String>,
    /// True when it has to be signed with a passkey.
    pub signs: bool,
    fields: Vec<InvalidField>,
    status: StatusCode,
}

impl Feedback {
    /// Nothing is wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// What a form can say of why it was refused.
    ///
    /// # Errors
    /// The refusal itself where a page of its own has to say it.
    pub fn of(refused: impl Into<Refused>) -> Result<Self, Refused> {
        match refused.into() {
            Refused::Fields(invalid) => Ok(Self {
                fields: invalid.fields().to_vec(),
                status: StatusCode::UNPROCESSABLE_ENTITY,
                ..Self::default()
            }),
            Refused::Unsigned => {
                Ok(Self { signs: true, status: ProblemKind::ActionRequired.status(), ..Self::default() })
            }
            Refused::ChangedMeanwhile => {
                let sentence = ENGLISH.errors.changed_meanwhile.to_string();
                Ok(Self {
                    sentence: Some(sentence),
                    status: ProblemKind::PreconditionFailed.status(),
                    ..Self::default()
                })
            }
            Refused::Sentence(kind, sentence) => {
                Ok(Self { sentence: Some(sentence.to_string()), status: kind.status(), ..Self::default() })
            }
            other @ (Refused::Gone(_) | Refused::Problem(_)) => Err(other),
        }
    }

    /// The status of a page that says it.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The rule that a field breaks.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|refused| refused.field == field).map(|refused| refused.rule.as_str())
    }

    /// The rules that fields break which the form does not show: above it, each with the name of its field.
    pub fn others(&self, shown: &[&str]) -> Vec<String> {
        let others = self.fields.iter().filter(|refused| !shown.contains(&refused.field.as_str()));
        others.map(|refused| format!("{}: {}", refused.field, refused.rule)).collect()
    }
}
