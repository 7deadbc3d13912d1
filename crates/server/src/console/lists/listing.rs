//! The frame around the rows of a list: its filter, its heads, its foot, and what is said where it has no rows.

use super::{
    paging::Pager,
    sorting::{Heading, Order, SortWords},
    view::ListView,
};
use crate::console::feedback::Feedback;
use http::StatusCode;

/// The frame. The template is `console/lists/list.html`.
pub struct Listing<Key> {
    /// What the list shows.
    pub view: ListView<Key>,
    /// What is wrong with its address.
    pub feedback: Feedback,
    /// Its foot.
    pub pager: Pager,
    /// What stands above its columns.
    pub headings: Vec<Heading>,
    /// The orders that it offers where it is cards.
    pub orders: Vec<Order>,
    /// The fields of the filter, which say themselves what is wrong with them.
    fields: &'static [&'static str],
    /// Those of them that this visitor has no input for.
    pub without_input: Vec<&'static str>,
}

impl<Key: SortWords> Listing<Key> {
    /// Of so many rows, and more where it says so, of which `shown` stand there.
    pub fn new(view: ListView<Key>, fields: &'static [&'static str], total: (u64, bool), shown: usize) -> Self {
        let pager = Pager::new(&view, total, shown);
        Self {
            view,
            feedback: Feedback::none(),
            pager,
            headings: Vec::new(),
            orders: Vec::new(),
            fields,
            without_input: Vec::new(),
        }
    }

    /// Without rows, because its address could not be understood.
    pub fn refused(view: ListView<Key>, fields: &'static [&'static str], feedback: Feedback) -> Self {
        Self { feedback, ..Self::new(view, fields, (0, false), 0) }
    }

    /// True when the address could not be understood.
    pub fn is_refused(&self) -> bool {
        self.feedback.status() != StatusCode::OK
    }

    /// True when there is nothing at all, whatever the filter.
    pub fn is_empty(&self) -> bool {
        self.pager.total == 0 && self.view.filter.is_empty()
    }

    /// What is wrong with what has no field on the page.
    pub fn unshown(&self) -> Vec<String> {
        self.feedback.others(self.fields)
    }

    /// What is wrong with the fields on the page: their names, and what breaks a rule.
    pub fn errors(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.fields.iter().filter_map(|name| Some((*name, self.feedback.error(name)?)))
    }

    /// What the address says of fields without an input: the form carries it on.
    pub fn unshown_filter(&self) -> Vec<(&'static str, &str)> {
        self.view.filter.pairs().filter(|(name, _)| self.without_input.contains(name)).collect()
    }

    /// The text of a field.
    pub fn value(&self, field: &str) -> String {
        self.view.filter.value(field)
    }
}
