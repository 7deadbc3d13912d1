//! The foot of the list: which rows are shown of how many, and the way to the others.

use super::view::{ROWS, View};
use crate::console::texts::{TokenList, grouped};

/// Where the list stands.
pub struct Pager {
    /// The page that is shown, from 1.
    pub page: u64,
    /// How many there are, one at least.
    pub pages: u64,
    /// How many rows there are.
    pub total: u64,
    /// `1–10 of 1,234 rows`.
    pub rows_text: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page behind.
    pub next: Option<String>,
    /// What the form for another page carries.
    pub carried: Vec<(&'static str, String)>,
}

impl Pager {
    /// The foot of a list of so many rows, of which `shown` stand there.
    pub fn new(view: &View, total: u64, shown: usize, t: &TokenList) -> Self {
        let pages = last_page(total, view.rows);
        let before = (view.page - 1).saturating_mul(view.rows as u64);
        let (first, last) = (grouped(before + 1), grouped(before + shown as u64));
        let rows_text = if shown == 0 {
            t.rows.count(total).to_string()
        } else {
            t.rows_of.filled(&[("first", &first), ("last", &last), ("rows", &t.rows.count(total))]).to_string()
        };
        Self {
            page: view.page,
            pages,
            total,
            rows_text,
            previous: (view.page > 1).then(|| view.at_page(view.page - 1)),
            next: (view.page < pages).then(|| view.at_page(view.page + 1)),
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

/// The last page of a list of so many rows; the first one when it is empty.
pub fn last_page(total: u64, rows: usize) -> u64 {
    total.div_ceil(rows.max(1) as u64).max(1)
}
