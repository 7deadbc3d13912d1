//! Feedback: what a form is told when it is shown again, beside the fields and above them.

use super::{
    refused::Refused,
    texts::{ENGLISH, FieldNames},
};
use crate::problem::ProblemKind;
use domain::invalid::InvalidField;
use http::StatusCode;
use std::borrow::Cow;

/// What a form is told.
#[derive(Debug, Default)]
pub struct Feedback {
    /// What is wrong with all of it.
    pub sentence: Option<String>,
    /// True when it has to be signed with a passkey.
    pub signs: bool,
    /// The fields that break a rule, each with its sentence.
    fields: Vec<(String, String)>,
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
                fields: invalid.fields().iter().map(|refused| (refused.field.clone(), sentence(refused))).collect(),
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

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<&str> {
        self.fields.iter().find(|(refused, _)| refused == field).map(|(_, sentence)| sentence.as_str())
    }

    /// What is wrong with fields that the form does not show: it stands above them.
    pub fn others(&self, shown: &[&str]) -> Vec<String> {
        let others = self.fields.iter().filter(|(field, _)| !shown.contains(&field.as_str()));
        others.map(|(_, sentence)| sentence.clone()).collect()
    }
}

/// What is wrong with a field, as a whole sentence: rules are parts of sentences, which the name of their field begins.
pub fn sentence(refused: &InvalidField) -> String {
    let rule = refused.rule.as_str();
    let end = if rule.ends_with(['.', '!', '?']) { "" } else { "." };
    // Some rules are sentences of their own.
    if rule.starts_with(char::is_uppercase) {
        return format!("{rule}{end}");
    }
    format!("{} {rule}{end}", name_of(&ENGLISH.fields, &refused.field))
}

/// What a field is called where its rule is said; one that no form has is called as it was sent.
fn name_of<'a>(t: &'a FieldNames, field: &'a str) -> Cow<'a, str> {
    let known = match field {
        "name" => &t.name,
        "email" => &t.email,
        "role" => &t.role,
        "scopes" => &t.scopes,
        "scope" => &t.scope,
        "more" => &t.more,
        "organisation" => &t.organisation,
        "signed_actions" => &t.signed_actions,
        "own" | "myself" => &t.own,
        "description" => &t.description,
        "labels" => &t.labels,
        "label" => &t.label,
        "networks" => &t.networks,
        "owner" => &t.owner,
        "author" => &t.author,
        "expiry" => &t.expiry,
        "date" => &t.date,
        "overlap" => &t.overlap,
        "reason" => &t.reason,
        "count" => &t.count,
        "password" => &t.password,
        "current_password" => &t.current_password,
        "new_password" => &t.new_password,
        "q" => &t.search,
        "state" => &t.state,
        "actor" => &t.actor,
        "token_id" => &t.token,
        "kind" => &t.kind,
        "from" => &t.from,
        "to" => &t.to,
        "created_after" => &t.created_after,
        "created_before" => &t.created_before,
        "expires_after" => &t.expires_after,
        "expires_before" => &t.expires_before,
        "last_used_after" => &t.last_used_after,
        "last_used_before" => &t.last_used_before,
        unknown => return t.unknown.with("field", &unknown).to_string().into(),
    };
    known.as_str().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_said_as_a_sentence_that_names_its_field() {
        let say = |field: &str, rule: &str| sentence(&InvalidField { field: field.to_owned(), rule: rule.to_owned() });
        assert_eq!(say("name", "must not be empty"), "Name must not be empty.");
        assert_eq!(say("name", "This is not its name."), "This is not its name.");
        assert_eq!(say("current_password", "is not the current password"), "This is not the current password.");
        assert_eq!(say("x{field}", "is not known here"), "The parameter “x{field}” is not known here.");
    }
}
