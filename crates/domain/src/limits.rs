//! Every size and number that bounds what comes in from outside, in one place.

use std::time::Duration;

/// The longest name of a token, organisation or owner, in characters.
pub const NAME_CHARACTERS: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_CHARACTERS: usize = 2_000;
/// The longest reason given for a change, in characters.
pub const REASON_CHARACTERS: usize = 500;
/// The longest email address, in bytes (RFC 5321, section 4.5.3.1.3, less the brackets).
pub const EMAIL_BYTES: usize = 254;
/// The most labels that one token carries.
pub const LABELS: usize = 32;
/// The longest label key, in bytes.
pub const LABEL_KEY_BYTES: usize = 63;
/// The longest label value, in bytes.
pub const LABEL_VALUE_BYTES: usize = 255;
/// The most scopes that one token or owner carries.
pub const SCOPES: usize = 100;
/// The most scopes that one permission gives.
pub const PERMISSION_SCOPES: usize = 300;
/// The most scopes that one token or owner has through permissions, those granted beside them counted.
pub const BEARER_SCOPES: usize = 500;
/// The most bearers of a permission that can be changed: one commit changes them all, and must not stall
/// the writer.
pub const PERMISSION_BEARERS: usize = 2_000;
/// The longest scope, in bytes.
pub const SCOPE_BYTES: usize = 100;
/// The most networks in one allow-list.
pub const NETWORKS: usize = 50;
/// The longest secret of any shape that is looked up, in bytes (a Dfns JWT is the longest known).
pub const SECRET_BYTES: usize = 4_096;
/// The longest overlap of two secrets during a rotation.
pub const ROTATION_OVERLAP: Duration = Duration::from_hours(7 * 24);
/// The most secrets of one token that are accepted at the same time.
pub const SECRETS_ACCEPTED: usize = 5;
/// The most tokens that one verification request may name.
pub const VERIFY_BATCH: usize = 1_000;
/// The most tokens that one commit deletes, so that the writer never stalls.
pub const DELETE_STEP: usize = 10_000;
/// The page size of a list when the caller names none.
pub const PAGE_DEFAULT: usize = 50;
/// The largest page size of a list.
pub const PAGE: usize = 200;
/// The last page of a list that the console can be asked for.
pub const CONSOLE_PAGES: u64 = 1_000_000_000;
/// The most rows of a list that its contract gives no pages.
pub const UNPAGED_LIST: usize = 50_000;
/// The longest text of a search, in bytes.
pub const SEARCH_BYTES: usize = 8_192;
/// How deep the conditions of a search may be nested.
pub const SEARCH_DEPTH: usize = 32;
/// The most conditions in one search, those within others counted.
pub const SEARCH_CONDITIONS: usize = 200;
/// The most values in one list of a search.
pub const SEARCH_VALUES: usize = 200;
/// The most things that a search is sorted by.
pub const SEARCH_KEYS: usize = 16;
/// The shortest password, in characters (OWASP ASVS 5.0, V6.2.1).
pub const PASSWORD_CHARACTERS_MINIMUM: usize = 8;
/// The longest password, in bytes; a longer one is refused, never cut.
pub const PASSWORD_BYTES: usize = 1_024;
/// The shortest passphrase of a backup of the server key, in characters.
pub const PASSPHRASE_CHARACTERS_MINIMUM: usize = 12;
/// The longest `Idempotency-Key`, in bytes.
pub const IDEMPOTENCY_KEY_BYTES: usize = 255;
/// How long an `Idempotency-Key` is remembered.
pub const IDEMPOTENCY_RETENTION: Duration = Duration::from_hours(24);
/// How long an invitation or recovery link works.
pub const LINK_LIFETIME: Duration = Duration::from_hours(3 * 24);
/// How long the set-up link and an administrator's recovery link work.
pub const SET_UP_LIFETIME: Duration = Duration::from_mins(30);
/// How long a session works at most.
pub const SESSION_LIFETIME: Duration = Duration::from_hours(12);
/// How long a session works without being used.
pub const SESSION_IDLE: Duration = Duration::from_hours(1);
/// The longest public key as PEM, in bytes; one of RSA with 8,192 bits has 1,500.
pub const PUBLIC_KEY_BYTES: usize = 4_096;
/// The longest signature, in bytes: one of RSA with 8,192 bits.
pub const SIGNATURE_BYTES: usize = 1_024;
/// The longest JSON text that a client signs around a challenge, in bytes.
pub const CLIENT_DATA_BYTES: usize = 4_096;
/// The longest attestation of a key or passkey that is registered, in bytes.
pub const ATTESTATION_BYTES: usize = 16_384;
/// The longest data that an authenticator signs with an answer, in bytes.
pub const AUTHENTICATOR_DATA_BYTES: usize = 4_096;
/// The longest id under which a key or passkey is offered, in bytes; passkeys have ids of up to 1,023 bytes
/// (Web Authentication Level 3, section 4), which are 1,364 as base64url.
pub const CREDENTIAL_BYTES: usize = 1_364;
/// The most keys and passkeys that one user or service account has for himself.
pub const SIGNERS: usize = 20;
/// How long a challenge of the native API may be answered.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_mins(1);
/// How long an action token of the native API works.
pub const ACTION_LIFETIME: Duration = Duration::from_mins(1);
/// The longest path and query of a request that is signed, in bytes.
pub const SIGNED_PATH_BYTES: usize = 2_048;
/// The longest sealed text of a challenge or an action, in bytes.
pub const SEALED_BYTES: usize = 8_192;
/// The longest user agent that is remembered, of a token's last use or of a change, in bytes.
pub const USER_AGENT_BYTES: usize = 200;
/// How many tokens' last uses wait in memory at most before they are written.
pub const USES_IN_MEMORY: usize = 200_000;
/// How many callers of one token, each an address with a user agent, wait in memory at most.
pub const TOKEN_CALLERS: usize = 8;
/// How many callers wait in memory at most beside the latest one of each token.
pub const CALLERS_IN_MEMORY: usize = 200_000;
/// How many callers of one token are kept at most, the latest ones.
pub const TOKEN_CALLERS_KEPT: usize = 16;
/// How many days of a token's use are kept.
pub const USAGE_DAYS: i64 = 90;
/// The latest instant there is: 9999-12-30T22:00:00Z, the last whole second that every offset from UTC
/// can express (as jiff counts), and so the last one that can be written as RFC 3339 and read back.
pub const TIME_LATEST_MILLISECONDS: i64 = 253_402_207_200_000;
