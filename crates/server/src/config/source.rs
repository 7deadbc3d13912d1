//! Where values come from: flags win over environment variables, and those over the file.

use super::{
    ConfigProblem,
    setting::{self, Form, SETTINGS, Setting},
};
use domain::{
    format::{self, Kind},
    secret::Secret,
};
use std::collections::{BTreeMap, BTreeSet};

/// The variable that names the file.
pub const FILE_VARIABLE: &str = "JETON_CONFIG";
/// The variable of the first administrator's token; there is no flag and no key for it.
pub const BOOTSTRAP_VARIABLE: &str = "JETON_BOOTSTRAP_TOKEN";
/// The variables of the command line's other commands; they are no settings of the server.
const CLIENT_VARIABLES: [&str; 3] = ["JETON_URL", "JETON_TOKEN", "JETON_TOKEN_FILE"];

/// The flags that were given, by the key of their setting.
pub type Flags = BTreeMap<&'static str, String>;

/// The file that was named, and what it says.
#[derive(Debug, Clone, Copy)]
pub struct FileText<'a> {
    /// Its name, for problems.
    pub name: &'a str,
    /// What it says.
    pub text: &'a str,
}

/// The value of one setting and where it was said.
#[derive(Debug)]
struct Given {
    text: String,
    place: String,
}

/// All values that were given, and everything that was wrong so far.
#[derive(Debug, Default)]
pub(super) struct Sources {
    given: BTreeMap<&'static str, Given>,
    refused: BTreeSet<&'static str>,
    problems: Vec<ConfigProblem>,
}

impl Sources {
    /// Gathers the values, the weakest source first.
    pub(super) fn gather(flags: &Flags, environment: &[(String, String)], file: Option<FileText<'_>>) -> Self {
        let mut sources = Self::default();
        if let Some(file) = file {
            sources.take_file(file);
        }
        sources.take_environment(environment);
        for (key, text) in flags {
            if let Some(setting) = setting::find(key) {
                sources.give(setting, text.clone(), format!("--{}", setting.flag()));
            }
        }
        sources
    }

    /// The text of a setting, or its default.
    pub(super) fn text(&self, setting: &'static Setting) -> &str {
        self.given.get(setting.key).map_or(setting.default, |given| &given.text)
    }

    /// Where a setting was given, as a person would look for it.
    pub(super) fn place(&self, key: &str) -> String {
        let place = self.given.get(key).map(|given| given.place.clone());
        place.unwrap_or_else(|| setting::find(key).map_or_else(|| key.to_owned(), |s| format!("--{}", s.flag())))
    }

    /// Remembers what is wrong with the value of a setting.
    pub(super) fn refuse(&mut self, key: &'static str, rule: impl Into<String>) {
        self.refused.insert(key);
        let place = self.place(key);
        self.problems.push(ConfigProblem { place, rule: rule.into() });
    }

    /// True when any of these settings was refused, so that a check of them together says nothing.
    pub(super) fn refused_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.refused.contains(key))
    }

    /// Everything that was wrong.
    pub(super) fn into_problems(self) -> Vec<ConfigProblem> {
        self.problems
    }

    fn give(&mut self, setting: &'static Setting, text: String, place: String) {
        self.given.insert(setting.key, Given { text, place });
    }

    fn problem(&mut self, place: impl Into<String>, rule: impl Into<String>) {
        self.problems.push(ConfigProblem { place: place.into(), rule: rule.into() });
    }

    fn take_environment(&mut self, environment: &[(String, String)]) {
        let ours = environment.iter().filter(|(name, value)| name.starts_with("JETON_") && !value.is_empty());
        for (name, value) in ours {
            if let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == *name) {
                self.give(setting, value.clone(), name.clone());
            } else if !belongs_to_others(name) {
                self.problem(name, "is no setting of this version");
            }
        }
    }

    fn take_file(&mut self, file: FileText<'_>) {
        let table = match toml::from_str::<toml::Table>(file.text) {
            Ok(table) => table,
            Err(error) => {
                let line = error.span().map_or(1, |span| 1 + file.text[..span.start].matches('\n').count());
                return self.problem(format!("{}, line {line}", file.name), error.message().replace('\n', " "));
            }
        };
        for (key, value) in table {
            match value {
                toml::Value::Table(inner) if is_table(&key) => {
                    for (name, value) in inner {
                        self.take_value(file.name, &format!("{key}.{name}"), &value);
                    }
                }
                value => self.take_value(file.name, &key, &value),
            }
        }
    }

    fn take_value(&mut self, file: &str, key: &str, value: &toml::Value) {
        let place = format!("{key} in {file}");
        let Some(setting) = setting::find(key) else {
            let rule = match key {
                "bootstrap_token" => "may only be given as the variable JETON_BOOTSTRAP_TOKEN",
                _ => "is no setting of this version",
            };
            return self.problem(place, rule);
        };
        match in_form(setting.form, value) {
            Ok(text) => self.give(setting, text, place),
            Err(rule) => self.problem(place, rule),
        }
    }
}

/// The bootstrap token of the environment, if it has one.
pub(super) fn bootstrap_token(environment: &[(String, String)]) -> Result<Option<Secret>, ConfigProblem> {
    let Some((name, value)) = environment.iter().find(|(name, value)| name == BOOTSTRAP_VARIABLE && !value.is_empty())
    else {
        return Ok(None);
    };
    match format::check(Kind::Token, value) {
        Ok(()) => Ok(Some(Secret::new(value.clone()))),
        Err(malformed) => {
            let rule = format!("is no token secret: {malformed}; `jeton token generate` makes one");
            Err(ConfigProblem { place: name.clone(), rule })
        }
    }
}

fn is_table(key: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.table_and_name().0 == key)
}

/// True for variables that are known but no settings.
fn belongs_to_others(name: &str) -> bool {
    name == FILE_VARIABLE || name == BOOTSTRAP_VARIABLE || CLIENT_VARIABLES.contains(&name) || is_service_link(name)
}

/// True for the variables that Kubernetes sets by itself for a service that is called `jeton`, or
/// `jeton-` and something, so that these do not stop the start: `JETON_METRICS_SERVICE_HOST`,
/// `JETON_PORT_6573_TCP_ADDR` and the like. No setting has such a name, so no mistake hides there.
fn is_service_link(name: &str) -> bool {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let of_port = |rest: &str| {
        let rest = ["", "_ADDR", "_PORT", "_PROTO"].iter().find_map(|end| {
            let (port, protocol) = rest.strip_suffix(end)?.split_once('_')?;
            (is_port(port) && ["TCP", "UDP", "SCTP"].contains(&protocol)).then_some(())
        });
        rest.is_some()
    };
    name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || name.ends_with("_PORT")
        || name.match_indices("_PORT_").any(|(place, found)| of_port(&name[place + found.len()..]))
}

/// The text of a value in the file, which must have the TOML type of the setting's form.
fn in_form(form: Form, value: &toml::Value) -> Result<String, &'static str> {
    match (form, value) {
        (Form::Text, toml::Value::String(text)) => Ok(text.clone()),
        (Form::Text, toml::Value::Integer(number)) => Ok(number.to_string()),
        (Form::Text, _) => Err("must be a string"),
        (Form::Switch, toml::Value::Boolean(switch)) => Ok(switch.to_string()),
        (Form::Switch, _) => Err("must be true or false, without quotes"),
        (Form::Number { .. }, toml::Value::Integer(number)) => Ok(number.to_string()),
        (Form::Number { .. }, _) => Err("must be a whole number, without quotes"),
        (Form::List, toml::Value::Array(values)) => {
            let texts: Option<Vec<_>> = values.iter().map(toml::Value::as_str).collect();
            texts.map(|texts| texts.join(",")).ok_or("must be an array of strings")
        }
        (Form::List, _) => Err("must be an array of strings"),
    }
}
