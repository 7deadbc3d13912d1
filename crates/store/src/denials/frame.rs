//! The bytes of a denials file.

use super::{Denial, Denials, Seen, StoreId};
use domain::{
    id::{Position, TokenId},
    secret::Digest,
    time::Timestamp,
};
use std::io;

const MAGIC: &[u8; 16] = b"Jeton denials 1\n";
const HEADER: usize = 16 + 16 + 4;
const FRAME_HEAD: usize = 8;
const SEEN: usize = 8 + 32 + 8;
const TOKEN: u8 = 1;
const SECRET: u8 = 2;

/// The header of a file that belongs to this store.
pub(super) fn header(store: &StoreId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(store);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// One frame: the length of its content, the CRC-32 of it, and the content.
pub(super) fn frame(seen: &Seen, denials: &[Denial]) -> Vec<u8> {
    let mut content = Vec::with_capacity(SEEN + denials.len() * 25);
    content.extend_from_slice(&seen.position.0.to_le_bytes());
    content.extend_from_slice(&seen.chain);
    content.extend_from_slice(&seen.token_number.to_le_bytes());
    for denial in denials {
        match denial {
            Denial::Token(token) => {
                content.push(TOKEN);
                content.extend_from_slice(&token.bytes());
            }
            Denial::Secret(digest, end) => {
                content.push(SECRET);
                content.extend_from_slice(&digest.bytes());
                content.extend_from_slice(&end.milliseconds().to_le_bytes());
            }
        }
    }
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(FRAME_HEAD + content.len());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&content).to_le_bytes());
    bytes.extend_from_slice(&content);
    bytes
}

/// Reads a whole file, up to the first frame that was cut short.
pub(super) fn decode(bytes: &[u8]) -> io::Result<Denials> {
    let store = store_of(bytes)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the denials file has no valid header"))?;
    let mut file = Denials { store, seen: Vec::new(), denials: Vec::new(), whole: HEADER as u64 };
    let mut rest = &bytes[HEADER..];
    while let Some((content, after)) = next_frame(rest) {
        if decode_frame(content, &mut file).is_none() {
            break;
        }
        file.whole += (rest.len() - after.len()) as u64;
        rest = after;
    }
    Ok(file)
}

fn store_of(bytes: &[u8]) -> Option<StoreId> {
    let (head, sum) = bytes.get(..HEADER)?.split_at(HEADER - 4);
    let good = head.starts_with(MAGIC) && crc32fast::hash(head).to_le_bytes() == sum;
    if good { head.get(MAGIC.len()..)?.try_into().ok() } else { None }
}

fn next_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = usize::try_from(u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?)).ok()?;
    let sum = u32::from_le_bytes(bytes.get(4..FRAME_HEAD)?.try_into().ok()?);
    let content = bytes.get(FRAME_HEAD..)?.get(..length)?;
    (crc32fast::hash(content) == sum).then(|| (content, &bytes[FRAME_HEAD + length..]))
}

fn decode_frame(content: &[u8], file: &mut Denials) -> Option<()> {
    let mut reader = Reader(content);
    let seen = Seen {
        position: Position(u64::from_le_bytes(reader.take()?)),
        chain: reader.take()?,
        token_number: u64::from_le_bytes(reader.take()?),
    };
    let mut denials = Vec::new();
    while !reader.0.is_empty() {
        denials.push(match reader.take::<1>()? {
            [TOKEN] => Denial::Token(TokenId::from_bytes(reader.take()?)),
            [SECRET] => {
                let digest = Digest::from_bytes(reader.take()?);
                Denial::Secret(digest, Timestamp::from_milliseconds(i64::from_le_bytes(reader.take()?)))
            }
            _ => return None,
        });
    }
    file.seen.push(seen);
    file.denials.extend(denials);
    Some(())
}

struct Reader<'b>(&'b [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(position: u64) -> Seen {
        Seen { position: Position(position), chain: [7; 32], token_number: 9 }
    }

    fn file() -> Vec<u8> {
        let denials = [
            Denial::Token(TokenId::from_bytes([1; 16])),
            Denial::Secret(Digest::from_bytes([2; 16]), Timestamp::from_milliseconds(5)),
        ];
        let mut bytes = header(&[3; 16]);
        bytes.extend(frame(&seen(1), &denials));
        bytes.extend(frame(&seen(4), &denials[..1]));
        bytes
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let read = decode(&file()).unwrap();
        assert_eq!(read.store, [3; 16]);
        assert_eq!(read.seen, [seen(1), seen(4)]);
        assert_eq!(read.denials.len(), 3);
        assert_eq!(read.whole, file().len() as u64);
    }

    #[test]
    fn a_frame_that_was_cut_short_is_left_out() {
        let whole = file();
        let second = HEADER + FRAME_HEAD + SEEN + 17 + 25;
        for length in second..whole.len() {
            let read = decode(&whole[..length]).unwrap();
            assert_eq!((read.seen.len(), read.denials.len(), read.whole), (1, 2, second as u64));
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let whole = file();
        for place in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[place] ^= 1;
            assert!(decode(&bytes).is_err() || decode(&bytes).is_ok_and(|read| read.seen.len() < 2));
        }
    }
}
