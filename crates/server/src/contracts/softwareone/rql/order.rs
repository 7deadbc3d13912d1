//! What a list is sorted by: `order=-name,id`.

use super::mistake::Mistake;
use domain::limits;

/// One of the properties that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The dotted name of the property, as it was written.
    pub path: String,
    /// True for the largest first.
    pub descending: bool,
}

/// Reads what stands behind `order=`. A blank counts as the `+` that it was before it was decoded.
///
/// # Errors
/// When it names nothing, or too much.
pub fn parse(text: &str) -> Result<Vec<Key>, Mistake> {
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    let keys: Vec<_> = parts.map(key).collect();
    if keys.is_empty() || keys.iter().any(|key| key.path.is_empty()) {
        return Err(Mistake::empty_order());
    }
    if keys.len() > limits::SEARCH_KEYS {
        return Err(Mistake::too_much("order", "properties", limits::SEARCH_KEYS));
    }
    Ok(keys)
}

fn key(part: &str) -> Key {
    let descending = part.starts_with('-');
    Key { path: part.trim_start_matches(['+', '-', ' ']).trim().to_owned(), descending }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_say_the_direction() {
        let keys = parse("-name,+audit.created.at, id,status").unwrap();
        let keys: Vec<_> = keys.iter().map(|key| (key.path.as_str(), key.descending)).collect();
        assert_eq!(keys, [("name", true), ("audit.created.at", false), ("id", false), ("status", false)]);
        for text in ["", ",", " , ", "-", "name,-"] {
            assert_eq!(parse(text), Err(Mistake::empty_order()), "{text}");
        }
        assert!(parse(&"a,".repeat(limits::SEARCH_KEYS + 1)).is_err());
    }
}
