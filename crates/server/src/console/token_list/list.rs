//! `/console/settings/api-tokens`: the list.

use super::{
    choices::Choices,
    columns::{ALWAYS, Column},
    filter::{Chip, FilterFields, STATES},
    pager::{Pager, last_page},
    row::Row,
    sort,
    view::View,
};
use crate::console::{
    addresses::TOKENS,
    feedback::Feedback,
    fields::Fields,
    page::{Page, Place, send, send_with},
    refused::Refused,
    standing::state_text,
    texts::{ENGLISH, Phrase, TokenList},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::invalid::{Checks, Invalid};
use store::query::{ListedToken, SortKey, TokenFilter, search::Found};

/// What the text field takes, as a browser checks it: no word that looks like a whole secret, of Jeton or of the
/// products that it speaks for. A secret in an address would be kept in histories and logs.
const NO_SECRET: &str = r"(?!(.*\s)?(jtn_\S{20,}|idt:TKN-|eyJ\S{40,}|vdai_\S{16,}|[0-9a-f]{40}(\s|$))).*";

/// The list as a page.
#[derive(Template)]
#[template(path = "console/token_list/list.html")]
struct List {
    page: Page,
    t: &'static TokenList,
    /// The list without any parameters.
    home: &'static str,
    /// The word of the column that is always there.
    always: &'static str,
    states: [(&'static str, &'static Phrase); 4],
    view: View,
    feedback: Feedback,
    choices: Choices,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    pager: Pager,
    is_administrator: bool,
    is_application_administrator: bool,
}

/// The list, as its address says.
pub async fn show(visitor: Visitor, fields: Fields) -> Result<Response, Refused> {
    let t = &ENGLISH.token_list;
    let mut checks = Checks::new();
    let mut view = View::read(&fields, &mut checks, t);
    if !visitor.is_application_administrator() {
        view.columns = view.columns.within_an_organisation();
    }
    let choices = Choices::of(&visitor, &view.filter).await?;
    let filter = checks.take(view.filter.check(t, &choices.by_email));
    match checks.finish_with(filter) {
        Ok(filter) => {
            let found = find(&visitor, filter, &mut view).await?;
            Ok(send(&List::new(&visitor, view, choices, found, Feedback::none())))
        }
        Err(invalid) => refuse(&visitor, view, choices, invalid),
    }
}

/// The page that says what is wrong with its address, and shows no token.
fn refuse(visitor: &Visitor, view: View, choices: Choices, invalid: Invalid) -> Result<Response, Refused> {
    let feedback = Feedback::of(invalid)?;
    let status = feedback.status();
    let found = Found { items: Vec::new(), total: 0 };
    Ok(send_with(status, &List::new(visitor, view, choices, found, feedback)))
}

/// The tokens of the page; those of the last one when the list has become shorter than that.
async fn find(visitor: &Visitor, filter: TokenFilter, view: &mut View) -> Result<Found<ListedToken>, Refused> {
    let authority = &visitor.server.authority;
    let offset = |page: u64| (page - 1).saturating_mul(view.rows as u64);
    let (sort, rows) = (view.sort, view.rows);
    let found = authority.tokens_part(&visitor.caller, filter.clone(), sort, offset(view.page), rows).await?;
    let last = last_page(found.total, rows);
    if view.page <= last {
        return Ok(found);
    }
    let found = authority.tokens_part(&visitor.caller, filter, sort, offset(last), rows).await?;
    view.page = last;
    Ok(found)
}

impl List {
    fn new(visitor: &Visitor, view: View, choices: Choices, found: Found<ListedToken>, feedback: Feedback) -> Self {
        let t = &ENGLISH.token_list;
        let (now, for_administrator) = (visitor.server.authority.now(), visitor.is_administrator());
        let pager = Pager::new(&view, found.total, found.items.len(), t);
        let rows = found.items.into_iter().map(|listed| Row::new(listed, now, for_administrator)).collect();
        Self {
            page: visitor.page(&t.title, Place::Tokens),
            t,
            home: TOKENS,
            always: ALWAYS,
            states: STATES.map(|state| (state.as_str(), state_text(state))),
            chips: chips(&view, &choices),
            view,
            feedback,
            choices,
            rows,
            pager,
            is_administrator: for_administrator,
            is_application_administrator: visitor.is_application_administrator(),
        }
    }

    /// The columns that can be shown or hidden.
    fn all_columns(&self) -> impl Iterator<Item = Column> {
        let all = Column::ALL.into_iter();
        all.filter(|column| *column != Column::Organisation || self.is_application_administrator)
    }

    /// What is wrong with what has no field on the page.
    fn unshown_errors(&self) -> Vec<String> {
        let always = ["q", "state", "scope", "label"];
        let days = ["created_after", "created_before", "expires_after", "expires_before"];
        let mut shown = [&always[..], &days, &["last_used_after", "last_used_before"]].concat();
        if self.is_administrator {
            shown.extend(["owner", "author"]);
        }
        if self.is_application_administrator {
            shown.push("organisation");
        }
        self.feedback.others(&shown)
    }

    /// True when the address could not be understood.
    fn is_refused(&self) -> bool {
        self.feedback.status() != http::StatusCode::OK
    }

    fn sort_word(&self) -> String {
        sort::word(self.view.sort)
    }

    /// The orders that a list of cards offers, which has no heads of columns to press.
    fn orders(&self) -> [(&'static str, &'static Phrase); 8] {
        let t = self.t;
        [
            ("-created", &t.newest_first),
            ("created", &t.oldest_first),
            ("name", &t.name_ascending),
            ("-name", &t.name_descending),
            ("-last_used", &t.used_last_first),
            ("last_used", &t.used_first_first),
            ("expires", &t.expires_soonest_first),
            ("-expires", &t.expires_latest_first),
        ]
    }

    /// What stands above the columns, the token first.
    fn headers(&self) -> Vec<Header> {
        let header = |title: &'static Phrase, key: Option<SortKey>| Header {
            title,
            word: key.map(sort::key_word).unwrap_or_default(),
            sorted: key.map(|key| self.view.sorted(sort::next(self.view.sort, key))),
            direction: key.and_then(|key| sort::direction(self.view.sort, key)),
        };
        let columns = self.view.columns.iter().map(|column| header(column.title(self.t), sort::key_of(column)));
        std::iter::once(header(&self.t.token, Some(SortKey::Name))).chain(columns).collect()
    }

    /// Fields of the filter that this visitor has no input for, and that his address names all the same.
    fn unshown_filter(&self) -> Vec<(&'static str, &str)> {
        let is_hidden = |field: &str| match field {
            "owner" | "author" => !self.is_administrator,
            "organisation" => !self.is_application_administrator,
            _ => false,
        };
        self.view.filter.pairs().filter(|(field, _)| is_hidden(field)).collect()
    }

    /// True when some rows can be chosen.
    fn can_select(&self) -> bool {
        self.rows.iter().any(|row| !row.standing.is_deleted())
    }

    /// True when everything that fits can be deleted: there must be a condition, and more than is shown.
    fn more_than_shown(&self) -> bool {
        !self.view.filter.is_empty() && self.can_select() && self.pager.total > self.rows.len() as u64
    }

    fn delete_fitting(&self) -> Phrase {
        self.t.delete_fitting.count(self.pager.total)
    }
}

/// What stands above a column.
struct Header {
    title: &'static Phrase,
    /// The word of what it sorts by; nothing where it does not.
    word: &'static str,
    /// The list in the order of this column, where it can be.
    sorted: Option<String>,
    /// The direction in which the list goes by it now.
    direction: Option<&'static str>,
}

/// What the list is narrowed down to, each with the way to do without it.
fn chips(view: &View, choices: &Choices) -> Vec<Chip> {
    let t = &ENGLISH.token_list;
    let shown = |field: &str, value: &str| match field {
        "state" => state_name(value),
        "owner" | "author" | "organisation" => choices.name_of(value).unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    };
    let chip = |(field, value): (&'static str, &str)| Chip {
        title: title_of(field, t).to_string(),
        value: shown(field, value),
        without: view.filtered(FilterFields::without(&view.filter, field, value)),
    };
    view.filter.pairs().map(chip).collect()
}

fn state_name(word: &str) -> String {
    let known = STATES.into_iter().find(|state| state.as_str() == word);
    known.map_or_else(|| word.to_owned(), |state| state_text(state).to_string())
}

fn title_of<'a>(field: &str, t: &'a TokenList) -> &'a Phrase {
    match field {
        "q" => &t.text,
        "state" => &t.state,
        "owner" => &t.owner,
        "author" => &t.author,
        "organisation" => &t.organisation,
        "scope" => &t.scope,
        "label" => &t.label,
        "created_after" => &t.created_after,
        "created_before" => &t.created_before,
        "expires_after" => &t.expires_after,
        "expires_before" => &t.expires_before,
        "last_used_after" => &t.last_used_after,
        _ => &t.last_used_before,
    }
}
