//! The words, quotes and signs of a filter.

use super::mistake::Mistake;

/// A part of a filter that is not taken apart any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// Anything without a sign in it, without the blanks around it.
    Word(&'a str),
    /// What stands between quotes, as it stands there.
    Quoted(&'a str),
    /// `,`
    Comma,
    /// `&`
    And,
    /// `;` or `|`
    Or,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `=`
    Equals,
}

/// Takes a filter apart.
///
/// # Errors
/// When a quote is not closed.
pub fn tokens(filter: &str) -> Result<Vec<Token<'_>>, Mistake> {
    let mut tokens = Vec::new();
    let mut rest = filter;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        let sign = match first {
            ',' => Token::Comma,
            '&' => Token::And,
            ';' | '|' => Token::Or,
            '(' => Token::Open,
            ')' => Token::Close,
            '=' => Token::Equals,
            '"' | '\'' => {
                let (quoted, behind) = behind.split_once(first).ok_or_else(|| Mistake::unbalanced("filter"))?;
                tokens.push(Token::Quoted(quoted));
                rest = behind;
                continue;
            }
            _ => {
                let end = rest.find(is_sign).unwrap_or(rest.len());
                let word = rest[..end].trim();
                tokens.extend((!word.is_empty()).then_some(Token::Word(word)));
                rest = &rest[end..];
                continue;
            }
        };
        tokens.push(sign);
        rest = behind;
    }
    Ok(tokens)
}

fn is_sign(character: char) -> bool {
    ",&;|()=\"'".contains(character)
}

#[cfg(test)]
mod tests {
    use super::{Token::*, *};

    #[test]
    fn words_quotes_and_signs_come_apart() {
        let expected = [Word("eq"), Open, Word("audit.created.at"), Comma, Quoted("a & 'b'"), Close, Or, Word("x:y+z")];
        assert_eq!(tokens("eq( audit.created.at , \"a & 'b'\")| x:y+z ").unwrap(), expected);
        assert_eq!(tokens("a=b&c;()").unwrap(), [Word("a"), Equals, Word("b"), And, Word("c"), Or, Open, Close]);
        assert_eq!(tokens("").unwrap(), []);
        assert_eq!(tokens("''").unwrap(), [Quoted("")]);
        assert!(tokens("eq(a,'b)").is_err() && tokens("\"").is_err());
    }
}
