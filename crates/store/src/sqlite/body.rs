//! The stored form of an entry's content: the same JSON text with what recurs in every entry packed.
//!
//! The journal is most of what a token costs on disk, and most of an entry is field names,
//! identifiers and digests. Bytes that cannot occur in JSON text stand for them, so that unpacking gives
//! back exactly the text that was chained.

use super::failure::{Failure, Result};
use domain::{id::TokenId, secret::Digest};

/// Sixteen bytes follow, written as a quoted UUID.
const UUID: u8 = 0x01;
/// Sixteen bytes follow, written as a quoted digest.
const DIGEST: u8 = 0x02;
/// The first byte that stands for a piece of [`PIECES`].
const FIRST_PIECE: u8 = 0x03;
const UUID_TEXT: usize = 38;
const DIGEST_TEXT: usize = 24;

/// Text that recurs. A store that was written keeps its meaning: pieces are only ever appended, up to
/// the 29 that fit below the blank.
const PIECES: [&str; 29] = [
    "{\"token\":",
    ",\"number\":",
    ",\"owner\":",
    ",\"scopes\":[\"",
    "\"],\"digest\":",
    ",\"name\":\"",
    "\",\"",
    ",\"digests\":[",
    ",\"digest\":",
    ",\"expires_at\":\"",
    ",\"networks\":[\"",
    ",\"reason\":\"",
    ",\"deletion\":",
    ",\"changed\":[\"",
    ",\"ends\":[{\"digest\":",
    ",\"at\":\"",
    ",\"model\":",
    ",\"until_first_use\":true",
    "{\"owner\":",
    "{\"session\":",
    "{\"organisation\":",
    ",\"kind\":\"user\",\"role\":\"",
    ",\"kind\":\"service_account\",\"role\":\"",
    ",\"active\":true",
    ",\"active\":false",
    "},{\"digest\":",
    "tokens:",
    "\"]}",
    "\"}",
];

/// Packs JSON text.
pub(super) fn pack(text: &str) -> Vec<u8> {
    let mut packed = Vec::with_capacity(text.len() / 2);
    let mut rest = text;
    while let Some(byte) = rest.bytes().next() {
        let taken = match byte {
            b'"' => pack_bytes(rest, &mut packed).unwrap_or_else(|| pack_piece(rest, &mut packed)),
            b'{' | b',' | b'}' | b't' => pack_piece(rest, &mut packed),
            _ => 0,
        };
        if taken == 0 {
            packed.push(byte);
            // The bytes of a longer character are copied one by one; none of them begins a piece.
            let length = rest.chars().next().map_or(1, char::len_utf8);
            packed.extend_from_slice(&rest.as_bytes()[1..length]);
            rest = &rest[length..];
        } else {
            rest = &rest[taken..];
        }
    }
    packed
}

/// Packs an identifier or digest at the beginning of the text. Answers with how much of it that was.
fn pack_bytes(text: &str, packed: &mut Vec<u8>) -> Option<usize> {
    let quoted = |length: usize| text.get(..length)?.strip_prefix('"')?.strip_suffix('"');
    if let Some(id) =
        quoted(UUID_TEXT).and_then(|word| TokenId::parse("body", word).ok().filter(|id| id.to_string() == word))
    {
        packed.push(UUID);
        packed.extend_from_slice(&id.bytes());
        return Some(UUID_TEXT);
    }
    let word = quoted(DIGEST_TEXT)?;
    let digest: Digest = serde_json::from_str(text.get(..DIGEST_TEXT)?).ok()?;
    // A text that only looks like one may not read back as it was.
    (format!("{digest:?}") == word).then(|| {
        packed.push(DIGEST);
        packed.extend_from_slice(&digest.bytes());
        DIGEST_TEXT
    })
}

fn pack_piece(text: &str, packed: &mut Vec<u8>) -> usize {
    for (piece, code) in PIECES.iter().zip(FIRST_PIECE..) {
        if text.starts_with(piece) {
            packed.push(code);
            return piece.len();
        }
    }
    0
}

/// Gives back the text that was packed.
pub(super) fn unpack(packed: &[u8]) -> Result<String> {
    let mut text = Vec::with_capacity(packed.len() * 2);
    let mut rest = packed;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            UUID | DIGEST => {
                let (bytes, after) = rest.split_first_chunk::<16>().ok_or_else(cut_short)?;
                rest = after;
                let word = if byte == UUID {
                    TokenId::from_bytes(*bytes).to_string()
                } else {
                    format!("{:?}", Digest::from_bytes(*bytes))
                };
                text.push(b'"');
                text.extend_from_slice(word.as_bytes());
                text.push(b'"');
            }
            0x20.. => text.push(byte),
            _ => {
                let piece = PIECES.get(usize::from(byte.wrapping_sub(FIRST_PIECE))).ok_or_else(cut_short)?;
                text.extend_from_slice(piece.as_bytes());
            }
        }
    }
    String::from_utf8(text).map_err(|error| Failure::Unreadable(error.into()))
}

fn cut_short() -> Failure {
    Failure::Unreadable("the content of a journal entry is not readable".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_reads_back_as_it_was() {
        let id = TokenId::from_bytes([0xab; 16]).to_string();
        let digest = format!("{:?}", Digest::from_bytes([0xfe; 16]));
        let texts = [
            String::new(),
            "{}".to_owned(),
            format!(
                r#"{{"token":"{id}","number":7,"owner":3,"scopes":["tokens:read","a"],"digest":"{digest}","name":"é\"…"}}"#
            ),
            format!(r#"{{"token":"{}","name":"{}"}}"#, id.to_uppercase(), digest.replace('g', "h")),
            format!(r#""{}"#, &id[..30]),
            r#"{"token":"0123456789012345678901","digests":[]}"#.to_owned(),
            "\"aaaaaaaaaaaaaaaaaaaaé\"".to_owned(),
        ];
        for text in texts {
            assert_eq!(unpack(&pack(&text)).unwrap(), text);
        }
    }

    #[test]
    fn what_recurs_takes_little_room() {
        let text = format!(
            r#"{{"token":"{}","number":1234567,"owner":42,"scopes":["a"],"digest":"{:?}","name":"b"}}"#,
            TokenId::from_bytes([1; 16]),
            Digest::from_bytes([2; 16])
        );
        assert_eq!(pack(&text).len(), 1 + 17 + 1 + 7 + 1 + 2 + 1 + 1 + 1 + 17 + 1 + 1 + 1);
    }

    #[test]
    fn bytes_that_were_cut_short_are_refused() {
        assert!(unpack(&[UUID, 1, 2]).is_err());
        assert!(unpack(&[0x00]).is_err());
        assert!(unpack(&[0xff]).is_err());
    }
}
