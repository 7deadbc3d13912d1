//! The query language of lists: what a query string asks for, as a tree that knows no table yet.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `split` | a query string taken apart into paging, selection, order and filter |
//! | `lexer` `parser` | from the text of a filter to its tree |
//! | `tree` | the tree |
//! | `property` | the tables of what may be asked for |
//! | `check` | the tree with every path and value looked up |
//! | `fits` | which records of a catalogue fit it |
//! | `order` `select` | what a list is sorted by, and what is shown of each record |
//! | `mistake` | what was wrong, in the words that clients know |

pub mod check;
pub mod fits;
pub mod lexer;
pub mod mistake;
pub mod order;
pub mod parser;
pub mod property;
pub mod select;
pub mod split;
pub mod tree;

use mistake::Mistake;
use order::Key;
use select::Select;
use split::Pieces;
use tree::Expression;

/// What a query string asks for, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// At most this many records, as it was asked for.
    pub limit: Option<u64>,
    /// How many records are left out at the beginning.
    pub offset: u64,
    /// What is shown of each record.
    pub select: Select,
    /// What the list is sorted by, the weightiest first.
    pub order: Vec<Key>,
    /// What the records must fit.
    pub filter: Option<Expression>,
    /// What could not be read. Whoever answers the query adds what he cannot look up, and answers nothing
    /// else when there is any.
    pub mistakes: Vec<Mistake>,
}

impl Query {
    /// Reads a query string, without its question mark.
    pub fn parse(query: &str) -> Self {
        let pieces = match Pieces::of(query) {
            Ok(pieces) => pieces,
            Err(mistake) => return Self { mistakes: vec![mistake], ..Self::default() },
        };
        let mut mistakes = Vec::new();
        let mut take = |mistake| mistakes.push(mistake);
        let limit = pieces.limit.map(|text| number("limit", &text)).transpose().map_err(&mut take).unwrap_or_default();
        let offset =
            pieces.offset.map(|text| number("offset", &text)).transpose().map_err(&mut take).unwrap_or_default();
        let select = Select::parse(&pieces.select).map_err(&mut take).unwrap_or_default();
        let order = pieces.order.map(|text| order::parse(&text)).transpose().map_err(&mut take).unwrap_or_default();
        let filter = pieces.filter.map(|text| parser::parse(&text)).transpose().map_err(&mut take).unwrap_or_default();
        Self { limit, offset: offset.unwrap_or(0), select, order: order.unwrap_or_default(), filter, mistakes }
    }
}

fn number(name: &str, text: &str) -> Result<u64, Mistake> {
    // The store counts rows in signed 64-bit numbers.
    let number = text.parse().ok().filter(|number| i64::try_from(*number).is_ok());
    number.ok_or_else(|| Mistake::unconvertible(name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_a_query_is_read_and_every_mistake_named() {
        let query = Query::parse("limit=20&offset=40&order=-name&select=+audit&eq(status,Active)&render()");
        assert_eq!((query.limit, query.offset), (Some(20), 40));
        assert_eq!(query.order, [Key { path: "name".into(), descending: true }]);
        assert!(query.select.shows(&["audit"], false));
        assert!(query.filter.is_some());
        assert_eq!(Query::parse(""), Query::default());
        assert_eq!(Query::parse("select=&"), Query::default());

        let query = Query::parse("limit=x&offset=-1&order=&eq(name");
        let keys: Vec<_> = query.mistakes.iter().map(|mistake| mistake.key.as_str()).collect();
        assert_eq!(keys, ["limit", "offset", "order", "eq"]);
        assert_eq!(Query::parse("limit=9223372036854775808").mistakes.len(), 1);
    }

    #[test]
    fn any_soup_of_words_is_answered() {
        let words = [
            "eq(", "and(", "or(", "not(", "in(", "any(", "self(", "null()", "name", "modules", "(", ")", ",", "&", ";",
            "|", "=", "'", "\"", "%22", "%27", "%28", "%2", "*", "+", "-", " ", "é", "select=", "order=", "limit=",
            "1", "x",
        ];
        let randomness = store::testing::Seeded::new(1);
        let mut good = 0;
        for _ in 0..50_000 {
            let place = || usize::try_from(randomness.below(words.len() as u64)).unwrap();
            let soup: String = (0..randomness.below(14)).map(|_| words[place()]).collect();
            let mistakes = Query::parse(&soup).mistakes;
            good += usize::from(mistakes.is_empty());
            assert!(mistakes.iter().all(|mistake| !mistake.key.is_empty()), "{soup}");
        }
        assert!(good > 1_000, "hardly anything was read");
    }
}
