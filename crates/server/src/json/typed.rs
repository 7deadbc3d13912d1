//! Values into types, with every refused field at once.
//!
//! A deserializer stops at its first error. So a refused value is put aside and the rest is tried
//! again, as often as a handful of fields may be wrong; what comes out of such a repaired value is
//! thrown away, only its further errors are kept.

use super::rule::{MISSING, Place, Said, UNKNOWN, said};
use crate::problem::Problem;
use domain::invalid::Checks;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;

/// How many refused fields one answer names.
const FIELDS: usize = 16;

/// One step from a value to a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// One error: where it is, and what it is.
struct Refused {
    path: Vec<Step>,
    rule: String,
}

/// Reads a value into a type.
///
/// # Errors
/// A problem of kind `invalid-request` with every field that was refused.
pub(super) fn typed<T: DeserializeOwned>(mut value: Value) -> Result<T, Problem> {
    let mut refused: Vec<Refused> = match attempt::<T>(&value) {
        Ok(typed) => return Ok(typed),
        Err(first) => vec![first],
    };
    while refused.len() < FIELDS {
        let Some(last) = refused.last() else { break };
        let Some((repaired, next)) = repair::<T>(&value, &last.path) else { break };
        let Some(next) = next else { break };
        value = repaired;
        refused.push(next);
    }
    let mut checks = Checks::new();
    for Refused { path, rule } in refused {
        checks.refuse(written(&path), rule);
    }
    Err(checks.finish().map_or_else(Problem::from, |()| Problem::field("body", "is not valid")))
}

fn attempt<T: DeserializeOwned>(value: &Value) -> Result<T, Refused> {
    serde_path_to_error::deserialize(value).map_err(|error| refusal(&error))
}

fn refusal(error: &serde_path_to_error::Error<serde_json::Error>) -> Refused {
    let mut path = steps(error.path());
    let message = error.inner().to_string();
    // What was read from text also says where in the text.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let rule = match said(message) {
        Said::Rule(rule) => rule,
        Said::Unknown(name) => {
            named(&mut path, name);
            UNKNOWN.to_owned()
        }
        Said::Missing(name) => {
            named(&mut path, name);
            MISSING.to_owned()
        }
    };
    Refused { path, rule }
}

/// The problem that one error is, with the field that it is about.
pub(super) fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let Refused { path, rule } = refusal(error);
    Problem::field(written(&path), rule)
}

/// Leads the path to the field that the message names, unless it leads there already.
fn named(path: &mut Vec<Step>, name: String) {
    let name = Step::Member(name);
    if path.last() != Some(&name) {
        path.push(name);
    }
}

fn steps(path: &serde_path_to_error::Path) -> Vec<Step> {
    let step = |segment: &Segment| match segment {
        Segment::Map { key } => Some(Step::Member(key.clone())),
        Segment::Seq { index } => Some(Step::Element(*index)),
        Segment::Enum { .. } | Segment::Unknown => None,
    };
    path.iter().filter_map(step).collect()
}

/// The value with the refused part taken away, or with something in its place that is accepted
/// there, and the next error of it. Nothing when no replacement helps.
fn repair<T: DeserializeOwned>(value: &Value, path: &[Step]) -> Option<(Value, Option<Refused>)> {
    // Something has to stand where a field is required, so taking it away comes last.
    let accepted = [json!(""), json!(0), json!(false), json!([]), json!({})].map(Some);
    accepted.into_iter().chain([None]).find_map(|replacement| {
        let mut repaired = value.clone();
        replace(&mut repaired, path, replacement)?;
        match attempt::<T>(&repaired) {
            Ok(_) => Some((repaired, None)),
            Err(next) if next.path != path => Some((repaired, Some(next))),
            Err(_) => None,
        }
    })
}

/// Puts a replacement at the place, or takes the member there away.
fn replace(value: &mut Value, path: &[Step], replacement: Option<Value>) -> Option<()> {
    let (last, outer) = path.split_last()?;
    let mut place = value;
    for step in outer {
        place = match step {
            Step::Member(key) => place.get_mut(key)?,
            Step::Element(index) => place.get_mut(index)?,
        };
    }
    match (last, place, replacement) {
        (Step::Member(key), Value::Object(members), Some(replacement)) => {
            members.insert(key.clone(), replacement);
        }
        (Step::Member(key), Value::Object(members), None) => {
            members.remove(key)?;
        }
        (Step::Element(index), Value::Array(elements), Some(replacement)) => *elements.get_mut(*index)? = replacement,
        // Taking an element away would move those behind it, and errors in them would name wrong places.
        _ => return None,
    }
    Some(())
}

fn written(path: &[Step]) -> String {
    fn write(outer: &Place<'_>, path: &[Step]) -> String {
        match path {
            [] => outer.to_string(),
            [Step::Member(key), rest @ ..] => write(&Place::Member(outer, key), rest),
            [Step::Element(index), rest @ ..] => write(&Place::Element(outer, *index), rest),
        }
    }
    write(&Place::Root, path)
}
