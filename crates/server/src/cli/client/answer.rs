//! What the server answers, and what its refusals mean to the person at the terminal.

use crate::cli::{
    failure::{Done, Exit, Failure},
    output::clean,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// What the server answered. It may hold a secret, so it has no `Debug`.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The `Set-Cookie` header.
    pub cookie: Option<String>,
    /// The body.
    pub text: String,
}

impl Answer {
    /// The body as a value.
    ///
    /// # Errors
    /// When the server answers something else than this version expects.
    pub fn parse<T: DeserializeOwned>(&self) -> Done<T> {
        serde_json::from_str(&self.text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::new(
                Exit::Failed,
                format!("the answer is not what this version expects (line {line}, column {column})"),
            )
            .detail("is there a Jeton server of this version at this address?")
        })
    }
}

/// Items of a list as the server sent them.
#[derive(Default)]
pub struct Listed {
    /// The items.
    pub items: Vec<Box<RawValue>>,
    /// How many there are in all, when that was asked for.
    pub total: Option<u64>,
    /// True when there are more than were asked for.
    pub has_more: bool,
}

impl Listed {
    /// All items as one JSON array.
    pub fn to_json(&self) -> String {
        let items: Vec<&str> = self.items.iter().map(|item| item.get()).collect();
        format!("[{}]", items.join(",\n"))
    }

    /// The items as values.
    ///
    /// # Errors
    /// When the server answers something else than this version expects.
    pub fn parse<T: DeserializeOwned>(&self) -> Done<Vec<T>> {
        let parse = |item: &RawValue| serde_json::from_str(item.get());
        let items = self.items.iter().map(|item| parse(item)).collect::<Result<_, _>>();
        items.map_err(|_| Failure::new(Exit::Failed, "an item of the list is not what this version expects"))
    }
}

#[derive(Deserialize)]
pub(super) struct Page {
    pub(super) items: Vec<Box<RawValue>>,
    pub(super) next_cursor: Option<String>,
    pub(super) total: Option<u64>,
}

/// A problem document (RFC 9457), as far as a person reads it.
#[derive(Default, Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
    #[serde(default)]
    fields: Vec<Field>,
    request_id: Option<String>,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    rule: String,
}

/// What a refusal of the server means to the person at the terminal.
pub(super) fn problem(status: u16, text: String) -> Failure {
    let exit = match status {
        400 | 413 | 414 | 415 | 422 | 431 => Exit::Usage,
        401 | 403 => Exit::Refused,
        404 | 410 => Exit::NotFound,
        408 | 429 | 502..=504 => Exit::Unavailable,
        409 | 412 | 428 => Exit::Conflict,
        _ => Exit::Failed,
    };
    let Ok(problem) = serde_json::from_str::<Problem>(&text) else {
        return Failure::new(exit, format!("the server answered with status {status}"));
    };
    let title = problem.title.unwrap_or_else(|| format!("the server answered with status {status}"));
    let message = match problem.detail.filter(|detail| *detail != title) {
        Some(detail) => format!("{title}: {detail}"),
        None if status == 404 => format!("{title}: there is no such thing within your reach"),
        None => title,
    };
    let mut failure = Failure::new(exit, clean(&message));
    for Field { field, rule } in problem.fields {
        failure = failure.detail(clean(&format!("{field} {rule}")));
    }
    if status >= 500 {
        failure = failure.detail(format!("request {}", problem.request_id.as_deref().unwrap_or("without an id")));
    }
    failure.problem(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_names_every_field() {
        let text = r#"{"title":"Invalid","fields":[{"field":"name","rule":"must not be empty"}]}"#;
        let failure = problem(400, text.to_owned());
        assert_eq!((failure.exit(), failure.message()), (Exit::Usage, "Invalid"));
        assert_eq!(problem(404, String::new()).exit(), Exit::NotFound);
    }
}
