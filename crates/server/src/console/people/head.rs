//! What stands above every tab of a user's or service account's page.

use super::{Room, row::Row};
use crate::console::{
    about::{self, About},
    addresses,
    moment::Moment,
    refused::Refused,
    texts::ENGLISH,
    visitor::Visitor,
};
use authority::Error;
use domain::{journal::Event, owner::Owner};
use store::query::{JournalFilter, JournalRow, OwnerFilter, PageRequest, Sort, SortKey, TokenFilter};

/// The kind of entry that a sign-in leaves in the journal.
const SESSION_OPENED: &str = "session.opened";

/// How many parts of the journal are looked at for the last sign-in.
const LOOKS: usize = 5;
/// How many entries each part after the first one has.
const SIGN_INS: usize = 20;

/// The tabs of such a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// Everything but what has a tab of its own.
    General,
    /// The API tokens.
    Tokens,
    /// Passkeys and keys.
    Signers,
    /// What the account did.
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
    /// The page about its organisation, for whoever may open it.
    pub organisation: Option<String>,
    /// True when somebody who is deactivated still has API tokens.
    pub keeps_tokens: bool,
    /// The last sign-in of a user, or the last use of any API token of a service account; asked for on the first tab
    /// alone, and none where it cannot be found without a long search.
    pub last: Option<Option<Moment>>,
}

impl Head {
    /// The head of this one's page, of which a tab is open.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn new(visitor: &Visitor, room: Room, owner: &Owner, tab: Tab) -> Result<Self, Refused> {
        let authority = &visitor.server.authority;
        let filter = OwnerFilter { id: Some(owner.id), ..OwnerFilter::default() };
        let found = authority.owners_part(&visitor.caller, filter, Sort::default(), 0, 1).await?;
        let row = Row::listed(visitor, room, found.items.first().ok_or(Error::NotFound)?);
        let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
        let keeps_tokens = !row.active && authority.count_tokens(&visitor.caller, filter).await? > 0;
        Ok(Self {
            about: about(room, &row, tab),
            path: row.href.clone(),
            keeps_tokens,
            row,
            organisation: visitor
                .is_application_administrator()
                .then(|| addresses::organisation(owner.organisation_id)),
            last: match tab {
                Tab::General if room.is_users() => last_sign_in(visitor, owner).await?,
                Tab::General => Some(last_use(visitor, owner).await?),
                Tab::Tokens | Tab::Signers | Tab::Activity => None,
            },
        })
    }
}

fn about(room: Room, row: &Row, here: Tab) -> About {
    let t = &ENGLISH.people;
    let tabs = [
        (Tab::General, "", &t.general),
        (Tab::Tokens, "tokens", &t.tokens),
        (Tab::Signers, "signers", room.of(&t.signers_of_user, &t.signers_of_account)),
        (Tab::Activity, "history", &t.activity),
    ];
    About {
        back: room.path().to_owned(),
        back_text: room.of(&t.back_to_users, &t.back_to_accounts),
        initials: row.initials.clone(),
        is_person: room.is_users(),
        name: row.name.clone(),
        id: row.id.clone(),
        badges: vec![(row.badge, row.state)],
        edit: row.may_change.then(|| format!("{}/edit", row.href)),
        actions_of: ENGLISH.common.actions_of.with("name", &row.name),
        tabs_text: room.of(&t.tabs_of_user, &t.tabs_of_account),
        tabs: about::Tab::all(&row.href, &tabs, here),
    }
}

/// When this user last opened a session of their own, as the journal knows it. An administrator may have opened
/// sessions of others after that; behind many of those it is not looked for.
async fn last_sign_in(visitor: &Visitor, owner: &Owner) -> Result<Option<Option<Moment>>, Refused> {
    let kind = Some(SESSION_OPENED.to_owned());
    let filter = JournalFilter { actor: Some(owner.id), kind, ..JournalFilter::default() };
    let mut page = PageRequest { after: None, limit: 1 };
    for _ in 0..LOOKS {
        let found = visitor.server.authority.journal(&visitor.caller, filter.clone(), page).await?;
        let is_own = |row: &&JournalRow| matches!(&row.entry.event, Event::SessionOpened(opened) if opened.owner == owner.number);
        if let Some(row) = found.items.iter().find(is_own) {
            return Ok(Some(Some(Moment::new(row.entry.at))));
        }
        if found.next.is_none() {
            return Ok(Some(None));
        }
        page = PageRequest { after: found.next, limit: SIGN_INS };
    }
    Ok(None)
}

/// When an API token of this account was last used.
async fn last_use(visitor: &Visitor, owner: &Owner) -> Result<Option<Moment>, Refused> {
    let filter = TokenFilter { owner: Some(owner.id), ..TokenFilter::default() };
    let sort = Sort { key: SortKey::LastUsed, descending: true };
    let found = visitor.server.authority.tokens_part(&visitor.caller, filter, sort, 0, 1).await?;
    Ok(found.items.first().and_then(|listed| listed.token.last_use.as_ref()).map(|last| Moment::new(last.at)))
}
