//! What stands above every page about something: its name, how it stands, what can be done with it, and its tabs.

use super::texts::Phrase;

/// The head of a page about a token, a user, a service account or an organisation.
pub struct About {
    /// The list that it stands in.
    pub back: String,
    /// What the way there is called.
    pub back_text: &'static Phrase,
    /// The initials of its name.
    pub initials: String,
    /// True for a person.
    pub is_person: bool,
    /// Its name.
    pub name: String,
    /// Its identifier, a UUID.
    pub id: String,
    /// How it stands: the words that badges know, and what they are called.
    pub badges: Vec<(&'static str, &'static Phrase)>,
    /// Where it is edited, for whoever may.
    pub edit: Option<String>,
    /// What its menu is called.
    pub actions_of: Phrase,
    /// What its tabs are called together.
    pub tabs_text: &'static Phrase,
    /// Its tabs.
    pub tabs: Vec<Tab>,
}

/// A tab of such a page.
pub struct Tab {
    /// Its address.
    pub href: String,
    /// What it is called.
    pub text: &'static Phrase,
    /// True for the one that is open.
    pub is_here: bool,
}

impl Tab {
    /// The tabs below a page, of which one is open; the first has the address of the page itself.
    pub fn all<T: Copy + PartialEq>(page: &str, tabs: &[(T, &str, &'static Phrase)], here: T) -> Vec<Self> {
        let tab = |(tab, word, text): &(T, &str, &'static Phrase)| Self {
            href: if word.is_empty() { page.to_owned() } else { format!("{page}/{word}") },
            text,
            is_here: *tab == here,
        };
        tabs.iter().map(tab).collect()
    }
}
