//! The fields of a form or a query: names with values, in the order in which they were sent.

use super::texts::ENGLISH;
use crate::{
    problem::{Problem, ProblemKind},
    state::Server,
};
use axum::extract::FromRequestParts;
use domain::invalid::Invalid;
use http::request::Parts;

/// How many fields are read.
const MOST: usize = 1_024;

/// The fields.
#[derive(Clone, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads the fields of a form or a query, which are written alike. What is no UTF-8 is replaced.
    ///
    /// # Errors
    /// [`ProblemKind::PayloadTooLarge`] when there are too many.
    pub fn read(text: &[u8]) -> Result<Self, Problem> {
        let pairs: Vec<_> = form_urlencoded::parse(text).take(MOST + 1).collect();
        if pairs.len() > MOST {
            return Err(ProblemKind::PayloadTooLarge.into());
        }
        Ok(Self(pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }

    /// The first value of this name, without the blanks around it; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default().trim()
    }

    /// The same as it was sent: passwords may begin and end with blanks.
    pub fn exact(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// The first value of this name, where there is one that is not blank.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of this name.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// True when a box of this name was checked.
    pub fn is_checked(&self, name: &str) -> bool {
        self.given(name).is_some()
    }

    /// The revision that a form was made for; a form without one is for any.
    ///
    /// # Errors
    /// Names `revision` where it is no number: that must not pass for one that fits any.
    pub fn revision(&self) -> Result<Option<u64>, Invalid> {
        let read =
            |text: &str| text.parse().map_err(|_| Invalid::field("revision", ENGLISH.common.rule_revision.as_str()));
        self.given("revision").map(read).transpose()
    }

    /// All names with their values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The parameters of the address that was asked for.
impl FromRequestParts<Server> for Fields {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        Self::read(parts.uri.query().unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_stand_several_times_and_values_may_hold_anything() {
        let fields = Fields::read(b"id=1&id=2&name=+a%26b+&empty=&on=true").unwrap();
        assert_eq!(fields.all("id").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!((fields.text("name"), fields.exact("name")), ("a&b", " a&b "));
        assert_eq!((fields.given("empty"), fields.given("missing")), (None, None));
        assert!(fields.is_checked("on") && !fields.is_checked("off"));
        assert!(Fields::read("a&".repeat(MOST + 1).as_bytes()).is_err());
    }

    #[test]
    fn a_revision_that_is_no_number_fits_none() {
        let revision = |text: &str| Fields::read(text.as_bytes()).unwrap().revision();
        assert_eq!((revision("revision=7"), revision("revision="), revision("")), (Ok(Some(7)), Ok(None), Ok(None)));
        assert!(revision("revision=7a").is_err() && revision("revision=-1").is_err());
    }
}
