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
    /// Names a deletion that runs in steps.
    DeletionId
);

macro_rules! number {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }
    };
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
    /// A place in the journal, counted up from 1 without a gap; 0 stands before the first entry.
    Position(u64)
);
