//! What is shown of each record: `select=+audit,-name`, `-*,+id`, `modules(id,name)`.

use super::mistake::Mistake;
use domain::limits;
use serde_json::{Map, Value};

/// Stands for every name of a level.
const EVERY: &str = "*";
/// What is shown of an object of which only a part was asked for.
const IDENTITY: &str = "id";

/// The wishes of a selection in their order: a later one overrides those before it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Select(Vec<Wish>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    include: bool,
    path: Vec<String>,
}

/// How much of a property is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    No,
    /// Only because a part of it was asked for.
    Partly,
    Fully,
}

impl Select {
    /// Reads what stands behind `select=`. Names are not looked up: unknown ones select nothing.
    ///
    /// # Errors
    /// When parentheses do not fit, or there is too much of it.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let mut wishes = Vec::new();
        let rest = level(text, &[], true, &mut wishes)?;
        if rest.is_empty() { Ok(Self(wishes)) } else { Err(Mistake::unbalanced("select")) }
    }

    /// True when anything of this property is shown; `default` says whether it is without a selection.
    pub fn shows(&self, path: &[&str], default: bool) -> bool {
        self.shown(path, default) != Shown::No
    }

    /// Leaves only what is shown of a record. At its top level everything is shown by default but
    /// what `omitted` names.
    pub fn project(&self, record: &mut Map<String, Value>, omitted: &[&str]) {
        record.retain(|name, value| {
            let shown = self.shown(&[name.as_str()], !omitted.contains(&name.as_str()));
            self.prune(&mut vec![name.clone()], value, shown);
            shown != Shown::No
        });
    }

    fn prune(&self, path: &mut Vec<String>, value: &mut Value, shown: Shown) {
        match value {
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.prune(path, element, shown)),
            Value::Object(object) => object.retain(|name, value| {
                path.push(name.clone());
                let names: Vec<_> = path.iter().map(String::as_str).collect();
                let shown = self.shown(&names, shown == Shown::Fully || name == IDENTITY);
                self.prune(path, value, shown);
                path.pop();
                shown != Shown::No
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn shown(&self, path: &[&str], default: bool) -> Shown {
        let mut shown = if default { Shown::Fully } else { Shown::No };
        for Wish { include, path: wished } in &self.0 {
            let meet = wished.iter().zip(path).all(|(wish, name)| wish == EVERY || wish.eq_ignore_ascii_case(name));
            if !meet {
                continue;
            }
            if wished.len() <= path.len() {
                shown = if *include { Shown::Fully } else { Shown::No };
            } else if *include && shown == Shown::No {
                shown = Shown::Partly;
            }
        }
        shown
    }
}

/// Reads the names of a level up to its closing parenthesis, and answers with what follows them.
fn level<'a>(text: &'a str, path: &[String], include: bool, wishes: &mut Vec<Wish>) -> Result<&'a str, Mistake> {
    let mut rest = text;
    loop {
        let end = rest.find([',', '(', ')']).unwrap_or(rest.len());
        let (part, behind) = rest.split_at(end);
        let (sign, names) = signed(part);
        let include = sign.unwrap_or(include);
        let here: Vec<_> = path.iter().cloned().chain(names.split('.').map(str::to_owned)).collect();
        if here.len() > limits::SEARCH_DEPTH {
            return Err(Mistake::too_much("select", "levels", limits::SEARCH_DEPTH));
        }
        rest = behind;
        if let Some(inner) = behind.strip_prefix('(') {
            rest = group(inner, here, include, wishes)?;
        } else if !names.is_empty() {
            wishes.push(Wish { include, path: here });
        }
        if wishes.len() > limits::SEARCH_VALUES {
            return Err(Mistake::too_much("select", "names", limits::SEARCH_VALUES));
        }
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None if path.is_empty() || rest.starts_with(')') => return Ok(rest),
            None => return Err(Mistake::unbalanced("select")),
        }
    }
}

/// Reads the parts of a property, whose parenthesis has been opened, and answers with what follows it.
fn group<'a>(inner: &'a str, path: Vec<String>, include: bool, wishes: &mut Vec<Wish>) -> Result<&'a str, Mistake> {
    let first = wishes.len();
    let rest = level(inner, &path, include, wishes)?;
    // `modules(-name)` is all of it but the name.
    if include && wishes[first..].iter().any(|wish| !wish.include) {
        wishes.insert(first, Wish { include, path });
    }
    rest.strip_prefix(')').ok_or_else(|| Mistake::unbalanced("select"))
}

/// The sign of a name, if it has one, and the name. A leading blank was a `+` before it was decoded.
fn signed(part: &str) -> (Option<bool>, &str) {
    let sign = match part.as_bytes().first() {
        Some(b'+' | b' ') => Some(true),
        Some(b'-') => Some(false),
        Some(_) | None => None,
    };
    (sign, part.trim_start_matches(['+', '-', ' ']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn projected(select: &str) -> Value {
        let record = json!({
            "id": "TKN-0000-0001",
            "name": "CI",
            "account": {"id": "ACC-0000-0001", "name": "First"},
            "modules": [{"id": "MOD-0001", "name": "One"}, {"id": "MOD-0002", "name": "Two"}],
            "audit": {"created": {"at": "now", "by": {"id": "USR-0000-0001", "name": "Ada"}}},
        });
        let Value::Object(mut record) = record else { panic!() };
        Select::parse(select).unwrap().project(&mut record, &["modules", "audit"]);
        Value::Object(record)
    }

    #[test]
    fn a_selection_adds_and_takes_away() {
        let account = json!({"id": "ACC-0000-0001", "name": "First"});
        let plain = json!({"id": "TKN-0000-0001", "name": "CI", "account": account});
        for select in ["", "name", "+name,unknown.thing", " name", "id,,"] {
            assert_eq!(projected(select), plain, "{select}");
        }
        assert_eq!(projected("-name"), json!({"id": "TKN-0000-0001", "account": account}));
        assert_eq!(projected("-*,+id,+NAME"), json!({"id": "TKN-0000-0001", "name": "CI"}));
        assert_eq!(projected("+audit")["audit"]["created"]["by"]["name"], "Ada");
        assert_eq!(projected("*")["modules"][1]["name"], "Two");
        assert_eq!(projected("-account.name")["account"], json!({"id": "ACC-0000-0001"}));
    }

    #[test]
    fn a_part_of_what_is_omitted_comes_with_its_identity_only() {
        assert_eq!(projected("modules.id")["modules"], json!([{"id": "MOD-0001"}, {"id": "MOD-0002"}]));
        assert_eq!(projected("+modules(id,name)")["modules"][0], json!({"id": "MOD-0001", "name": "One"}));
        assert_eq!(projected("modules(-name)")["modules"][0], json!({"id": "MOD-0001"}));
        assert_eq!(
            projected("audit.created.by.name")["audit"]["created"],
            json!({"by": {"id": "USR-0000-0001", "name": "Ada"}})
        );
        assert_eq!(
            projected("-*,audit.*"),
            json!({"audit": {"created": {"at": "now", "by": {"id": "USR-0000-0001", "name": "Ada"}}}})
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let long = "a,".repeat(limits::SEARCH_VALUES + 1);
        let deep = "a(".repeat(limits::SEARCH_DEPTH + 1);
        for select in ["a(", "a)", "a(b", "a(b))", "(a)b", &long, &deep] {
            assert!(Select::parse(select).is_err(), "{select}");
        }
    }
}
