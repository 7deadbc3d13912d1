//! The order of a list in words, and the heads of columns that change it.

use super::view::ListView;
use crate::console::{
    fields::Fields,
    texts::{ENGLISH, Phrase},
};
use domain::invalid::Checks;
use store::query::Sort;

/// The parameter that says it.
pub const NAME: &str = "sort";

/// What a list can be sorted by, as addresses say it.
pub trait SortWords: Copy + Eq + Default + 'static {
    /// Everything that it can be sorted by.
    const ALL: &'static [Self];

    /// The word of one, whatever the direction.
    fn word(self) -> &'static str;

    /// True for what people want to see the largest of first.
    fn descends_at_first(self) -> bool;
}

/// Reads what an address says. What breaks a rule is refused by name, and as it is at first here.
pub fn read<Key: SortWords>(fields: &Fields, checks: &mut Checks) -> Sort<Key> {
    let Some(text) = fields.given(NAME) else { return Sort::default() };
    let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
    if let Some(key) = Key::ALL.iter().copied().find(|key| key.word() == word) {
        return Sort { key, descending };
    }
    let (t, words) = (&ENGLISH.common, Key::ALL.iter().map(|key| key.word()).collect::<Vec<_>>());
    let rule = if words.len() == 1 { &t.rule_sort_one } else { &t.rule_sort };
    checks.refuse(NAME, rule.with("words", &words.join(", ")).to_string());
    Sort::default()
}

/// The word for an address.
pub fn word<Key: SortWords>(sort: Sort<Key>) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, sort.key.word())
}

/// What stands above a column.
pub struct Heading {
    /// Its title.
    pub title: &'static Phrase,
    /// The word of what it sorts by; nothing where it does not.
    pub word: &'static str,
    /// The list in the order of this column, where it can be.
    pub sorted: Option<String>,
    /// The direction in which the list goes by it now, as `aria-sort` says it.
    pub direction: Option<&'static str>,
}

impl Heading {
    /// Above a column that sorts by this, or by nothing.
    pub fn new<Key: SortWords>(title: &'static Phrase, view: &ListView<Key>, key: Option<Key>) -> Self {
        Self {
            title,
            word: key.map(Key::word).unwrap_or_default(),
            sorted: key.map(|key| view.sorted(next(view.sort, key))),
            direction: key.filter(|key| view.sort.key == *key).map(|_| direction(view.sort.descending)),
        }
    }
}

/// An order that a list of cards offers, which has no heads of columns to press.
pub struct Order {
    /// The word for an address.
    pub word: String,
    /// What it is called.
    pub text: &'static Phrase,
    /// True for the one that the list is in.
    pub chosen: bool,
}

/// These orders of a list, by key and whether it goes down.
pub fn orders<Key: SortWords>(view: &ListView<Key>, orders: &[(Key, bool, &'static Phrase)]) -> Vec<Order> {
    let order = |&(key, descending, text): &(Key, bool, &'static Phrase)| {
        let sort = Sort { key, descending };
        Order { word: word(sort), text, chosen: view.sort == sort }
    };
    orders.iter().map(order).collect()
}

/// The order that a press on a head asks for: the other direction, or the one that people want first.
fn next<Key: SortWords>(current: Sort<Key>, key: Key) -> Sort<Key> {
    if current.key == key {
        return Sort { key, descending: !current.descending };
    }
    Sort { key, descending: key.descends_at_first() }
}

fn direction(descending: bool) -> &'static str {
    if descending { "descending" } else { "ascending" }
}
