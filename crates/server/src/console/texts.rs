//! Every sentence of the console, one room a file. Another language is another value of [`Texts`].

mod common;
mod entrance;
mod errors;
mod fields;
mod journal;
mod organisations;
mod people;
mod profile;
mod token;
mod token_list;

pub use common::Common;
pub use entrance::Entrance;
pub use errors::Errors;
pub use fields::FieldNames;
pub use journal::Journal;
pub use organisations::Organisations;
pub use people::People;
pub use profile::Profile;
pub use token::Token;
pub use token_list::TokenList;

use std::{borrow::Cow, fmt};

/// Makes a struct of sentences and its English value from one table; each sentence is its own documentation.
macro_rules! texts {
    ($(#[$doc:meta])* $room:ident { $($name:ident = $text:expr,)* }) => {
        $(#[$doc])*
        #[allow(missing_docs)]
        pub struct $room {
            $(pub $name: $crate::console::texts::Phrase,)*
        }

        impl $room {
            /// In English.
            pub(super) const ENGLISH: Self = Self {
                $($name: $crate::console::texts::Phrase::new($text),)*
            };
        }
    };
}
use texts;

/// The sentences of a language.
pub struct Texts {
    /// What every page says.
    pub common: Common,
    /// What the way in and out says.
    pub entrance: Entrance,
    /// What is wrong.
    pub errors: Errors,
    /// What fields are called where a rule that they break is said.
    pub fields: FieldNames,
    /// What the journal says.
    pub journal: Journal,
    /// What the visitor's own account says.
    pub profile: Profile,
    /// What the pages of one API token say.
    pub token: Token,
    /// What the pages about organisations say.
    pub organisations: Organisations,
    /// What the pages about users and service accounts say.
    pub people: People,
    /// What the list of API tokens says.
    pub token_list: TokenList,
}

/// English.
pub static ENGLISH: Texts = Texts {
    common: Common::ENGLISH,
    entrance: Entrance::ENGLISH,
    errors: Errors::ENGLISH,
    fields: FieldNames::ENGLISH,
    journal: Journal::ENGLISH,
    profile: Profile::ENGLISH,
    token: Token::ENGLISH,
    organisations: Organisations::ENGLISH,
    people: People::ENGLISH,
    token_list: TokenList::ENGLISH,
};

/// A sentence. Names in braces stand for what is filled in; `one|several` for a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase(Cow<'static, str>);

impl Phrase {
    /// This text.
    pub const fn new(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The sentence with this value in place of `{name}`.
    #[must_use]
    pub fn with(&self, name: &str, value: &dyn fmt::Display) -> Self {
        self.filled(&[(name, value)])
    }

    /// What stands before and behind `{name}`; all of it stands before a name that is not there.
    #[must_use]
    pub fn around(&self, name: &str) -> (Self, Self) {
        let (before, after) = self.0.split_once(&format!("{{{name}}}")).unwrap_or((&self.0, ""));
        (Self(Cow::Owned(before.to_owned())), Self(Cow::Owned(after.to_owned())))
    }

    /// The sentence with these values. What stands in a value is never taken for a name.
    #[must_use]
    pub fn filled(&self, values: &[(&str, &dyn fmt::Display)]) -> Self {
        let mut text = String::with_capacity(self.0.len() + 32);
        let mut rest = &*self.0;
        while let Some((before, behind)) = rest.split_once('{') {
            text.push_str(before);
            let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
            match values.iter().find(|(known, _)| *known == name) {
                Some((_, value)) => text.push_str(&value.to_string()),
                None => text.push_str(&format!("{{{name}}}")),
            }
            rest = after;
        }
        text.push_str(rest);
        Self(Cow::Owned(text))
    }

    /// The sentence for this many, of `one|several`.
    #[must_use]
    pub fn count(&self, count: u64) -> Self {
        let (one, several) = self.0.split_once('|').unwrap_or((&self.0, &self.0));
        let form = Self(Cow::Owned(if count == 1 { one } else { several }.to_owned()));
        form.with("count", &grouped(count))
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A number with its thousands parted.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_never_filled_again() {
        let phrase = Phrase::new("{name} of {owner} and {unknown}");
        let filled = phrase.filled(&[("name", &"{owner}"), ("owner", &"Ada")]);
        assert_eq!(filled.as_str(), "{owner} of Ada and {unknown}");
        assert_eq!(Phrase::new("open { brace").with("name", &1).as_str(), "open { brace}");
    }

    #[test]
    fn one_and_several_are_told_apart() {
        let rows = Phrase::new("{count} row|{count} rows");
        assert_eq!(rows.count(1).as_str(), "1 row");
        assert_eq!(rows.count(0).as_str(), "0 rows");
        assert_eq!(rows.count(1_234_567).as_str(), "1,234,567 rows");
    }
}
