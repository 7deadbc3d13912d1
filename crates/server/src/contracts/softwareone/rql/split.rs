//! A query string taken apart: paging, selection and order by name, and all the rest as one filter.

use super::mistake::Mistake;
use crate::query::unescaped;
use domain::limits;

/// The parts of a query string, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pieces {
    /// What stands behind `limit=`.
    pub limit: Option<String>,
    /// What stands behind `offset=`.
    pub offset: Option<String>,
    /// What stands behind `order=`, several of them joined by commas.
    pub order: Option<String>,
    /// What stands behind `select=`, several of them joined by commas; empty when nothing does.
    pub select: String,
    /// Everything else, joined by `&`.
    pub filter: Option<String>,
}

impl Pieces {
    /// Takes a query string apart.
    ///
    /// # Errors
    /// When it is too long, does not close what it opens, is not encoded as a query string is, or names what may
    /// stand once twice.
    pub fn of(query: &str) -> Result<Self, Mistake> {
        if query.len() > limits::SEARCH_BYTES {
            return Err(Mistake::too_much("filter", "bytes", limits::SEARCH_BYTES));
        }
        let mut pieces = Self::default();
        let (raws, closed) = split(query);
        // A selection that is left open would hide the parameters behind it; a filter is read to its end anyway.
        if !closed && raws.last().is_some_and(|raw| raw.trim_start().to_ascii_lowercase().starts_with("select=")) {
            return Err(Mistake::unbalanced("select"));
        }
        for raw in raws {
            // A `+` stays what it is: a sign in an order, a plus in a value.
            pieces.take(unescaped(raw).ok_or_else(|| Mistake::not_encoded("filter"))?)?;
        }
        Ok(pieces)
    }

    fn take(&mut self, piece: String) -> Result<(), Mistake> {
        let parameter = piece.split_once('=').map(|(name, value)| (name.trim().to_ascii_lowercase(), value));
        let (place, value) = match &parameter {
            Some((name, value)) if name == "limit" => (&mut self.limit, value),
            Some((name, value)) if name == "offset" => (&mut self.offset, value),
            Some((name, value)) if name == "order" => {
                join(&mut self.order, value, ',');
                return Ok(());
            }
            Some((name, value)) if name == "select" => {
                join_text(&mut self.select, value, ',');
                return Ok(());
            }
            // Whatever shall be shown in the caller's language: there is nothing of it here.
            _ if piece.trim().is_empty() || piece.trim().eq_ignore_ascii_case("render()") => return Ok(()),
            _ => {
                join(&mut self.filter, &piece, '&');
                return Ok(());
            }
        };
        match place.replace((*value).trim().to_owned()) {
            Some(_) => Err(Mistake::repeated(parameter.as_ref().map_or("filter", |(name, _)| name))),
            None => Ok(()),
        }
    }
}

fn join(whole: &mut Option<String>, part: &str, between: char) {
    join_text(whole.get_or_insert_default(), part, between);
}

fn join_text(whole: &mut String, part: &str, between: char) {
    if !whole.is_empty() && !part.is_empty() {
        whole.push(between);
    }
    whole.push_str(part);
}

/// The pieces between the `&`s that stand neither in quotes nor in parentheses. What is percent-encoded
/// counts as what it stands for, since the filter is read after it has been decoded; only an encoded
/// `&` never parts anything. False beside them when a quote or a parenthesis stays open in the last one.
fn split(query: &str) -> (Vec<&str>, bool) {
    let (mut pieces, mut begin, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    let bytes = query.as_bytes();
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let (meaning, length) = escaped(&bytes[place..]).map_or((*byte, 1), |meaning| (meaning, 3));
        match (quote, meaning) {
            (Some(open), _) if meaning == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(meaning),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b'&') if depth == 0 && length == 1 => {
                pieces.push(&query[begin..place]);
                begin = place + 1;
            }
            (None, _) => {}
        }
        place += length;
    }
    pieces.push(&query[begin..]);
    (pieces, quote.is_none() && depth == 0)
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(query: &str) -> String {
        Pieces::of(query).unwrap().filter.unwrap_or_default()
    }

    #[test]
    fn what_stays_open_hides_no_parameter() {
        for wrong in ["select=%27a&limit=-1", "select=\"a&limit=-1", "limit=1&Select=modules(id&offset=1"] {
            assert_eq!(Pieces::of(wrong), Err(Mistake::unbalanced("select")), "{wrong}");
        }
        assert_eq!(Pieces::of("select=modules(id)&limit=7").unwrap().limit.as_deref(), Some("7"));
    }

    #[test]
    fn both_clients_spellings_come_apart_alike() {
        assert_eq!(filter("limit=10&eq(name,'a%20%26%20b')&offset=0"), "eq(name,'a & b')");
        assert_eq!(filter("limit=10&eq(name,'a & b')&offset=0"), "eq(name,'a & b')");
        assert_eq!(filter("eq(name,\"O'Neil\")&limit=1"), "eq(name,\"O'Neil\")");
        assert_eq!(filter("eq(name,%22O%27Neil & sons%22)&limit=1"), "eq(name,\"O'Neil & sons\")");
        assert_eq!(filter("ilike(name,'*x%2By*')"), "ilike(name,'*x+y*')");
        assert_eq!(filter("ilike(name,'*x+y*')"), "ilike(name,'*x+y*')");
        assert_eq!(filter("and(a=1&b=2)&c=3&limit=1"), "and(a=1&b=2)&c=3");
    }

    #[test]
    fn paging_order_and_selection_are_taken_out() {
        let pieces = Pieces::of("Limit=5&order=-name&select=%2Baudit&order=id&render()&select=-name").unwrap();
        assert_eq!(pieces.limit.as_deref(), Some("5"));
        assert_eq!(pieces.order.as_deref(), Some("-name,id"));
        assert_eq!((pieces.select.as_str(), pieces.filter), ("+audit,-name", None));
        assert_eq!(Pieces::of("limit=1&limit=2"), Err(Mistake::repeated("limit")));
    }

    #[test]
    fn what_is_no_query_string_is_refused() {
        for query in ["a=%", "a=%z0", "a=%ff", &"a".repeat(limits::SEARCH_BYTES + 1)] {
            assert!(Pieces::of(query).is_err(), "{query}");
        }
    }
}
