//! Pages of lists: which one is asked for, and the foot of the list that leads to the others.

use super::{sorting::SortWords, view::ListView};
use crate::console::{
    fields::Fields,
    texts::{ENGLISH, grouped},
};
use domain::invalid::Checks;
use std::future::Future;
use store::query::search::Found;

/// How many rows a page may have.
const ROWS: [usize; 5] = [5, 10, 25, 50, 100];
/// How many it has at first.
const ROWS_AT_FIRST: usize = 10;
/// The last page that can be asked for.
const PAGES: u64 = 1_000_000_000;
/// The parameters that say it.
pub const NAMES: [&str; 2] = ["rows", "page"];

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Its number, from 1.
    pub page: u64,
    /// How many rows it has at most.
    pub rows: usize,
}

impl Paging {
    /// Reads what an address says. What breaks a rule is refused by name, and as it is at first here.
    pub fn read(fields: &Fields, checks: &mut Checks) -> Self {
        let (t, mut paging) = (&ENGLISH.common, Self { page: 1, rows: ROWS_AT_FIRST });
        if let Some(text) = fields.given("rows") {
            match text.parse() {
                Ok(rows) if ROWS.contains(&rows) => paging.rows = rows,
                _ => checks.refuse("rows", t.rule_rows.as_str()),
            }
        }
        if let Some(text) = fields.given("page") {
            match text.parse() {
                Ok(page) if (1..=PAGES).contains(&page) => paging.page = page,
                _ => checks.refuse("page", t.rule_page.as_str()),
            }
        }
        paging
    }

    /// Names and values of what is not as it is at first.
    pub fn pairs(self) -> impl Iterator<Item = (&'static str, String)> {
        let rows = (self.rows != ROWS_AT_FIRST).then(|| ("rows", self.rows.to_string()));
        rows.into_iter().chain((self.page > 1).then(|| ("page", self.page.to_string())))
    }

    /// The rows of the page, found by how many are left out and how many it has; those of the last page, which
    /// then is the one that is shown, when the list ends before.
    ///
    /// # Errors
    /// As the search for them.
    pub async fn find<T, E, F>(&mut self, part: impl Fn(u64, usize) -> F) -> Result<Found<T>, E>
    where
        F: Future<Output = Result<Found<T>, E>>,
    {
        let found = part(self.left_out(), self.rows).await?;
        let last = self.last_of(found.total);
        if self.page <= last {
            return Ok(found);
        }
        self.page = last;
        part(self.left_out(), self.rows).await
    }

    fn left_out(self) -> u64 {
        (self.page - 1).saturating_mul(self.rows as u64)
    }

    /// The last page of a list of so many rows; the first one when it is empty.
    fn last_of(self, total: u64) -> u64 {
        total.div_ceil(self.rows.max(1) as u64).max(1)
    }
}

/// The foot of a list: which rows are shown of how many, and the way to the others.
pub struct Pager {
    /// The page that is shown, from 1.
    pub page: u64,
    /// How many there are, one at least.
    pub pages: u64,
    /// How many rows there are.
    pub total: u64,
    /// How many rows a page has.
    pub rows: usize,
    /// `1–10 of 1,234 rows`.
    pub rows_text: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page behind.
    pub next: Option<String>,
    /// The list without any parameters.
    pub path: String,
    /// What the form for another page carries.
    pub carried: Vec<(&'static str, String)>,
}

impl Pager {
    /// The foot of a list of so many rows, of which `shown` stand there.
    pub fn new<Key: SortWords>(view: &ListView<Key>, total: u64, shown: usize) -> Self {
        let (t, paging) = (&ENGLISH.common, view.paging);
        let (pages, before) = (paging.last_of(total), paging.left_out());
        let (first, last) = (grouped(before + 1), grouped(before + shown as u64));
        let rows_text = if shown == 0 {
            t.rows.count(total).to_string()
        } else {
            t.rows_of.filled(&[("first", &first), ("last", &last), ("rows", &t.rows.count(total))]).to_string()
        };
        Self {
            page: paging.page,
            pages,
            total,
            rows: paging.rows,
            rows_text,
            previous: (paging.page > 1).then(|| view.at_page(paging.page - 1)),
            next: (paging.page < pages).then(|| view.at_page(paging.page + 1)),
            path: view.path.clone(),
            carried: view.pairs_without("page"),
        }
    }

    /// How many rows a page may have.
    pub fn sizes(&self) -> [usize; 5] {
        ROWS
    }

    /// How many pages there are, with the thousands parted.
    pub fn pages_text(&self) -> String {
        grouped(self.pages)
    }
}
