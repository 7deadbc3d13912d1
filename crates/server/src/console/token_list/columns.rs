//! The columns of the list: which there are, and which are shown.

use crate::console::texts::{Phrase, TokenList};
use domain::invalid::Invalid;

/// A column that may be shown or hidden. The token itself and its menu always stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The organisation; for administrators of everything.
    Organisation,
    /// What it may do.
    Scopes,
    /// Whom it speaks for.
    Owner,
    /// Who created it.
    Author,
    /// When it was created.
    Created,
    /// When it was last used.
    LastUsed,
    /// When it stops working.
    Expires,
    /// Its state.
    State,
    /// Its labels.
    Labels,
    /// The beginning and the end of its secret.
    Secret,
    /// Its number.
    Number,
}

/// The word that stands for the column that is always shown, so that a form can say that no other one is.
pub const ALWAYS: &str = "token";

impl Column {
    /// In the order in which they stand.
    pub const ALL: [Self; 11] = [
        Self::Organisation,
        Self::Scopes,
        Self::Owner,
        Self::Author,
        Self::Created,
        Self::LastUsed,
        Self::Expires,
        Self::State,
        Self::Labels,
        Self::Secret,
        Self::Number,
    ];

    /// The word for it in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Scopes => "scopes",
            Self::Owner => "owner",
            Self::Author => "author",
            Self::Created => "created",
            Self::LastUsed => "last_used",
            Self::Expires => "expires",
            Self::State => "state",
            Self::Labels => "labels",
            Self::Secret => "secret",
            Self::Number => "number",
        }
    }

    /// What stands above it.
    pub fn title(self, t: &TokenList) -> &Phrase {
        match self {
            Self::Organisation => &t.organisation,
            Self::Scopes => &t.scopes,
            Self::Owner => &t.owner,
            Self::Author => &t.author,
            Self::Created => &t.created,
            Self::LastUsed => &t.last_used,
            Self::Expires => &t.expires,
            Self::State => &t.state,
            Self::Labels => &t.labels,
            Self::Secret => &t.secret,
            Self::Number => &t.number,
        }
    }

    fn is_shown_at_first(self) -> bool {
        !matches!(self, Self::Labels | Self::Secret | Self::Number)
    }
}

/// The columns that are shown, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

impl Columns {
    /// Those that are shown at first.
    pub fn usual() -> Self {
        Self(Column::ALL.into_iter().filter(|column| column.is_shown_at_first()).collect())
    }

    /// Reads words, parted by commas or given one by one.
    ///
    /// # Errors
    /// Names `columns` for a word that is none of them.
    pub fn read<'a>(texts: impl Iterator<Item = &'a str>, t: &TokenList) -> Result<Self, Invalid> {
        let words: Vec<_> = texts.flat_map(|text| text.split(',')).map(str::trim).filter(|w| !w.is_empty()).collect();
        if words.is_empty() {
            return Ok(Self::usual());
        }
        let is_known = |word: &&str| *word == ALWAYS || Column::ALL.iter().any(|column| column.word() == *word);
        if !words.iter().all(is_known) {
            return Err(Invalid::field("columns", t.rule_columns.as_str()));
        }
        Ok(Self(Column::ALL.into_iter().filter(|column| words.contains(&column.word())).collect()))
    }

    /// Without the column that only administrators of everything see.
    #[must_use]
    pub fn within_an_organisation(mut self) -> Self {
        self.0.retain(|column| *column != Column::Organisation);
        self
    }

    /// The text for an address; none for those that are shown at first.
    pub fn text(&self) -> Option<String> {
        let words = std::iter::once(ALWAYS).chain(self.0.iter().map(|column| column.word()));
        let differs = self.clone().within_an_organisation() != Self::usual().within_an_organisation();
        differs.then(|| words.collect::<Vec<_>>().join(","))
    }

    /// True when this one is shown.
    pub fn show(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// Those that are shown.
    pub fn iter(&self) -> impl Iterator<Item = Column> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::texts::ENGLISH;

    #[test]
    fn columns_are_read_in_any_order_and_written_back() {
        let read = |texts: &[&str]| Columns::read(texts.iter().copied(), &ENGLISH.token_list);
        assert_eq!(read(&[]).unwrap(), Columns::usual());
        assert_eq!(read(&[]).unwrap().text(), None);
        let some = read(&["state,labels", "owner"]).unwrap();
        assert_eq!(some.iter().collect::<Vec<_>>(), [Column::Owner, Column::State, Column::Labels]);
        assert_eq!(some.text().unwrap(), "token,owner,state,labels");
        assert_eq!(read(&["token"]).unwrap().iter().count(), 0);
        assert!(read(&["owner,colour"]).is_err());
    }
}
