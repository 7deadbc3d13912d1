//! Everything that is wrong with a configuration is said at once, and what is unsafe is refused.

use domain::{
    format::{self, Kind},
    id::Randomness,
};
use server::config::{self, Config, Contract, FileText, Flags, setting::SETTINGS};

struct Given<'a> {
    flags: &'a [(&'a str, &'a str)],
    environment: &'a [(&'a str, &'a str)],
    file: Option<&'a str>,
}

fn load(given: &Given<'_>) -> Result<Config, Vec<String>> {
    let key = |flag: &str| SETTINGS.iter().find(|setting| setting.flag() == flag).expect(flag).key;
    let flags: Flags = given.flags.iter().map(|(flag, value)| (key(flag), (*value).to_owned())).collect();
    let environment: Vec<_> = given.environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let file = given.file.map(|text| FileText { name: "jeton.toml", text });
    config::load(&flags, &environment, file).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn flags(flags: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    load(&Given { flags, environment: &[], file: None })
}

#[test]
fn the_defaults_are_those_of_the_design() {
    let config = flags(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:6573");
    assert_eq!(config.metrics_listen.unwrap().to_string(), "127.0.0.1:6574");
    assert_eq!(config.public_url(6573).to_string(), "http://localhost:6573");
    assert_eq!(config.data.to_str(), Some("./jeton-data"));
    assert_eq!(config.store, config::StoreLocation::Sqlite("./jeton-data/jeton.db".into()));
    assert_eq!(config.limits.body_bytes, 65_536);
    assert_eq!(config.limits.header_bytes, 16_384);
    assert_eq!(config.limits.connections, 10_000);
    assert!(config.usage_tracking && !config.demo && config.contracts.is_empty());
}

#[test]
fn flags_win_over_variables_and_variables_over_the_file() {
    let file = Some("listen = \"127.0.0.1:1\"\nusage_tracking = false\n[limits]\nbody_bytes = 4096\n");
    let environment: &[(&str, &str)] = &[("JETON_LISTEN", "127.0.0.1:2"), ("JETON_LIMITS_BODY_BYTES", "8192")];
    let config = load(&Given { flags: &[("listen", "127.0.0.1:3")], environment, file }).unwrap();
    assert_eq!((config.listen.port(), config.limits.body_bytes, config.usage_tracking), (3, 8_192, false));
    let config = load(&Given { flags: &[], environment, file }).unwrap();
    assert_eq!(config.listen.port(), 2);
    let config = load(&Given { flags: &[], environment: &[], file }).unwrap();
    assert_eq!((config.listen.port(), config.limits.body_bytes), (1, 4_096));
}

#[test]
fn all_problems_are_said_at_once_with_their_places() {
    let given = Given {
        flags: &[("listen", "everywhere"), ("tls-cert", "chain.pem"), ("public-url", "http://a.example")],
        environment: &[("JETON_LISTNE", "127.0.0.1:1"), ("JETON_LOG_FORMAT", "xml"), ("JETON_PORT_80_TCP", "tcp://a")],
        file: Some("colour = \"red\"\ndemo = \"yes\"\n[limits]\nbody_bytes = 0\nspeed = 3\n[logs]\nlevel = 1\n"),
    };
    let problems = load(&given).unwrap_err();
    for place in [
        "--listen: must be an address and a port",
        "--tls-cert: needs --tls-key",
        "JETON_LISTNE: is no setting",
        "JETON_LOG_FORMAT: must be text or json",
        "colour in jeton.toml: is no setting",
        "demo in jeton.toml: must be true or false",
        "limits.body_bytes in jeton.toml: must be a whole number from 1024",
        "limits.speed in jeton.toml: is no setting",
        "logs in jeton.toml: is no setting",
    ] {
        assert_eq!(problems.iter().filter(|problem| problem.starts_with(place)).count(), 1, "{place} in {problems:#?}");
    }
    assert_eq!(problems.len(), 9, "what was refused by itself is not refused again: {problems:#?}");
    let problems = flags(&[("listen", "0.0.0.0:1"), ("log-format", "xml")]).unwrap_err();
    assert_eq!(problems.len(), 2, "a malformed value does not hide an unsafe one: {problems:#?}");
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let problems =
        load(&Given { flags: &[], environment: &[], file: Some("demo = true\ndemo = false\n") }).unwrap_err();
    assert!(problems[0].starts_with("jeton.toml, line 2: "), "{problems:?}");
}

const PUBLIC: (&str, &str) = ("public-url", "https://tokens.example.org");

#[test]
fn unsafe_combinations_are_refused() {
    for (given, place) in [
        (&[("listen", "0.0.0.0:6573")] as &[_], "--listen"),
        (&[("listen", "[::]:6573")], "--listen"),
        (&[("listen", "[::ffff:192.0.2.1]:6573")], "--listen"),
        (&[("behind-proxy", "10.0.0.0/8,0.0.0.0/0"), PUBLIC], "--behind-proxy"),
        (&[("metrics-listen", "0.0.0.0:6574")], "--metrics-listen"),
        (&[("metrics-listen", "127.0.0.1:6573")], "--metrics-listen"),
        (&[("public-url", "http://tokens.example.org")], "--public-url"),
        (&[("behind-proxy", "10.0.0.0/8")], "--public-url"),
        (&[("listen", "0.0.0.0:6573"), ("behind-proxy", "10.0.0.0/8")], "--public-url"),
        (&[("listen", "0.0.0.0:6573"), ("tls-cert", "c"), ("tls-key", "k")], "--public-url"),
        (&[("limits-connections", "10")], "--limits-connections-per-address"),
    ] {
        let problems = flags(given).unwrap_err();
        assert_eq!(problems.len(), 1, "{given:?}: {problems:?}");
        assert!(problems[0].starts_with(&format!("{place}: ")), "{given:?}: {problems:?}");
    }
    let tls = [("tls-cert", "c"), ("tls-key", "k")];
    for safe in [
        &[("listen", "0.0.0.0:6573"), tls[0], tls[1], PUBLIC] as &[_],
        &[tls[0], tls[1]],
        &[("listen", "0.0.0.0:6573"), ("behind-proxy", "10.0.0.0/8"), PUBLIC],
        &[("metrics-listen", "0.0.0.0:6574"), ("insecure-public-metrics", "true")],
        &[("metrics-listen", "off")],
        &[("public-url", "https://tokens.example.org")],
        &[("listen", "localhost:0"), ("metrics-listen", "localhost:0")],
    ] {
        flags(safe).unwrap_or_else(|problems| panic!("{safe:?}: {problems:?}"));
    }
}

#[test]
fn what_comes_later_is_refused_by_name_and_a_password_is_not_repeated() {
    let problems = flags(&[("store", "postgres://jeton:hunter2@db/jeton")]).unwrap_err().join("\n");
    assert!(problems.contains("PostgreSQL, which comes in a later version"), "{problems}");
    assert!(!problems.contains("hunter2"), "{problems}");
    let problems = flags(&[("contracts", "unknown")]).unwrap_err().join("\n");
    assert!(problems.contains("must name contracts"), "{problems}");
}

#[test]
fn contracts_are_served_once_each_in_their_own_order() {
    let config = flags(&[("contracts", "softwareone, rncv,rncv ,vectorai")]).unwrap();
    assert_eq!(config.contracts, [Contract::Rncv, Contract::VectorAi, Contract::SoftwareOne]);
    let organisation = "0190aaaa-0000-7000-8000-000000000000";
    let file =
        Some("contracts = [\"vectorai\"]\n[vectorai]\norganisation = \"0190aaaa-0000-7000-8000-000000000000\"\n");
    let config = load(&Given { flags: &[], environment: &[], file }).unwrap();
    assert_eq!(config.contracts, [Contract::VectorAi]);
    assert_eq!(config.vectorai_organisation.unwrap().to_string(), organisation);
    let problems = flags(&[("vectorai-organisation", "Acme")]).unwrap_err().join("\n");
    assert!(problems.contains("--vectorai-organisation: must be the identifier of an organisation"), "{problems}");
}

struct Counting;

impl Randomness for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for (place, byte) in buffer.iter_mut().enumerate() {
            *byte = u8::try_from(place * 7 % 248).unwrap();
        }
    }
}

#[test]
fn the_bootstrap_token_comes_from_the_environment_only_and_is_never_shown() {
    let secret = format::generate(Kind::Token, &Counting);
    let environment: &[(&str, &str)] = &[("JETON_BOOTSTRAP_TOKEN", secret.expose())];
    let config = load(&Given { flags: &[], environment, file: None }).unwrap();
    assert!(config.bootstrap_token.as_ref().unwrap().0.expose() == secret.expose());
    assert!(!format!("{config:?}").contains(&secret.expose()[4..16]));

    let mistyped = format!("{}x", &secret.expose()[..41]);
    let given = Given { flags: &[], environment: &[("JETON_BOOTSTRAP_TOKEN", &mistyped)], file: None };
    let problems = load(&given).unwrap_err().join("\n");
    assert!(problems.contains("JETON_BOOTSTRAP_TOKEN: is no token secret"), "{problems}");
    assert!(!problems.contains(&mistyped[4..16]), "{problems}");

    let file = format!("bootstrap_token = \"{}\"", secret.expose());
    let problems = load(&Given { flags: &[], environment: &[], file: Some(&file) }).unwrap_err().join("\n");
    assert!(problems.contains("may only be given as the variable JETON_BOOTSTRAP_TOKEN"), "{problems}");
    assert!(!problems.contains(&secret.expose()[4..16]), "{problems}");
}

/// Kubernetes sets these for every service of the namespace whose name begins with `jeton`.
#[test]
fn the_variables_of_a_services_links_are_no_settings() {
    for name in ["JETON", "JETON_METRICS", "JETON_CANARY_2"] {
        let links =
            ["SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_6573_TCP", "PORT_6573_TCP_ADDR"];
        for link in links.into_iter().chain(["PORT_6573_TCP_PORT", "PORT_53_UDP_PROTO"]) {
            let variable = format!("{name}_{link}");
            let environment: &[(&str, &str)] = &[(&variable, "tcp://10.0.0.1:6573")];
            load(&Given { flags: &[], environment, file: None }).unwrap_or_else(|problems| panic!("{problems:?}"));
        }
    }
    for mistyped in ["JETON_LISTEN_PORTS", "JETON_PORT_HTTP", "JETON_SERVICE", "JETON_IMPORT"] {
        let environment: &[(&str, &str)] = &[(mistyped, "1")];
        assert!(load(&Given { flags: &[], environment, file: None }).is_err(), "{mistyped}");
    }
    for setting in SETTINGS {
        let variable = setting.variable();
        assert!(!variable.ends_with("_PORT") && !variable.contains("_SERVICE_"), "{variable} looks like a link");
    }
}
