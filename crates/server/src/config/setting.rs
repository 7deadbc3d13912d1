//! The table of settings: every name, form, default and explanation, once.
//!
//! Flags, environment variables, the TOML file, the commented default file and the guide are all
//! made from this table, so that none of them can say something else.

/// The form of a setting's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Any text; what it must look like is checked when it is read.
    Text,
    /// Texts, separated by commas in flags and variables, an array in the file.
    List,
    /// `true` or `false`; a flag without a value means `true`.
    Switch,
    /// A whole number between two bounds, both allowed.
    Number {
        /// The smallest value allowed.
        least: u64,
        /// The largest value allowed.
        most: u64,
    },
}

/// One setting of `jeton serve`.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its key in the file; a dot leads into a table, as in `limits.body_bytes`.
    pub key: &'static str,
    /// The form of its value.
    pub form: Form,
    /// Its value where none is given; an empty text means "not set".
    pub default: &'static str,
    /// What stands for the value in the help.
    pub value_name: &'static str,
    /// What it does, in whole sentences.
    pub help: &'static str,
}

impl Setting {
    /// The name of the flag without its dashes: `limits-body-bytes`.
    pub fn flag(&self) -> String {
        self.key.replace(['.', '_'], "-")
    }

    /// The name of the environment variable: `JETON_LIMITS_BODY_BYTES`.
    pub fn variable(&self) -> String {
        format!("JETON_{}", self.key.replace('.', "_").to_ascii_uppercase())
    }

    /// The table of the file that the setting stands in, empty for the top, and its name there.
    pub fn table_and_name(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }
}

const fn text(key: &'static str, default: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, form: Form::Text, default, value_name, help }
}

const fn list(key: &'static str, value_name: &'static str, help: &'static str) -> Setting {
    Setting { key, form: Form::List, default: "", value_name, help }
}

const fn switch(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, form: Form::Switch, default, value_name: "true|false", help }
}

const fn number(key: &'static str, default: &'static str, bounds: (u64, u64), help: &'static str) -> Setting {
    let (least, most) = bounds;
    Setting { key, form: Form::Number { least, most }, default, value_name: "NUMBER", help }
}

/// Every setting, those at the top of the file first, then table by table.
pub const SETTINGS: &[Setting] = &[
    text(
        "listen",
        "127.0.0.1:6573",
        "ADDRESS:PORT",
        "Where the server listens. Beyond loopback it needs `tls_cert` and `tls_key`, or `behind_proxy`.",
    ),
    text(
        "public_url",
        "",
        "URL",
        "The address that people and browsers use, for links, cookies and origin checks. \
         Empty: `http://localhost:PORT`, or `https://localhost:PORT` with TLS.",
    ),
    text(
        "data",
        "./jeton-data",
        "DIRECTORY",
        "The directory of the SQLite file, the server key and the denials file. It may hold other files.",
    ),
    text(
        "store",
        "",
        "sqlite:PATH",
        "Where everything is kept. Empty: `sqlite:` with `jeton.db` in the data directory.",
    ),
    text(
        "server_key_file",
        "",
        "FILE",
        "The file of the server key, which is best kept apart from the store. Empty: `server.key` in the data directory.",
    ),
    text(
        "tls_cert",
        "",
        "FILE",
        "The certificate chain in PEM form. It is read again when the file changes and on SIGHUP.",
    ),
    text("tls_key", "", "FILE", "The private key of the certificate in PEM form."),
    list(
        "behind_proxy",
        "NETWORKS",
        "The networks of the reverse proxies in front of the server, in CIDR form. Only they are believed about \
         X-Forwarded-For and X-Forwarded-Proto, and without TLS only they and loopback are served.",
    ),
    text(
        "metrics_listen",
        "127.0.0.1:6574",
        "ADDRESS:PORT|off",
        "Where `GET /metrics` is served, or `off`. Loopback only, unless `insecure_public_metrics` is set.",
    ),
    switch(
        "insecure_public_metrics",
        "false",
        "Allows `metrics_listen` beyond loopback, where anybody who reaches it reads it without a credential.",
    ),
    list(
        "contracts",
        "NAMES",
        "The outside contracts that are served: `rncv`, `vectorai`, `dfns`, `softwareone`. Empty: none, but in the data \
         directory of a demonstration those that its `demo.json` names.",
    ),
    switch(
        "demo",
        "false",
        "Fills an empty store with a demonstration and writes `demo.json` into the data directory. Serves every \
         contract, unless `contracts` names some.",
    ),
    switch(
        "usage_tracking",
        "true",
        "Keeps when, from where and how often each token was used. Without it, filters by last use are refused.",
    ),
    text("worker_threads", "auto", "NUMBER|auto", "How many threads answer requests. `auto`: one for each core."),
    text("log.format", "text", "text|json", "The form of the log, which goes to standard error."),
    text(
        "log.level",
        "info",
        "LEVEL",
        "The least important lines that are logged: `error`, `warn`, `info`, `debug` or `trace`.",
    ),
    switch("log.requests", "true", "Logs a line for each request, without header fields, bodies and query."),
    number("limits.body_bytes", "65536", (1_024, 16_777_216), "The largest request body."),
    number(
        "limits.verify_batch_body_bytes",
        "2097152",
        (1_024, 67_108_864),
        "The largest body of a request that verifies many tokens.",
    ),
    number("limits.header_bytes", "16384", (8_192, 1_048_576), "The largest request line and header, together."),
    number(
        "limits.header_read_timeout_seconds",
        "5",
        (1, 600),
        "How long a client may take to send its header once it has begun.",
    ),
    number(
        "limits.request_timeout_seconds",
        "30",
        (1, 3_600),
        "How long one request may take, the sending of its body included.",
    ),
    number(
        "limits.idle_timeout_seconds",
        "30",
        (1, 3_600),
        "How long a connection may stay open with nothing happening on it.",
    ),
    number(
        "limits.stop_timeout_seconds",
        "20",
        (1, 3_600),
        "How long running requests may take to end after the server was told to stop.",
    ),
    number("limits.connections", "10000", (1, 1_000_000), "How many connections may be open at the same time."),
    number(
        "limits.connections_per_address",
        "1000",
        (1, 1_000_000),
        "How many of them may come from one IPv4 address or IPv6 /64 network. Proxies are not counted.",
    ),
    number(
        "journal.origin_days",
        "90",
        (0, 3_650),
        "For how many days the journal keeps from which address and with which user agent each change was asked for. \
         0 keeps neither.",
    ),
    text(
        "vectorai.organisation",
        "",
        "UUID",
        "The organisation that VectorAI's contract is bound to. Empty: the first one of the demonstration, else the \
         first one of the store.",
    ),
];

/// The setting with this key.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_derived_and_never_meet() {
        let setting = find("limits.body_bytes").unwrap();
        assert_eq!(setting.flag(), "limits-body-bytes");
        assert_eq!(setting.variable(), "JETON_LIMITS_BODY_BYTES");
        let flags: BTreeSet<_> = SETTINGS.iter().map(Setting::flag).collect();
        assert_eq!(flags.len(), SETTINGS.len());
    }

    #[test]
    fn settings_of_one_table_stand_together() {
        let mut tables: Vec<_> = SETTINGS.iter().map(|setting| setting.table_and_name().0).collect();
        tables.dedup();
        assert_eq!(tables, ["", "log", "limits", "journal", "vectorai"]);
    }

    #[test]
    fn unsafe_switches_say_so_in_their_name() {
        for setting in SETTINGS.iter().filter(|setting| setting.help.contains("without a credential")) {
            assert!(setting.key.contains("insecure"), "{}", setting.key);
        }
    }
}
