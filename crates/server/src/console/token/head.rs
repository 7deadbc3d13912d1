//! What stands above every tab of a token's page: who it is, how it stands, and what can be done with it.

use super::subject::Subject;
use crate::console::{
    about::{self, About},
    addresses,
    initials::initials,
    moment::Moment,
    standing::Standing,
    texts::{ENGLISH, Phrase},
    visitor::Visitor,
    who::Who,
};
use domain::token::LastUse;

/// The tabs of a token's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Everything but what has a tab of its own.
    General,
    /// What the token may do.
    Scopes,
    /// How much it is used.
    Usage,
    /// What happened to it.
    History,
}

/// The head of a token's page.
pub struct Head {
    /// What every page about something begins with.
    pub about: About,
    /// The path of its page.
    pub path: String,
    /// Its identifier, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The initials of its name.
    pub initials: String,
    /// How it stands.
    pub standing: Standing,
    /// The name of its organisation.
    pub organisation: String,
    /// Whom it speaks for.
    pub owner: Who,
    /// Who created it.
    pub author: Who,
    /// Its latest use.
    pub last_use: Option<Use>,
    /// Counts its changes.
    pub revision: u64,
}

/// A use of the token.
pub struct Use {
    /// When.
    pub at: Moment,
    /// From which address, where it is known.
    pub address: Option<String>,
    /// With which program, where it is known.
    pub user_agent: Option<String>,
    /// How many uses there were in all, in words.
    pub uses: Phrase,
}

impl Head {
    /// The head of this token's page, of which the first tab is open.
    pub fn new(visitor: &Visitor, subject: &Subject) -> Self {
        let token = &subject.listed.token;
        Self {
            about: about(subject),
            path: subject.path(),
            id: token.id.to_string(),
            name: token.name.to_string(),
            initials: initials(token.name.as_str()),
            standing: subject.standing(),
            organisation: subject.listed.organisation.name.to_string(),
            owner: Who::new(&subject.listed.owner, token.owner, visitor.is_administrator()),
            author: Who::new(&subject.listed.author, token.author, visitor.is_administrator()),
            last_use: token.last_use.as_ref().map(Use::from),
            revision: token.revision,
        }
    }
}

impl Head {
    /// The same with another tab open.
    #[must_use]
    pub fn at(mut self, tab: Tab) -> Self {
        self.about.tabs = tabs(&self.path, tab);
        self
    }
}

impl From<&LastUse> for Use {
    fn from(last: &LastUse) -> Self {
        Self {
            at: Moment::new(last.at),
            address: last.address.map(|address| address.to_string()),
            user_agent: last.user_agent.clone(),
            uses: ENGLISH.token.uses.count(last.count),
        }
    }
}

fn about(subject: &Subject) -> About {
    let (t, standing) = (&ENGLISH.token, subject.standing());
    let mut badges = vec![(standing.word(), standing.text())];
    badges.extend(standing.refused.map(|why| ("warning", why)));
    About {
        back: addresses::TOKENS.to_owned(),
        back_text: &t.back_to_list,
        initials: initials(subject.name()),
        is_person: false,
        name: subject.name().to_owned(),
        id: subject.id().to_string(),
        badges,
        edit: Some(format!("{}/edit", subject.path())),
        actions_of: t.actions_of.with("name", &subject.name()),
        tabs_text: &t.tabs,
        tabs: tabs(&subject.path(), Tab::General),
    }
}

fn tabs(path: &str, here: Tab) -> Vec<about::Tab> {
    let t = &ENGLISH.token;
    let tabs = [
        (Tab::General, "", &t.tab_general),
        (Tab::Scopes, "scopes", &t.tab_scopes),
        (Tab::Usage, "usage", &t.tab_usage),
        (Tab::History, "history", &t.tab_history),
    ];
    about::Tab::all(path, &tabs, here)
}
