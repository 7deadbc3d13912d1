//! Identifiers: the numbers of records in groups of four digits, behind three letters that say what it is.

use domain::id::{OrganisationNumber, OwnerNumber, Position, TokenNumber};

/// What tokens' identifiers begin with.
pub const TOKEN: &str = "TKN-";
/// What accounts' identifiers begin with.
pub const ACCOUNT: &str = "ACC-";
/// What users' identifiers begin with.
pub const USER: &str = "USR-";
/// What audit records' identifiers begin with.
const RECORD: &str = "AUD-";
/// The form of a token's identifier.
pub const TOKEN_RULE: &str = "must be TKN- and groups of four digits, such as TKN-0000-0012";
/// The form of an account's identifier.
pub const ACCOUNT_RULE: &str = "must be ACC- and groups of four digits, such as ACC-0000-0012";
/// The form of an audit record's identifier.
pub const RECORD_RULE: &str = "must be AUD- and groups of four digits, such as AUD-0000-0000-0000-0012";

/// The identifier of a token.
pub fn token(number: TokenNumber) -> String {
    format!("{TOKEN}{}", number.grouped())
}

/// The identifier of an account.
pub fn account(number: OrganisationNumber) -> String {
    format!("{ACCOUNT}{}", number.grouped())
}

/// The identifier of a user or service account.
pub fn user(number: OwnerNumber) -> String {
    format!("{USER}{}", number.grouped())
}

/// The identifier of a journal entry, which has four groups at least.
pub fn record(position: Position) -> String {
    let number = TokenNumber(position.0).grouped();
    let missing = 4_usize.saturating_sub(number.split('-').count());
    format!("{RECORD}{}{number}", "0000-".repeat(missing))
}

/// The number of a token; none for any other spelling than its own.
pub fn parse_token(id: &str) -> Option<TokenNumber> {
    TokenNumber::from_grouped(id.strip_prefix(TOKEN)?)
}

/// The number of an account.
pub fn parse_account(id: &str) -> Option<OrganisationNumber> {
    OrganisationNumber::from_grouped(id.strip_prefix(ACCOUNT)?)
}

/// The position of a journal entry.
pub fn parse_record(id: &str) -> Option<Position> {
    let digits = id.strip_prefix(RECORD)?.replace('-', "");
    let position = Position(digits.parse().ok()?);
    (record(position) == id).then_some(position)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_read_back_as_they_are_written() {
        assert_eq!(token(TokenNumber(12)), "TKN-0000-0012");
        assert_eq!(parse_token("TKN-0000-0012"), Some(TokenNumber(12)));
        assert_eq!(parse_account("ACC-0001-0000"), Some(OrganisationNumber(10_000)));
        assert_eq!(user(OwnerNumber(3)), "USR-0000-0003");
        for (position, text) in [(7, "AUD-0000-0000-0000-0007"), (10_u64.pow(17), "AUD-0010-0000-0000-0000-0000")] {
            assert_eq!(record(Position(position)), text);
            assert_eq!(parse_record(text), Some(Position(position)));
        }
        for wrong in ["", "TKN-", "12", "tkn-0000-0012", "TKN-0000-12", "TKN-0000-0000-0012", "ACC-0000-0012"] {
            assert_eq!(parse_token(wrong), None, "{wrong}");
        }
        assert_eq!(parse_record("AUD-0000-0007"), None);
    }
}
