//! `/console/settings/api-tokens`: the list.

use super::{
    choices::Choices,
    columns::{ALWAYS, Column, Columns},
    filter::{self, Chip, STATES},
    row::Row,
    sort, view,
};
use crate::console::{
    addresses::TOKENS,
    feedback::Feedback,
    fields::Fields,
    lists::{
        paging::Pager,
        sorting::{self, Heading, Order},
        view::ListView,
    },
    page::{Page, Place, send, send_with},
    refused::Refused,
    standing::state_text,
    texts::{ENGLISH, Phrase, TokenList},
    visitor::Visitor,
};
use askama::Template;
use axum::response::Response;
use domain::invalid::{Checks, Invalid};
use store::query::{ListedToken, SortKey, search::Found};

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
    view: ListView<SortKey>,
    columns: Columns,
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
    let mut checks = Checks::new();
    let (mut view, columns) = view::read(&fields, visitor.is_application_administrator(), &mut checks);
    let choices = Choices::of(&visitor, &view.filter).await?;
    let filter = checks.take(filter::check(&view.filter, &ENGLISH.token_list, &choices.by_email));
    match checks.finish_with(filter) {
        Ok(filter) => {
            let (authority, sort) = (&visitor.server.authority, view.sort);
            let part = |offset, rows| authority.tokens_part(&visitor.caller, filter.clone(), sort, offset, rows);
            let found = view.paging.find(part).await?;
            Ok(send(&List::new(&visitor, view, columns, choices, found, Feedback::none())))
        }
        Err(invalid) => refuse(&visitor, view, columns, choices, invalid),
    }
}

/// The page that says what is wrong with its address, and shows no token.
fn refuse(
    visitor: &Visitor,
    view: ListView<SortKey>,
    columns: Columns,
    choices: Choices,
    invalid: Invalid,
) -> Result<Response, Refused> {
    let feedback = Feedback::of(invalid)?;
    let status = feedback.status();
    let found = Found { items: Vec::new(), total: 0, more: false };
    Ok(send_with(status, &List::new(visitor, view, columns, choices, found, feedback)))
}

impl List {
    fn new(
        visitor: &Visitor,
        view: ListView<SortKey>,
        columns: Columns,
        choices: Choices,
        found: Found<ListedToken>,
        feedback: Feedback,
    ) -> Self {
        let t = &ENGLISH.token_list;
        let (now, for_administrator) = (visitor.server.authority.now(), visitor.is_administrator());
        let pager = Pager::new(&view, (found.total, found.more), found.items.len());
        let rows = found.items.into_iter().map(|listed| Row::new(listed, now, for_administrator)).collect();
        Self {
            page: visitor.page(&t.title, Place::Tokens),
            t,
            home: TOKENS,
            always: ALWAYS,
            states: STATES.map(|state| (state.as_str(), state_text(state))),
            chips: chips(&view, &choices),
            view,
            columns,
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

    /// The orders that a list of cards offers, which has no heads of columns to press.
    fn orders(&self) -> Vec<Order> {
        let (t, common) = (self.t, &ENGLISH.common);
        let orders = [
            (SortKey::Created, true, &common.newest_first),
            (SortKey::Created, false, &common.oldest_first),
            (SortKey::Name, false, &common.name_ascending),
            (SortKey::Name, true, &common.name_descending),
            (SortKey::LastUsed, true, &t.used_last_first),
            (SortKey::LastUsed, false, &t.used_first_first),
            (SortKey::Expires, false, &t.expires_soonest_first),
            (SortKey::Expires, true, &t.expires_latest_first),
        ];
        sorting::orders(&self.view, &orders)
    }

    /// What stands above the columns, the token first.
    fn headings(&self) -> Vec<Heading> {
        let heading = |column: Column| Heading::new(column.title(self.t), &self.view, sort::key_of(column));
        let first = Heading::new(&self.t.token, &self.view, Some(SortKey::Name));
        std::iter::once(first).chain(self.columns.iter().map(heading)).collect()
    }

    /// How many fields of the filter are in use that do not always stand there.
    fn more_filters(&self) -> usize {
        filter::more(&self.view.filter)
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

/// What the list is narrowed down to, each with the way to do without it.
fn chips(view: &ListView<SortKey>, choices: &Choices) -> Vec<Chip> {
    let t = &ENGLISH.token_list;
    let shown = |field: &str, value: &str| match field {
        "state" => state_name(value),
        "owner" | "author" | "organisation" => choices.name_of(value).unwrap_or(value).to_owned(),
        _ => value.to_owned(),
    };
    let chip = |(field, value): (&'static str, &str)| Chip {
        title: title_of(field, t).to_string(),
        value: shown(field, value),
        without: view.filtered(view.filter.without(field, value)),
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
