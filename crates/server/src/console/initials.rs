//! Initials: one or two letters that stand for a name where other products have a picture.

/// The first letters of the first and the last word of a name.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let letter = |word: &str| word.chars().next().into_iter().flat_map(char::to_uppercase).next();
    let first = words.next().and_then(letter);
    let last = words.next_back().and_then(letter);
    match (first, last) {
        (Some(first), Some(last)) => format!("{first}{last}"),
        (Some(first), None) => first.to_string(),
        (None, _) => "?".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_kind_have_initials() {
        for (name, letters) in
            [("deploy bot", "DB"), ("Ada", "A"), ("ci-release-2", "C2"), ("élan vital", "ÉV"), ("***", "?"), ("", "?")]
        {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
