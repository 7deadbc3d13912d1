//! What somebody has filled in about a token so far: the texts of every field, and what they mean.

use super::step::Step;
use crate::console::{
    fields::Fields,
    moment::Moment,
    texts::{ENGLISH, Phrase},
};
use domain::{
    address::Networks,
    invalid::{Checks, Invalid},
    name::{self, Labels, Name},
    scope::{Scope, Scopes},
    time::Timestamp,
    token::{Token, has_passed},
};
use std::{collections::BTreeMap, time::Duration};

/// The presets of an expiry, in days.
const PRESETS: [(&str, u64); 4] = [("7", 7), ("30", 30), ("90", 90), ("365", 365)];
/// What a new token begins with.
const USUAL: &str = "90";

/// The word for an expiry that stays.
pub const KEEP: &str = "keep";

/// The texts of every field.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// Labels, a line each.
    pub labels: String,
    /// The identifier of the owner.
    pub owner: String,
    /// Which expiry: a preset, `date`, `never` or `keep`.
    pub expiry: String,
    /// The day of an expiry.
    pub date: String,
    /// Networks, a line each.
    pub networks: String,
    /// Scopes that are ticked.
    pub scopes: Vec<String>,
    /// Other scopes, a line each.
    pub more: String,
}

impl Draft {
    /// What a form says.
    pub fn of(fields: &Fields) -> Self {
        let lines = |name: &str| fields.text(name).replace("\r\n", "\n");
        Self {
            name: fields.text("name").to_owned(),
            description: lines("description"),
            labels: lines("labels"),
            owner: fields.text("owner").to_owned(),
            expiry: fields.given("expiry").unwrap_or(USUAL).to_owned(),
            date: fields.text("date").to_owned(),
            networks: lines("networks"),
            scopes: fields.all("scope").map(str::to_owned).collect(),
            more: lines("more"),
        }
    }

    /// What a token says.
    pub fn of_token(token: &Token) -> Self {
        let networks = token.networks.iter().flat_map(|networks| networks.iter()).map(ToString::to_string);
        Self {
            name: token.name.to_string(),
            description: token.description.clone(),
            labels: token.labels.lines().collect::<Vec<_>>().join("\n"),
            owner: token.owner.to_string(),
            expiry: KEEP.to_owned(),
            date: token.expires_at.map(|at| Moment::new(at).date).unwrap_or_default(),
            networks: networks.collect::<Vec<_>>().join("\n"),
            scopes: token.scopes.iter().map(ToString::to_string).collect(),
            more: String::new(),
        }
    }

    /// The words that were typed, beside everything else of what is there now.
    #[must_use]
    pub fn beside(self, present: Self) -> Self {
        Self { name: self.name, description: self.description, labels: self.labels, ..present }
    }

    /// Every field with its value, in a fixed order.
    pub fn pairs(&self) -> Vec<(&'static str, &str)> {
        let single = [
            ("name", &self.name),
            ("description", &self.description),
            ("labels", &self.labels),
            ("owner", &self.owner),
            ("expiry", &self.expiry),
            ("date", &self.date),
            ("networks", &self.networks),
            ("more", &self.more),
        ];
        let single = single.into_iter().map(|(name, value)| (name, value.as_str()));
        single.chain(self.scopes.iter().map(|scope| ("scope", scope.as_str()))).collect()
    }

    /// The fields that these steps do not show, which their forms carry all the same.
    pub fn hidden(&self, shown: &[Step]) -> Vec<(&'static str, &str)> {
        self.pairs().into_iter().filter(|(name, _)| !shown.contains(&Step::of_field(name))).collect()
    }

    /// True when this expiry is chosen.
    pub fn is_expiry(&self, word: &str) -> bool {
        self.expiry == word
    }

    /// The expiries to choose from.
    pub fn presets() -> [(&'static str, Phrase); 4] {
        PRESETS.map(|(word, days)| (word, ENGLISH.token.days.count(days)))
    }

    /// The labels, a line each.
    pub fn label_lines(&self) -> Vec<&str> {
        words(&self.labels, |character| character == '\n').collect()
    }

    /// The networks.
    pub fn network_words(&self) -> Vec<&str> {
        words(&self.networks, |character| character.is_whitespace() || character == ',').collect()
    }

    /// The scopes, ticked and written.
    pub fn scope_words(&self) -> Vec<&str> {
        let written = words(&self.more, |character| character.is_whitespace() || character == ',');
        self.scopes.iter().map(String::as_str).chain(written).collect()
    }

    /// True when one of its scopes includes all the others.
    pub fn includes_the_rest(&self) -> bool {
        let scopes = self.scope_words();
        scopes.len() > 1 && scopes.contains(&"*")
    }

    /// Its name.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_name(&self) -> Result<Name, Invalid> {
        Name::parse("name", &self.name)
    }

    /// Its description.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_description(&self) -> Result<String, Invalid> {
        name::description("description", &self.description)
    }

    /// Its labels.
    ///
    /// # Errors
    /// Names the field, and the label within the rule.
    pub fn check_labels(&self) -> Result<Labels, Invalid> {
        let t = &ENGLISH.token;
        let mut labels = BTreeMap::new();
        for line in self.label_lines() {
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            if labels.insert(key.trim().to_owned(), value.trim().to_owned()).is_some() {
                return Err(Invalid::field("labels", t.label_twice.with("key", &key.trim()).to_string()));
            }
        }
        Labels::parse("labels", labels).map_err(|invalid| {
            let rules = invalid.fields().iter().map(|refused| match refused.field.strip_prefix("labels.") {
                Some(key) => format!("{key}: {}", refused.rule),
                None => refused.rule.clone(),
            });
            Invalid::field("labels", rules.collect::<Vec<_>>().join("; "))
        })
    }

    /// When it stops working.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_expiry(&self, now: Timestamp) -> Result<Option<Timestamp>, Invalid> {
        let t = &ENGLISH.token;
        let preset = PRESETS.iter().find(|(word, _)| *word == self.expiry);
        match (preset, self.expiry.as_str()) {
            (Some((_, days)), _) => Ok(Some(now.after(Duration::from_hours(24 * days)))),
            (None, "never") => Ok(None),
            (None, "date") => {
                let end = Timestamp::parse("date", &format!("{}T23:59:59.999Z", self.date));
                let end = end.map_err(|_| Invalid::field("date", t.expiry_no_day.to_string()))?;
                if has_passed(end, now) {
                    return Err(Invalid::field("date", t.expiry_past.to_string()));
                }
                Ok(Some(end))
            }
            (None, _) => Err(Invalid::field("expiry", t.expiry_choose.to_string())),
        }
    }

    /// From where it may be used.
    ///
    /// # Errors
    /// Names the field.
    pub fn check_networks(&self) -> Result<Option<Networks>, Invalid> {
        match self.network_words() {
            none if none.is_empty() => Ok(None),
            words => Networks::parse("networks", words).map(Some),
        }
    }

    /// What it may do.
    ///
    /// # Errors
    /// Names the field: of those that are ticked, or of those that are written.
    pub fn check_scopes(&self) -> Result<Scopes, Invalid> {
        let words = self.scope_words();
        if words.is_empty() {
            return Err(Invalid::field("scope", ENGLISH.token.scopes_choose.to_string()));
        }
        let ticked: Vec<_> = self.scopes.iter().map(String::as_str).collect();
        if let Some(wrong) = words.iter().find(|word| !ticked.contains(*word) && Scope::parse("more", word).is_err()) {
            return Err(Invalid::field("more", ENGLISH.token.scope_malformed.with("scope", wrong).to_string()));
        }
        Scopes::parse("scope", words)
    }

    /// Checks what a step shows.
    ///
    /// # Errors
    /// Names every field of it that breaks a rule.
    pub fn check(&self, step: Step, now: Timestamp) -> Result<(), Invalid> {
        let mut checks = Checks::new();
        match step {
            Step::General => {
                checks.take(self.check_name());
                checks.take(self.check_description());
                checks.take(self.check_labels());
            }
            Step::Access => {
                checks.take(self.check_expiry(now));
                checks.take(self.check_networks());
            }
            Step::Scopes => {
                checks.take(self.check_scopes());
            }
            Step::Overview => {}
        }
        checks.finish()
    }
}

fn words(text: &str, parts: impl Fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(parts).map(str::trim).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft::of(&Fields::read(text.as_bytes()).unwrap())
    }

    #[test]
    fn labels_are_lines_and_each_key_stands_once() {
        let labels = |text: &str| draft(&format!("labels={text}")).check_labels();
        assert_eq!(labels("env%3Dprod%0D%0Ateam%0D%0A").unwrap().as_map().len(), 2);
        assert_eq!(labels("a%0Aa%3D1").unwrap_err().fields()[0].field, "labels");
        assert!(labels("env%3Da%22b").unwrap_err().fields()[0].rule.starts_with("env: must be"));
    }

    #[test]
    fn an_expiry_lies_ahead() {
        let now = Timestamp::from_milliseconds(1_800_000_000_000);
        let expiry = |text: &str| draft(text).check_expiry(now);
        assert_eq!(expiry("expiry=never"), Ok(None));
        assert_eq!(expiry("expiry=7"), Ok(Some(now.after(Duration::from_hours(168)))));
        assert_eq!(expiry("expiry=date&date=2027-01-15").unwrap().unwrap().to_string(), "2027-01-15T23:59:59.999Z");
        for wrong in
            ["expiry=date&date=2027-01-14", "expiry=date", "expiry=date&date=2027-02-30", "expiry=8", "expiry=keep"]
        {
            assert!(expiry(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_form_carries_what_it_does_not_show() {
        let whole = draft("name=a&scope=x&scope=y&networks=1.1.1.1&owner=o");
        let names: Vec<_> = whole.hidden(&[Step::Scopes]).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["name", "description", "labels", "owner", "expiry", "date", "networks"]);
        assert_eq!(whole.hidden(&[]).len(), 10);
    }
}
