//! The bytes of a denials file.

use super::{Denial, Denials, Seen, Sequences, StoreId};
use domain::{
    id::{Position, TokenId},
    journal::SecretEnd,
    secret::{Digest, KeyId},
    time::Timestamp,
};
use std::io;

const MAGIC: &[u8; 16] = b"Jeton denials 1\n";
const HEADER: usize = 16 + 16 + 4;
const FRAME_HEAD: usize = 4 + 4 + 4;
const SEEN: usize = 8 + 32 + 4 + 4 + 8;
const TOKEN: u8 = 1;
const SECRET: u8 = 2;
#[cfg(test)]
const TOKEN_DENIAL: usize = 1 + 16;
const SECRET_DENIAL: usize = 1 + 16 + 8 + 2 + 16 + 8;

/// The header of a file that belongs to this store.
pub(super) fn header(store: &StoreId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER);
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(store);
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// One frame: the length of its content, the CRC-32 of it, the CRC-32 of these two, and the content.
pub(super) fn frame(seen: &Seen, denials: &[Denial]) -> Vec<u8> {
    let mut content = Vec::with_capacity(SEEN + denials.len() * SECRET_DENIAL);
    content.extend_from_slice(&seen.position.0.to_le_bytes());
    content.extend_from_slice(&seen.chain);
    content.extend_from_slice(&seen.given.organisation.to_le_bytes());
    content.extend_from_slice(&seen.given.owner.to_le_bytes());
    content.extend_from_slice(&seen.given.token.to_le_bytes());
    for denial in denials {
        match denial {
            Denial::Token(token) => {
                content.push(TOKEN);
                content.extend_from_slice(&token.bytes());
            }
            Denial::Secret(token, end) => {
                content.push(SECRET);
                content.extend_from_slice(&token.bytes());
                content.extend_from_slice(&end.serial.to_le_bytes());
                content.extend_from_slice(&end.key.0.to_le_bytes());
                content.extend_from_slice(&end.digest.bytes());
                content.extend_from_slice(&end.at.milliseconds().to_le_bytes());
            }
        }
    }
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(FRAME_HEAD + content.len());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&content).to_le_bytes());
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
    bytes.extend_from_slice(&content);
    bytes
}

/// Reads every whole frame of a file. Each one was flushed before the next was begun, so only the last
/// can have been cut short; whatever is wrong before a whole one, or ends before the file does, is damage.
pub(super) fn decode(bytes: &[u8]) -> io::Result<Denials> {
    let store = store_of(bytes)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the denials file has no valid header"))?;
    let mut file = Denials { store, seen: Vec::new(), denials: Vec::new(), damaged: false, whole: HEADER as u64 };
    let mut rest = &bytes[HEADER..];
    while !rest.is_empty() {
        if let Some(after) = take_frame(rest, &mut file) {
            file.whole = (bytes.len() - after.len()) as u64;
            rest = after;
            continue;
        }
        let next = (1..rest.len()).find(|place| content_of(&rest[*place..]).is_some());
        let ends_early = frame_length(rest).is_some_and(|length| length < rest.len());
        // A frame that is whole and says what this binary does not know is not for it to cut off.
        file.damaged |= next.is_some() || ends_early || content_of(rest).is_some();
        match next {
            Some(place) => rest = &rest[place..],
            None => break,
        }
    }
    Ok(file)
}

fn store_of(bytes: &[u8]) -> Option<StoreId> {
    let (head, sum) = bytes.get(..HEADER)?.split_at(HEADER - 4);
    let good = head.starts_with(MAGIC) && crc32fast::hash(head).to_le_bytes() == sum;
    if good { head.get(MAGIC.len()..)?.try_into().ok() } else { None }
}

/// How long the frame at the beginning is, when its head is whole.
fn frame_length(bytes: &[u8]) -> Option<usize> {
    let (head, sum) = bytes.get(..FRAME_HEAD)?.split_at(FRAME_HEAD - 4);
    let length = usize::try_from(u32::from_le_bytes(head.get(..4)?.try_into().ok()?)).ok()?;
    (crc32fast::hash(head).to_le_bytes() == sum).then(|| length.saturating_add(FRAME_HEAD))
}

/// The content of the frame at the beginning, when all of it is whole.
fn content_of(bytes: &[u8]) -> Option<&[u8]> {
    let content = bytes.get(FRAME_HEAD..frame_length(bytes)?)?;
    let sum = bytes.get(4..8)?;
    (crc32fast::hash(content).to_le_bytes() == sum).then_some(content)
}

/// Takes in the frame at the beginning; answers with what follows it.
fn take_frame<'b>(bytes: &'b [u8], file: &mut Denials) -> Option<&'b [u8]> {
    let content = content_of(bytes)?;
    decode_frame(content, file)?;
    bytes.get(FRAME_HEAD + content.len()..)
}

fn decode_frame(content: &[u8], file: &mut Denials) -> Option<()> {
    let mut reader = Reader(content);
    let seen = Seen {
        position: Position(u64::from_le_bytes(reader.take()?)),
        chain: reader.take()?,
        given: Sequences {
            organisation: u32::from_le_bytes(reader.take()?),
            owner: u32::from_le_bytes(reader.take()?),
            token: u64::from_le_bytes(reader.take()?),
        },
    };
    let mut denials = Vec::new();
    while !reader.0.is_empty() {
        denials.push(match reader.take::<1>()? {
            [TOKEN] => Denial::Token(TokenId::from_bytes(reader.take()?)),
            [SECRET] => {
                let token = TokenId::from_bytes(reader.take()?);
                let serial = i64::from_le_bytes(reader.take()?);
                let key = KeyId(u16::from_le_bytes(reader.take()?));
                let digest = Digest::from_bytes(reader.take()?);
                let at = Timestamp::from_milliseconds(i64::from_le_bytes(reader.take()?));
                Denial::Secret(token, SecretEnd { digest, at, key, serial })
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
        Seen { position: Position(position), chain: [7; 32], given: Sequences { organisation: 2, owner: 4, token: 9 } }
    }

    /// A file of three frames, and where each begins.
    fn file() -> (Vec<u8>, [usize; 3]) {
        let digest = Digest::from_bytes([2; 16]);
        let end = SecretEnd { digest, at: Timestamp::from_milliseconds(5), key: KeyId(3), serial: 8 };
        let token = TokenId::from_bytes([1; 16]);
        let denials = [Denial::Token(token), Denial::Secret(token, end)];
        let mut bytes = header(&[3; 16]);
        let frames = [(1, &denials[..]), (4, &denials[..1]), (5, &denials[1..])];
        let places = frames.map(|(position, denials)| {
            let place = bytes.len();
            bytes.extend(frame(&seen(position), denials));
            place
        });
        (bytes, places)
    }

    #[test]
    fn a_file_reads_back_as_it_was_written() {
        let (bytes, [first, second, third]) = file();
        let read = decode(&bytes).unwrap();
        assert_eq!((read.store, read.damaged, read.whole), ([3; 16], false, bytes.len() as u64));
        assert_eq!(read.seen, [seen(1), seen(4), seen(5)]);
        assert_eq!(read.denials.len(), 4);
        assert_eq!(read.denials[1], read.denials[3]);
        assert_eq!(second - first, FRAME_HEAD + SEEN + TOKEN_DENIAL + SECRET_DENIAL);
        assert_eq!(third - second, FRAME_HEAD + SEEN + TOKEN_DENIAL);
    }

    #[test]
    fn a_last_frame_that_was_cut_short_is_left_out() {
        let (bytes, [_, _, third]) = file();
        for length in third..bytes.len() {
            let read = decode(&bytes[..length]).unwrap();
            assert_eq!((read.seen.len(), read.denials.len(), read.whole), (2, 3, third as u64));
            assert!(!read.damaged, "cut at {length}");
            // After a loss of power the end may also be there in length only.
            let mut longer = bytes[..length].to_vec();
            longer.resize(bytes.len(), 0);
            let read = decode(&longer).unwrap();
            // What was zero anyway is not missing.
            assert!(longer == bytes || (!read.damaged && read.whole == third as u64), "cut at {length}");
        }
    }

    #[test]
    fn a_flipped_bit_before_the_last_frame_is_damage() {
        let (whole, [_, second, third]) = file();
        for place in 0..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[place] ^= 1 << bit;
                let read = decode(&bytes);
                match read {
                    Err(_) => assert!(place < HEADER),
                    Ok(read) => {
                        assert_eq!((read.seen.len(), read.damaged), (2, place < third), "at {place}");
                        // What is readable behind the damage is still read.
                        let left = if place < second { seen(4) } else { seen(1) };
                        assert!(read.seen.contains(&left));
                    }
                }
            }
        }
    }
}
