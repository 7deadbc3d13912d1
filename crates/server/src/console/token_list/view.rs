//! What the list shows, as its address says it: every list can be bookmarked.

use super::{
    columns::Columns,
    filter::{FIELDS, FilterFields},
    sort,
};
use crate::{
    console::{
        addresses::{self, TOKENS},
        fields::Fields,
        texts::TokenList,
    },
    redact,
};
use domain::invalid::Checks;
use store::query::Sort;

/// How many rows a page may have.
pub const ROWS: [usize; 5] = [5, 10, 25, 50, 100];
/// How many it has at first.
const ROWS_AT_FIRST: usize = 10;
/// The last page that can be asked for.
const PAGES: u64 = 1_000_000_000;
/// What an address may say besides the filter.
const OTHERS: [&str; 4] = ["sort", "page", "rows", "columns"];

/// What the list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The fields of its filter.
    pub filter: FilterFields,
    /// Its order.
    pub sort: Sort,
    /// Which page of it, from 1.
    pub page: u64,
    /// How many rows a page has.
    pub rows: usize,
    /// Its columns.
    pub columns: Columns,
}

impl View {
    /// Reads an address. What breaks a rule is refused by name, and as it is at first here.
    pub fn read(fields: &Fields, checks: &mut Checks, t: &TokenList) -> Self {
        for (name, _) in fields.pairs() {
            if !FIELDS.contains(&name) && !OTHERS.contains(&name) {
                checks.refuse(redact::name(name), t.rule_unknown.as_str());
            }
        }
        let sort = fields.given("sort").and_then(|text| checks.take(sort::read(text, t))).unwrap_or_default();
        let columns = checks.take(Columns::read(fields.all("columns"), t)).unwrap_or_else(Columns::usual);
        let mut view = Self { filter: FilterFields::of(fields), sort, page: 1, rows: ROWS_AT_FIRST, columns };
        if let Some(text) = fields.given("rows") {
            match text.parse() {
                Ok(rows) if ROWS.contains(&rows) => view.rows = rows,
                _ => checks.refuse("rows", t.rule_rows.as_str()),
            }
        }
        if let Some(text) = fields.given("page") {
            match text.parse() {
                Ok(page) if (1..=PAGES).contains(&page) => view.page = page,
                _ => checks.refuse("page", t.rule_page.as_str()),
            }
        }
        view
    }

    /// Names and values of everything that is not as it is at first.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> = self.filter.pairs().map(|(name, value)| (name, value.to_owned())).collect();
        if self.sort != Sort::default() {
            pairs.push(("sort", sort::word(self.sort)));
        }
        if self.rows != ROWS_AT_FIRST {
            pairs.push(("rows", self.rows.to_string()));
        }
        pairs.extend(self.columns.text().map(|text| ("columns", text)));
        if self.page > 1 {
            pairs.push(("page", self.page.to_string()));
        }
        pairs
    }

    /// The same without one of them: what a form has to carry that sets that one itself.
    pub fn pairs_without(&self, name: &str) -> Vec<(&'static str, String)> {
        self.pairs().into_iter().filter(|(known, _)| *known != name).collect()
    }

    /// Its address.
    pub fn address(&self) -> String {
        addresses::with(TOKENS, self.pairs())
    }

    /// The address of another page of it.
    pub fn at_page(&self, page: u64) -> String {
        Self { page, ..self.clone() }.address()
    }

    /// Its address in another order, from its beginning.
    pub fn sorted(&self, sort: Sort) -> String {
        Self { sort, page: 1, ..self.clone() }.address()
    }

    /// Its address with another filter, from its beginning.
    pub fn filtered(&self, filter: FilterFields) -> String {
        Self { filter, page: 1, ..self.clone() }.address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::texts::ENGLISH;

    fn read(query: &str) -> Result<View, domain::invalid::Invalid> {
        let mut checks = Checks::new();
        let view = View::read(&Fields::read(query.as_bytes()).unwrap(), &mut checks, &ENGLISH.token_list);
        checks.finish().map(|()| view)
    }

    #[test]
    fn an_address_is_read_back_as_it_was_written() {
        for query in [
            "",
            "q=a+%26+b&state=active&label=a&label=b%3Dc",
            "sort=-name&rows=25&columns=token%2Cowner&page=3",
            "owner=ada%40acme.example&created_after=2026-01-31",
        ] {
            let view = read(query).unwrap();
            assert_eq!(view.address().split_once('?').map_or("", |(_, query)| query), query);
        }
        assert_eq!(
            read("label=a,b+c&q=+&owner=&rows=10&page=1").unwrap().address(),
            format!("{TOKENS}?label=a&label=b&label=c")
        );
    }

    #[test]
    fn what_is_wrong_is_named_all_at_once() {
        let invalid = read("sort=size&page=0&rows=7&columns=x&colour=red").unwrap_err();
        let names: Vec<_> = invalid.fields().iter().map(|refused| refused.field.as_str()).collect();
        assert_eq!(names, ["colour", "sort", "columns", "rows", "page"]);
    }
}
