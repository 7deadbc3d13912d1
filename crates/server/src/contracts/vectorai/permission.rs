//! What an access token may do in the database: three independent bits, spoken as names, kept as scopes.

use domain::{
    invalid::Invalid,
    scope::{Scopes, native},
};

/// What whoever may administer the tokens can hand out.
pub(super) const ALL_SCOPES: &str = "vectorai:*";
/// The scope of the bit that administers tokens.
pub(super) const ADMIN_SCOPE: &str = "vectorai:admin";

/// The bits in the order in which they are spoken, each with its scope.
const BITS: [(&str, &str); 3] = [("read", "vectorai:read"), ("write", "vectorai:write"), ("admin", ADMIN_SCOPE)];

/// Reads names that are parted by commas, in any order; blanks around them and repetitions do no harm.
///
/// # Errors
/// Names the field when there is no name, or one that is none of these.
pub fn scopes(text: &str) -> Result<Scopes, Invalid> {
    let invalid = || Invalid::field("permission", "must be names out of read, write and admin, parted by commas");
    let mut scopes = Vec::new();
    for name in text.split(',').map(|name| name.trim_matches(' ')) {
        let (_, scope) = BITS.iter().find(|(known, _)| *known == name).ok_or_else(invalid)?;
        scopes.push(*scope);
    }
    // To administer tokens is also a right of the core, so that such a token works at every door.
    if scopes.contains(&ADMIN_SCOPE) {
        scopes.extend([native::TOKENS_READ, native::TOKENS_WRITE]);
    }
    Scopes::parse("permission", scopes)
}

/// The names of what these scopes allow, which may be none.
pub fn names(scopes: &Scopes) -> String {
    let names: Vec<_> = BITS.iter().filter(|(_, scope)| scopes.cover(scope)).map(|(name, _)| *name).collect();
    names.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_bits_reads_back() {
        for text in ["read", "write", "admin", "read,write", "read,admin", "write,admin", "read,write,admin"] {
            assert_eq!(names(&scopes(text).unwrap()), text);
        }
        assert_eq!(names(&scopes(" admin, read,admin ").unwrap()), "read,admin");
        assert_eq!(names(&Scopes::everything()), "read,write,admin");
        assert_eq!(names(&Scopes::default()), "");
    }

    #[test]
    fn other_names_are_refused() {
        for wrong in ["", ",", "read,", "Read", "owner", "read;write", "7", "read write", "read,\twrite", "read\n"] {
            assert!(scopes(wrong).is_err(), "{wrong}");
        }
    }
}
