//! Identifiers (UUID version 7) and the never-reused numbers beside them.

use crate::{invalid::Invalid, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// Random bytes for whatever needs them; a parameter, so that tests can repeat a run.
pub trait Randomness: Send + Sync {
    /// Fills the whole buffer.
    fn fill(&self, buffer: &mut [u8]);
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier that sorts by the time of its making.
            pub fn new(at: Timestamp, randomness: &dyn Randomness) -> Self {
                let mut random = [0; 10];
                randomness.fill(&mut random);
                let milliseconds = u64::try_from(at.milliseconds()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
            }

            /// Reads the hyphenated text form.
            ///
            /// # Errors
            /// Names `field` when the text is anything else.
            pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
                if text.len() != 36 {
                    return Err(Invalid::field(field, "must be a UUID of 36 characters"));
                }
                Uuid::parse_str(text)
                    .map(Self)
                    .map_err(|_| Invalid::field(field, "must be a UUID of 36 characters"))
            }

            /// Writes the hyphenated text form into a buffer, without the machinery of formatting.
            pub fn encode(self, buffer: &mut [u8; 36]) -> &str {
                self.0.hyphenated().encode_lower(buffer)
            }

            /// The sixteen bytes, as the store keeps them.
            pub fn bytes(self) -> [u8; 16] {
                self.0.into_bytes()
            }

            /// The identifier of these sixteen bytes.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

identifier!(
    /// Names a token for ever; a deleted token's is never given again.
    TokenId
);
identifier!(
    /// Names an organisation.
    OrganisationId
);
identifier!(
    /// Names a user or a service account.
    OwnerId
);
identifier!(
    /// Names a session of a signed-in user.
    SessionId
);
identifier!(
    /// Names a key or a passkey that signs.
    SignerId
);
identifier!(
    /// Names a deletion that runs in steps.
    DeletionId
);
identifier!(
    /// Names a permission of an organisation.
    PermissionId
);
identifier!(
    /// Names that somebody was given a permission.
    AssignmentId
);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The number in groups of four digits, at least two of them: `0000-0012`.
            pub fn grouped(self) -> String {
                grouped(self.0.into())
            }

            /// Reads the form of `grouped`, and no other spelling of the number.
            pub fn from_grouped(text: &str) -> Option<Self> {
                let digits = text.replace('-', "");
                let number = digits.parse().ok().map(Self)?;
                (number.grouped() == text).then_some(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    // Whole groups, with zeros in front.
    let width = digits.len().next_multiple_of(4).max(8);
    let mut text = format!("{number:0width$}");
    for place in (4..width).step_by(4).rev() {
        text.insert(place, '-');
    }
    text
}

number!(
    /// The token's number, counted up from 1 and never given twice.
    TokenNumber(u64)
);
number!(
    /// The organisation's number, counted up from 1 and never given twice.
    OrganisationNumber(u32)
);
number!(
    /// The number of a user or service account, counted up from 1 and never given twice.
    OwnerNumber(u32)
);
number!(
    /// The permission's number, counted up from 1.
    PermissionNumber(u64)
);
number!(
    /// The assignment's number: a later one is larger than those that there are.
    AssignmentNumber(u64)
);
number!(
    /// A place in the journal, counted up from 1 without a gap; 0 stands before the first entry.
    Position(u64)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_read_back() {
        for (number, text) in [
            (0, "0000-0000"),
            (12, "0000-0012"),
            (99_999_999, "9999-9999"),
            (100_000_000, "0001-0000-0000"),
            (u64::MAX, "1844-6744-0737-0955-1615"),
        ] {
            assert_eq!(TokenNumber(number).grouped(), text);
            assert_eq!(TokenNumber::from_grouped(text), Some(TokenNumber(number)));
        }
        for wrong in [
            "",
            "12",
            "00000012",
            "0000-012",
            "0000-0000-0012",
            "+000-0012",
            "0000-00-12",
            "0000-0012 ",
            "1844-6744-0737-0955-1616",
        ] {
            assert_eq!(TokenNumber::from_grouped(wrong), None, "{wrong}");
        }
    }
}
