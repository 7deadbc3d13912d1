//! What may import what, and which long files have a reason.

/// The crates from the lowest to the highest, each with those below it.
pub const CRATES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain"]),
    ("authority", &["domain", "store"]),
    ("server", &["authority", "domain", "store"]),
];

/// Libraries that do one floor's work, with the crates that may use them.
pub const LIBRARIES: &[(&str, &[&str])] = &[
    ("argon2", &["authority", "server"]),
    ("askama", &["server"]),
    ("async-trait", &["store"]),
    ("axum", &["server"]),
    ("clap", &["server"]),
    ("der", &["authority"]),
    ("flate2", &["server"]),
    ("getrandom", &["authority"]),
    ("hashbrown", &["authority"]),
    ("http", &["server"]),
    ("http-body-util", &["server"]),
    ("hyper", &["server"]),
    ("hyper-util", &["server"]),
    ("jsonwebtoken", &["authority"]),
    ("k256", &["authority"]),
    ("memmap2", &["authority"]),
    ("p256", &["authority"]),
    ("prometheus-client", &["server"]),
    ("ring", &["authority", "server"]),
    ("rusqlite", &["store"]),
    ("rustls", &["server"]),
    ("spki", &["authority"]),
    ("tokio-rustls", &["server"]),
    ("toml", &["server"]),
    ("tracing-subscriber", &["server"]),
    ("ureq", &["server"]),
    ("url", &["authority"]),
    ("utoipa", &["server"]),
    ("utoipa-axum", &["server"]),
    ("webauthn-rs-core", &["authority"]),
    ("zerocopy", &["authority"]),
    ("zxcvbn", &["authority"]),
];

/// All that the domain may be built from: nothing that reads, writes, waits or logs.
pub const DOMAIN_LIBRARIES: &[&str] = &[
    "base64",
    "crc32fast",
    "hmac",
    "ipnet",
    "jiff",
    "serde",
    "serde_json",
    "sha2",
    "subtle",
    "thiserror",
    "uuid",
    "zeroize",
];

/// All that the domain may use of the standard library; `net` is for addresses, `time` for durations.
pub const DOMAIN_STD: &[&str] =
    &["borrow", "collections", "error", "fmt", "hash", "iter", "net", "num", "ops", "str", "sync", "time"];

/// What the world sees, and the parts of the server that each must leave alone.
pub const SURFACES: &[(&str, &[&str])] = &[
    ("api", &["cli", "console", "contracts", "begin", "demo", "gateway", "hot_door", "middleware", "router", "serve"]),
    ("cli", &["api", "auth", "console", "contracts", "cookie", "gateway", "hot_door", "middleware", "router", "state"]),
    ("console", &["api", "cli", "contracts", "begin", "demo", "gateway", "hot_door", "middleware", "router", "serve"]),
    ("contracts", &["api", "begin", "cli", "console", "demo", "gateway", "hot_door", "middleware", "router", "serve"]),
    ("gateway", &["api", "cli", "console", "contracts", "demo", "hot_door", "middleware", "router", "serve"]),
];

/// Surfaces whose parts must not import each other either.
pub const ALONE: &[&str] = &["contracts"];

/// Parts that others stand on, with all that they may import of the server.
pub const LOW_MODULES: &[(&str, &[&str])] = &[
    ("config", &[]),
    ("key_backup", &["private_file", "server_key"]),
    ("listen", &["config", "problem", "surface"]),
    ("private_file", &[]),
    ("problem", &["redact", "request_id"]),
    ("redact", &[]),
    ("request_id", &[]),
    ("server_key", &["private_file"]),
    ("surface", &["problem", "query"]),
];

/// From this many lines on, a file needs a reason.
pub const LINES: usize = 400;

/// Files that are longer, each with the reason why it is not two.
pub const LONG_FILES: &[(&str, &str)] = &[];
