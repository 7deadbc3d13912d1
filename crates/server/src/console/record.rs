//! Records: journal entries as pages tell them, in a sentence and with all their particulars.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `lately` | the last entries about something |
//! | `names` | the names of those that entries tell of by number |
//! | `sentence` | a sentence for every kind of event |

pub mod lately;
pub mod names;
pub mod sentence;

use self::{names::Names, sentence::Sentence};
use super::{
    addresses,
    browser::short_name,
    initials::initials,
    moment::Moment,
    page::{Page, Place, send},
    refused::Refused,
    texts::{ENGLISH, Journal},
    visitor::Visitor,
};
use crate::journal_entry::EntryShape;
use askama::Template;
use authority::Error;
use axum::response::Response;
use domain::{
    caller::Actor,
    id::{OrganisationId, OwnerNumber, PermissionId, TokenId},
    journal::Event,
    origin::Origin,
    owner::Owner,
};
use store::query::{JournalFilter, JournalRow, PageRequest};

/// How much of the name of a browser is shown beside others.
const BROWSER_CHARACTERS: usize = 40;

/// Somebody or something that an entry tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its identifier; none where the visitor may not know it.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// The page about it, where the visitor may see one.
    pub href: Option<String>,
}

/// Who made a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// His name, or what stands for it.
    pub name: String,
    /// Its initials; none for the server, and for whoever held a secret.
    pub initials: Option<String>,
    /// The page about him.
    pub href: Option<String>,
    /// His identifier.
    pub id: Option<String>,
    /// The token that he showed.
    pub token: Option<String>,
}

/// Where a change was asked for from, as far as the visitor may know that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct From {
    /// The address; empty where none is known.
    pub address: String,
    /// A short name of the browser; empty where none is known.
    pub browser: String,
    /// All that it called itself.
    pub user_agent: String,
}

/// A journal entry as a page tells it.
pub struct Record {
    /// Its place in the journal.
    pub position: u64,
    /// When it was made.
    pub at: Moment,
    /// Who made it.
    pub who: Who,
    /// What happened, around what it happened to.
    pub sentence: Sentence,
    /// What it happened to.
    pub object: Option<Told>,
    /// The word for what happened.
    pub kind: &'static str,
    /// The organisation that it concerns.
    pub organisation: Option<Told>,
    /// Where it was asked for from; none where nothing is known.
    pub from: Option<From>,
    /// All of it, as the API shows it.
    pub data: String,
}

/// The dialog about one entry.
#[derive(Template)]
#[template(path = "console/record/dialog.html")]
struct RecordDialog {
    page: Page,
    record: Record,
    back: String,
}

/// What entries are about, before it has a name.
#[derive(Clone, Copy)]
enum Object {
    Token(TokenId),
    Owner(OwnerNumber),
    Organisation(OrganisationId),
    Permission(PermissionId),
    Nothing,
}

/// Tells these entries to a visitor.
///
/// # Errors
/// When the names of those that they tell of cannot be read.
pub async fn tell(visitor: &Visitor, rows: &[JournalRow]) -> Result<Vec<Record>, Refused> {
    let events = || rows.iter().map(|row| &row.entry.event);
    let names = Names::of(visitor, events().filter_map(owner_of), events().filter_map(permission_of)).await?;
    Ok(rows.iter().map(|row| Record::new(visitor, &names, row)).collect())
}

/// The dialog about the one entry that this filter finds, with the way back to its page.
///
/// # Errors
/// Not found outside the visitor's reach.
pub async fn dialog(visitor: &Visitor, place: Place, filter: JournalFilter, back: String) -> Result<Response, Refused> {
    let page = PageRequest { after: None, limit: 1 };
    let found = visitor.server.authority.journal(&visitor.caller, filter, page).await?;
    let record = tell(visitor, &found.items).await?.into_iter().next().ok_or(Error::NotFound)?;
    let page = visitor.page(ENGLISH.journal.record_title.with("position", &record.position), place);
    Ok(send(&RecordDialog { page, record, back }))
}

impl Record {
    fn new(visitor: &Visitor, names: &Names, row: &JournalRow) -> Self {
        let (t, entry) = (&ENGLISH.journal, &row.entry);
        let organisation = row.organisation.map(|id| {
            let name = row.names.organisation.as_ref().map_or_else(|| id.to_string(), ToString::to_string);
            told_organisation(visitor, id, name)
        });
        Self {
            position: entry.position.0,
            at: Moment::new(entry.at),
            who: who(t, visitor, row),
            sentence: Sentence::of(t, names, &entry.event),
            object: object(t, visitor, names, row),
            kind: entry.event.kind(),
            organisation,
            from: from(&row.origin),
            data: serde_json::to_string_pretty(&EntryShape::new(row)).unwrap_or_default(),
        }
    }

    /// What happened, as one text.
    pub fn text(&self) -> String {
        self.sentence.with(self.object.as_ref().map_or("", |object| &object.name))
    }
}

fn who(t: &Journal, visitor: &Visitor, row: &JournalRow) -> Who {
    let nobody = |name: String| Who { name, initials: None, href: None, id: None, token: None };
    let token = match row.entry.actor {
        Actor::Owner { owner: _, token } => token,
        Actor::Possession => return nobody(t.actor_possession.to_string()),
        Actor::System => return nobody(t.actor_system.to_string()),
    };
    let person = row.names.actor.as_ref();
    let name = person.and_then(|person| person.name.as_ref()).map(ToString::to_string);
    let page = row.actor.zip(person).map(|(id, person)| addresses::owner(person.kind, id));
    Who {
        initials: name.as_deref().map(initials),
        href: page.filter(|_| visitor.is_administrator() && name.is_some()),
        name: name.unwrap_or_else(|| ENGLISH.common.outsider.to_string()),
        id: row.actor.map(|id| id.to_string()),
        token: token.map(|token| token.to_string()),
    }
}

fn from(origin: &Origin) -> Option<From> {
    if *origin == Origin::default() {
        return None;
    }
    let user_agent = origin.user_agent.clone().unwrap_or_default();
    let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
    Some(From { address, browser: cut(short_name(&user_agent)), user_agent })
}

/// A program may call itself one long word, which has no room beside others.
fn cut(browser: String) -> String {
    match browser.char_indices().nth(BROWSER_CHARACTERS) {
        Some((end, _)) => format!("{}…", &browser[..end]),
        None => browser,
    }
}

fn object(t: &Journal, visitor: &Visitor, names: &Names, row: &JournalRow) -> Option<Told> {
    match object_of(&row.entry.event) {
        Object::Token(id) => {
            let name = row.names.token.as_ref().and_then(|(_, name)| name.as_ref());
            let href = name.map(|_| addresses::token(id));
            let id = id.to_string();
            Some(Told { name: name.map_or_else(|| id.clone(), ToString::to_string), id: Some(id), href })
        }
        Object::Owner(number) => Some(names.owner(number).map_or_else(
            || Told { id: None, name: t.object_hidden.to_string(), href: None },
            |owner| told_owner(visitor, owner),
        )),
        Object::Organisation(id) => {
            let name = row.names.organisation.as_ref().map_or_else(|| id.to_string(), ToString::to_string);
            Some(told_organisation(visitor, id, name))
        }
        Object::Permission(id) => {
            let name = names.permission(id).map_or_else(|| id.to_string(), ToString::to_string);
            Some(Told { id: Some(id.to_string()), name, href: None })
        }
        Object::Nothing => None,
    }
}

fn told_owner(visitor: &Visitor, owner: &Owner) -> Told {
    let href = visitor.is_administrator().then(|| addresses::owner(owner.kind, owner.id));
    Told { id: Some(owner.id.to_string()), name: owner.name.to_string(), href }
}

fn told_organisation(visitor: &Visitor, id: OrganisationId, name: String) -> Told {
    let href = visitor.is_application_administrator().then(|| addresses::organisation(id));
    Told { id: Some(id.to_string()), name, href }
}

fn object_of(event: &Event) -> Object {
    match event {
        Event::TokenIssued(issued) => Object::Token(issued.token),
        Event::TokenUpdated(updated) => Object::Token(updated.token),
        Event::TokenDisabled(switched) | Event::TokenEnabled(switched) => Object::Token(switched.token),
        Event::TokenRotated(rotated) => Object::Token(rotated.token),
        Event::RotationFinished(finished) => Object::Token(finished.token),
        Event::SecretsEnded(ended) => Object::Token(ended.token),
        Event::TokenDeleted(deleted) => Object::Token(deleted.token),
        Event::OrganisationCreated(changed) | Event::OrganisationUpdated(changed) => {
            Object::Organisation(changed.organisation)
        }
        Event::OwnerCreated(changed) | Event::OwnerUpdated(changed) => Object::Owner(changed.number),
        Event::PermissionCreated(changed) | Event::PermissionUpdated(changed) => Object::Permission(changed.permission),
        Event::PermissionAssigned(assigned) | Event::PermissionRevoked(assigned) => {
            assigned.token.map_or(Object::Owner(assigned.owner), Object::Token)
        }
        Event::SessionOpened(opened) => Object::Owner(opened.owner),
        Event::SessionsClosed(closed) => Object::Owner(closed.owner),
        Event::SignerAdded(changed)
        | Event::SignerEnabled(changed)
        | Event::SignerDisabled(changed)
        | Event::SignerRemoved(changed) => Object::Owner(changed.owner),
        Event::ActionSigned(signed) => Object::Owner(signed.owner),
        Event::SecretsRehashed(_)
        | Event::DeletionStarted(_)
        | Event::DeletionFinished(_)
        | Event::QuarantineLifted(_) => Object::Nothing,
    }
}

fn owner_of(event: &Event) -> Option<OwnerNumber> {
    match object_of(event) {
        Object::Owner(number) => Some(number),
        Object::Token(_) | Object::Organisation(_) | Object::Permission(_) | Object::Nothing => None,
    }
}

fn permission_of(event: &Event) -> Option<PermissionId> {
    match (event, object_of(event)) {
        (Event::PermissionAssigned(assigned) | Event::PermissionRevoked(assigned), _) => Some(assigned.permission),
        (_, Object::Permission(id)) => Some(id),
        (_, Object::Token(_) | Object::Owner(_) | Object::Organisation(_) | Object::Nothing) => None,
    }
}
