//! What a list shows, as its address says it: every list can be bookmarked.

use super::{
    filter::FilterFields,
    paging::{self, Paging},
    sorting::{self, SortWords},
};
use crate::{
    console::{addresses, fields::Fields, texts::ENGLISH},
    redact,
};
use domain::invalid::Checks;
use store::query::Sort;

/// What a list shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListView<Key> {
    /// The list without any parameters.
    pub path: String,
    /// The fields that narrow it down.
    pub filter: FilterFields,
    /// Its order.
    pub sort: Sort<Key>,
    /// Which page of it.
    pub paging: Paging,
    /// What its address says besides, such as columns.
    pub others: Vec<(&'static str, String)>,
}

impl<Key: SortWords> ListView<Key> {
    /// Reads an address. What breaks a rule is refused by name, and as it is at first here; so is every name that
    /// is not `known` beside those that every list knows.
    pub fn read(
        path: impl Into<String>,
        known: &[&str],
        filter: FilterFields,
        fields: &Fields,
        checks: &mut Checks,
    ) -> Self {
        for (name, _) in fields.pairs() {
            if !known.contains(&name) && !paging::NAMES.contains(&name) && name != sorting::NAME {
                checks.refuse(redact::name(name), ENGLISH.common.rule_unknown.as_str());
            }
        }
        let (sort, paging) = (sorting::read(fields, checks), Paging::read(fields, checks));
        Self { path: path.into(), filter, sort, paging, others: Vec::new() }
    }

    /// Names and values of everything that is not as it is at first.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<_> = self.filter.pairs().map(|(name, value)| (name, value.to_owned())).collect();
        if self.sort != Sort::default() {
            pairs.push((sorting::NAME, sorting::word(self.sort)));
        }
        pairs.extend(self.others.iter().cloned());
        pairs.extend(self.paging.pairs());
        pairs
    }

    /// The same without one of them: what a form has to carry that sets that one itself.
    pub fn pairs_without(&self, name: &str) -> Vec<(&'static str, String)> {
        self.pairs().into_iter().filter(|(known, _)| *known != name).collect()
    }

    /// Its address.
    pub fn address(&self) -> String {
        addresses::with(&self.path, self.pairs())
    }

    /// The address of another page of it.
    pub fn at_page(&self, page: u64) -> String {
        Self { paging: Paging { page, ..self.paging }, ..self.clone() }.address()
    }

    /// Its address in another order, from its beginning.
    pub fn sorted(&self, sort: Sort<Key>) -> String {
        Self { sort, ..self.clone() }.at_page(1)
    }

    /// Its address with another filter, from its beginning.
    pub fn filtered(&self, filter: FilterFields) -> String {
        Self { filter, ..self.clone() }.at_page(1)
    }
}
