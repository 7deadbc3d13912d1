//! What stands above every tab of an organisation's page.

use super::row::Row;
use crate::console::{
    about::{self, About},
    addresses,
    texts::ENGLISH,
    visitor::Visitor,
};
use domain::owner::Organisation;

/// The tabs of such a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Everything but what has a tab of its own.
    General,
    /// The API tokens.
    Tokens,
    /// What happened there.
    Activity,
}

/// The head of such a page.
pub struct Head {
    /// What every page about something begins with.
    pub about: About,
    /// The path of its page.
    pub path: String,
    /// What its row in the list shows.
    pub row: Row,
}

impl Head {
    /// The head of this one's page, of which a tab is open.
    pub fn new(visitor: &Visitor, organisation: &Organisation, here: Tab) -> Self {
        let (t, row) = (&ENGLISH.organisations, Row::new(visitor, organisation));
        let tabs = [
            (Tab::General, "", &t.general),
            (Tab::Tokens, "tokens", &t.tokens),
            (Tab::Activity, "history", &t.activity),
        ];
        let about = About {
            back: addresses::ORGANISATIONS.to_owned(),
            back_text: &t.back,
            initials: row.initials.clone(),
            is_person: false,
            name: row.name.clone(),
            id: row.id.clone(),
            badges: vec![(row.badge, row.state)],
            edit: Some(format!("{}/edit", row.href)),
            actions_of: ENGLISH.common.actions_of.with("name", &row.name),
            tabs_text: &t.tabs,
            tabs: about::Tab::all(&row.href, &tabs, here),
        };
        Self { about, path: row.href.clone(), row }
    }
}
