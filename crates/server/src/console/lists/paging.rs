//! Pages of lists: which one is asked for, and the foot of the list that leads to the others.

use super::{sorting::SortWords, view::ListView};
use crate::console::{
    fields::Fields,
    texts::{ENGLISH, Phrase, grouped},
};
use domain::{invalid::Checks, limits};
use std::future::Future;
use store::query::search::Found;

/// How many rows a page may have.
const ROWS: [usize; 5] = [5, 10, 25, 50, 100];
/// How many it has at first.
const ROWS_AT_FIRST: usize = 10;
/// How many entries of the journal a list counts: pages lead to no others. Counting every one would take seconds.
pub const MOST_COUNTED: u64 = 100_000;
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
                Ok(page) if (1..=limits::CONSOLE_PAGES).contains(&page) => paging.page = page,
                _ => checks.refuse("page", t.rule_page.with("most", &grouped(limits::CONSOLE_PAGES)).to_string()),
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
    /// How many there are or can be asked for, one at least.
    pub pages: u64,
    /// How many rows there are, as far as they were counted.
    pub total: u64,
    /// True when there are more.
    more: bool,
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
    /// The foot of a list of so many rows, and more where it says so, of which `shown` stand there.
    pub fn new<Key: SortWords>(view: &ListView<Key>, (total, more): (u64, bool), shown: usize) -> Self {
        let (t, paging) = (&ENGLISH.common, view.paging);
        let (pages, before) = (paging.last_of(total), paging.left_out());
        let (first, last) = (grouped(before + 1), grouped(before + shown as u64));
        let rows = if more { t.rows_more.count(total) } else { t.rows.count(total) };
        let rows_text = if shown == 0 {
            rows.to_string()
        } else {
            t.rows_of.filled(&[("first", &first), ("last", &last), ("rows", &rows)]).to_string()
        };
        Self {
            page: paging.page,
            pages,
            total,
            more,
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

    /// `of 1,234`.
    pub fn pages_text(&self) -> Phrase {
        let t = &ENGLISH.common;
        let text = if self.more { &t.of_first_pages } else { &t.of_pages };
        text.with("count", &grouped(self.pages))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::{journal::filter::JournalKey, lists::filter::FilterFields};

    #[test]
    fn no_page_leads_beyond_what_was_counted() {
        let view = |page: u64| {
            let fields = Fields::read(format!("rows=50&page={page}").as_bytes()).unwrap();
            ListView::<JournalKey>::read("/x", &[], FilterFields::default(), &fields, &mut Checks::new())
        };
        let foot = Pager::new(&view(2_000), (MOST_COUNTED, true), 50);
        assert_eq!(foot.rows_text, "99,951–100,000 of more than 100,000 rows");
        assert_eq!((foot.pages_text().to_string().as_str(), foot.next), ("of the first 2,000", None));
        let foot = Pager::new(&view(1), (MOST_COUNTED, false), 50);
        assert_eq!(
            (foot.rows_text.as_str(), foot.pages_text().to_string()),
            ("1–50 of 100,000 rows", "of 2,000".into())
        );
    }
}
