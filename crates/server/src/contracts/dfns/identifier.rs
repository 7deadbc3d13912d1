//! Identifiers: what it is in two letters, and the 128 bits of the record's own identifier as 26 characters.
//!
//! The characters are those of base32hex (RFC 4648, section 7) in lower case, in groups of 5, 5 and 16. They hold
//! 130 bits; the last two are always zero, so each record has one spelling.

use domain::{
    id::{AssignmentId, OrganisationId, OwnerId, PermissionId, SignerId, TokenId},
    permission::Bearer,
};

/// What tokens' identifiers begin with.
const TOKEN: &str = "to-";
/// What identifiers of users and service accounts begin with.
const USER: &str = "us-";
/// What organisations' identifiers begin with.
const ORGANISATION: &str = "or-";
/// What the identifier of the one application of an organisation begins with.
const APPLICATION: &str = "ap-";
/// What permissions' identifiers begin with.
const PERMISSION: &str = "pm-";
/// What assignments' identifiers begin with.
const ASSIGNMENT: &str = "as-";
/// What credentials' identifiers begin with.
const CREDENTIAL: &str = "cr-";

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";
/// How many characters have a hyphen behind them.
const HYPHENS: [usize; 2] = [5, 10];
const CHARACTERS: usize = 26;
/// How far the bits of the first character are from the last of the 128.
const FIRST_SHIFT: usize = 123;

/// The identifier of a token.
pub fn token(id: TokenId) -> String {
    write(TOKEN, id.bytes())
}

/// The token of this identifier; none for any other text, or another spelling.
pub fn parse_token(text: &str) -> Option<TokenId> {
    read(TOKEN, text).map(TokenId::from_bytes)
}

/// The identifier of a user or service account.
pub fn user(id: OwnerId) -> String {
    write(USER, id.bytes())
}

/// The user or service account of this identifier.
pub fn parse_user(text: &str) -> Option<OwnerId> {
    read(USER, text).map(OwnerId::from_bytes)
}

/// The identifier of an organisation.
pub fn organisation(id: OrganisationId) -> String {
    write(ORGANISATION, id.bytes())
}

/// The organisation of this identifier.
pub fn parse_organisation(text: &str) -> Option<OrganisationId> {
    read(ORGANISATION, text).map(OrganisationId::from_bytes)
}

/// The identifier of the application that an organisation has, though nothing is known of it.
pub fn application(id: OrganisationId) -> String {
    write(APPLICATION, id.bytes())
}

/// The identifier of a permission.
pub fn permission(id: PermissionId) -> String {
    write(PERMISSION, id.bytes())
}

/// The permission of this identifier.
pub fn parse_permission(text: &str) -> Option<PermissionId> {
    read(PERMISSION, text).map(PermissionId::from_bytes)
}

/// The identifier of an assignment.
pub fn assignment(id: AssignmentId) -> String {
    write(ASSIGNMENT, id.bytes())
}

/// The assignment of this identifier.
pub fn parse_assignment(text: &str) -> Option<AssignmentId> {
    read(ASSIGNMENT, text).map(AssignmentId::from_bytes)
}

/// The identifier of whoever was given a permission.
pub fn bearer(bearer: Bearer) -> String {
    match bearer {
        Bearer::Owner(owner) => user(owner),
        Bearer::Token(id) => token(id),
    }
}

/// Whoever has this identifier: a user, a service account or a token.
pub fn parse_bearer(text: &str) -> Option<Bearer> {
    parse_user(text).map(Bearer::Owner).or_else(|| parse_token(text).map(Bearer::Token))
}

/// The identifier of a credential, which is not the name under which it is offered.
pub fn credential(id: SignerId) -> String {
    write(CREDENTIAL, id.bytes())
}

/// The credential of this identifier.
pub fn parse_credential(text: &str) -> Option<SignerId> {
    read(CREDENTIAL, text).map(SignerId::from_bytes)
}

/// The identifier that begins with these letters and a hyphen.
pub fn write(prefix: &str, bytes: [u8; 16]) -> String {
    let bits = u128::from_be_bytes(bytes);
    let mut text = String::with_capacity(prefix.len() + CHARACTERS + HYPHENS.len());
    text.push_str(prefix);
    for place in 0..CHARACTERS {
        if HYPHENS.contains(&place) {
            text.push('-');
        }
        // Two bits are missing behind the last.
        let five = if place == CHARACTERS - 1 { bits << 2 } else { bits >> (FIRST_SHIFT - 5 * place) };
        text.push(char::from(ALPHABET[(five & 31) as usize]));
    }
    text
}

/// The bytes of an identifier that begins with these letters and a hyphen; none for any other spelling than the
/// one of [`write()`].
pub fn read(prefix: &str, text: &str) -> Option<[u8; 16]> {
    let groups = text.strip_prefix(prefix)?;
    if groups.len() != CHARACTERS + HYPHENS.len() {
        return None;
    }
    let bits = groups.bytes().filter(|byte| *byte != b'-').try_fold(0_u128, |bits, byte| {
        let five = ALPHABET.iter().position(|known| *known == byte)?;
        Some(bits.rotate_left(5) ^ five as u128)
    })?;
    // The first two bits came around to the end, where the two missing ones would be.
    let bytes = bits.rotate_right(2).to_be_bytes();
    (write(prefix, bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_look_as_they_do_at_dfns() {
        let id = |byte: u8| token(TokenId::from_bytes([byte; 16]));
        assert_eq!(id(0), "to-00000-00000-0000000000000000");
        assert_eq!(id(255), "to-vvvvv-vvvvv-vvvvvvvvvvvvvvvs");
        assert_eq!(user(OwnerId::from_bytes([1; 16])), "us-040g2-08104-0g2081040g208104");
        let (organisation_id, text) = (OrganisationId::from_bytes([7; 16]), "ap-0s3gc-1o70s-3gc1o70s3gc1o70s");
        assert_eq!(application(organisation_id).len(), text.len());
        assert!(organisation(organisation_id).starts_with("or-"));
    }

    /// Every bit is somewhere, and nothing but the one spelling reads.
    #[test]
    fn identifiers_read_back_as_they_were_written_and_no_other_way() {
        let mut state = 7_u128;
        for round in 0..2_000_u32 {
            state = state.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645).wrapping_add(0x1234_5678_9abc_def1);
            let bits = if round < 128 { 1_u128 << round } else { state };
            let id = TokenId::from_bytes(bits.to_be_bytes());
            let text = token(id);
            assert_eq!(text.len(), 31);
            assert_eq!(parse_token(&text), Some(id), "{text}");
            for wrong in [
                text.to_uppercase(),
                text.replace("to-", "us-"),
                text.replacen('-', "", 2),
                format!("{text}0"),
                format!(" {text}"),
                text[..30].to_owned(),
                format!("{}w", &text[..30]),
                // The same bits with one of the two last set.
                format!(
                    "{}{}",
                    &text[..30],
                    char::from(ALPHABET[ALPHABET.iter().position(|c| *c == text.as_bytes()[30]).unwrap() | 1])
                ),
            ] {
                assert_eq!(parse_token(&wrong), None, "{wrong}");
            }
        }
        for wrong in ["", "to-", "to-é", "to-00000-00000-000000000000000é", "to-0000-000000-0000000000000000"] {
            assert_eq!(parse_token(wrong), None, "{wrong}");
        }
    }
}
