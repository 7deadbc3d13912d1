//! The client of the native API: which server, with which token, and what its answers mean.

mod answer;

pub use answer::{Answer, Listed};

use super::{
    credentials::Credentials,
    failure::{Done, Exit, Failure, chain},
    prompt,
};
use answer::{Page, problem};
use clap::Args;
use domain::{hexadecimal, id::Randomness, secret::Secret};
use http::{Method, Request, Uri, header};
use serde_json::Value;
use std::{env, path::PathBuf, sync::Arc, time::Duration};
use ureq::{
    Agent,
    tls::{RootCerts, TlsConfig},
};

/// The server that is meant when nothing names one.
const DEFAULT_SERVER: &str = "http://127.0.0.1:6573";
/// The variable that holds a token; there is no flag for it, so that no process list shows one.
const TOKEN_VARIABLE: &str = "JETON_TOKEN";
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_mins(1);
/// The largest answer that is read, in bytes.
const ANSWER_BYTES: u64 = 64 << 20;
/// How long the client waits before it repeats a request whose answer was lost.
const WAITS: [Duration; 2] = [Duration::from_millis(300), Duration::from_secs(1)];

/// Which server is meant, and with which token.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub struct ClientArguments {
    // The help is written as clap writes defaults, which rustdoc takes for a link.
    #[allow(rustdoc::broken_intra_doc_links)]
    /// The server's address [default: the one of the last `jeton login`, or <http://127.0.0.1:6573>].
    #[arg(long, global = true, value_name = "URL", env = "JETON_URL", hide_env_values = true)]
    pub server: Option<String>,
    /// Read the token from the first line of this file. Without it, the token is that of the variable
    /// `JETON_TOKEN`, or of `jeton login`.
    #[arg(long, global = true, value_name = "FILE", env = "JETON_TOKEN_FILE", hide_env_values = true)]
    pub token_file: Option<PathBuf>,
    /// Send the token over plain HTTP to another host than this one.
    #[arg(long, global = true)]
    pub allow_plain_http: bool,
}

impl ClientArguments {
    /// A client that shows its token with every request.
    ///
    /// # Errors
    /// When there is no token, or the server's address is no address.
    pub fn client(&self) -> Done<Client> {
        let credentials = Credentials::read()?;
        let base = self.base(&credentials)?;
        let token = match (&self.token_file, env::var(TOKEN_VARIABLE)) {
            (Some(path), _) => Some(prompt::secret_file(path)?),
            (None, Ok(token)) if !token.is_empty() => Some(Secret::new(token)),
            (None, _) => credentials.token(&base),
        };
        let token = token.ok_or_else(|| {
            Failure::new(Exit::Refused, format!("you are not signed in to {base}"))
                .detail("run `jeton login`, set JETON_TOKEN, or name a file with --token-file")
        })?;
        Ok(Client { agent: agent(&base), base, token: Some(token) })
    }

    /// A client without a token.
    ///
    /// # Errors
    /// When the server's address is no address.
    pub fn anonymous(&self) -> Done<Client> {
        let base = self.base(&Credentials::read()?)?;
        Ok(Client { agent: agent(&base), base, token: None })
    }

    /// The address of the server, without a slash at its end.
    fn base(&self, credentials: &Credentials) -> Done<String> {
        let named = self.server.clone().or_else(|| credentials.default.clone());
        base_of(&named.unwrap_or_else(|| DEFAULT_SERVER.to_owned()), self.allow_plain_http)
    }
}

/// Checks a server's address and brings it into its one spelling.
fn base_of(text: &str, allow_plain_http: bool) -> Done<String> {
    let uri: Option<Uri> = text.parse().ok();
    let parts = uri.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?, uri.path())));
    let refused = || Failure::usage("the server's address must be http://HOST[:PORT] or https://HOST[:PORT]");
    let (scheme, authority, path) = parts.ok_or_else(refused)?;
    let has_more = uri.as_ref().is_some_and(|uri| uri.query().is_some()) || authority.as_str().contains('@');
    if !["http", "https"].contains(&scheme) || has_more {
        return Err(refused());
    }
    if scheme == "http" && !is_loopback(authority.host()) && !allow_plain_http {
        return Err(Failure::usage(format!(
            "{} would see the token in clear text on its way: it is reached over plain HTTP",
            authority.host()
        ))
        .detail("use https://, or --allow-plain-http when the network itself is protected"));
    }
    Ok(format!("{scheme}://{}{}", authority.as_str().to_ascii_lowercase(), path.trim_end_matches('/')))
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn agent(base: &str) -> Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        // A redirect would carry the token to wherever it points.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("jeton/", env!("CARGO_PKG_VERSION")));
    let host = base.parse::<Uri>().ok().and_then(|uri| uri.host().map(is_loopback));
    // A proxy of the environment is never meant for this host.
    let config = if host == Some(true) { config.proxy(None) } else { config };
    config.build().new_agent()
}

/// Speaks to one server.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    /// The server's address, without a slash at its end.
    pub base: String,
    token: Option<Secret>,
}

/// Query parameters, or further headers, by name.
pub type Pairs<'a> = [(&'a str, String)];

impl Client {
    /// A client that shows this token.
    #[must_use]
    pub fn with_token(self, token: Secret) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The token that this client shows.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// Reads something.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn get(&self, path: &str, query: &Pairs<'_>) -> Done<Answer> {
        self.send(Method::GET, &with_query(path, query), None, &[])
    }

    /// Asks for something that may be asked for twice.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn post(&self, path: &str, body: &Value) -> Done<Answer> {
        self.send(Method::POST, path, Some(body), &[])
    }

    /// Asks with further headers.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn send_with(&self, method: Method, path: &str, body: Option<&Value>, headers: &Pairs<'_>) -> Done<Answer> {
        self.send(method, path, body, headers)
    }

    /// Creates something exactly once: the request carries an `Idempotency-Key` and is repeated
    /// when its answer is lost. A failure that leaves open whether it was done names the key.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn create(&self, path: &str, body: &Value, key: Option<&str>, headers: &Pairs<'_>) -> Done<Answer> {
        let key = key.map_or_else(random_key, str::to_owned);
        let created = self.create_with(path, body, &key, headers);
        created.map_err(|failure| if failure.is_open() { failure.idempotency_key(key) } else { failure })
    }

    /// The same for what nobody can repeat, because it hangs on a session of this command alone.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn create_in_session(&self, path: &str, body: &Value, headers: &Pairs<'_>) -> Done<Answer> {
        self.create_with(path, body, &random_key(), headers)
    }

    fn create_with(&self, path: &str, body: &Value, key: &str, headers: &Pairs<'_>) -> Done<Answer> {
        let mut headers = headers.to_vec();
        headers.push(("idempotency-key", key.to_owned()));
        let mut waits = WAITS.iter();
        loop {
            match (self.send(Method::POST, path, Some(body), &headers), waits.next()) {
                (Err(failure), Some(wait)) if failure.exit() == Exit::Unavailable => std::thread::sleep(*wait),
                (result, _) => return result,
            }
        }
    }

    /// Changes something, only if it is still at the revision when one is named.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn change(&self, method: Method, path: &str, body: Option<&Value>, revision: Option<u64>) -> Done<Answer> {
        self.send(method, path, body, &if_match(revision))
    }

    /// A list over its pages: up to `most` items, each as the server sent it, and the total when it
    /// was asked for.
    ///
    /// # Errors
    /// What the server's problem means, or that it cannot be reached.
    pub fn list(&self, path: &str, query: &Pairs<'_>, most: Option<usize>) -> Done<Listed> {
        let mut listed = Listed::default();
        let mut cursor = None::<String>;
        loop {
            let left = most.map_or(domain::limits::PAGE, |most| most - listed.items.len());
            let mut query = query.to_vec();
            query.push(("limit", left.min(domain::limits::PAGE).to_string()));
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page: Page = self.get(path, &query)?.parse()?;
            listed.total = listed.total.or(page.total);
            listed.items.extend(page.items);
            listed.has_more = page.next_cursor.is_some();
            cursor = page.next_cursor;
            if cursor.is_none() || most.is_some_and(|most| listed.items.len() >= most) {
                return Ok(listed);
            }
        }
    }

    fn send(&self, method: Method, path: &str, body: Option<&Value>, headers: &Pairs<'_>) -> Done<Answer> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, bearer(token)?);
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let invalid = |_| Failure::usage("a value does not fit into a request");
        let answer = match body {
            Some(body) => {
                let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
                self.agent.run(request.map_err(invalid)?)
            }
            None => self.agent.run(request.body(()).map_err(invalid)?),
        };
        let answer = answer.map_err(|error| self.unreachable(&error))?;
        let status = answer.status().as_u16();
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let body = answer.into_body().into_with_config().limit(ANSWER_BYTES).read_to_string();
        let text = body.map_err(|error| self.unreachable(&error))?;
        if (200..300).contains(&status) { Ok(Answer { status, cookie, text }) } else { Err(problem(status, text)) }
    }

    fn unreachable(&self, error: &ureq::Error) -> Failure {
        Failure::new(Exit::Unavailable, format!("{} gave no answer: {}", self.base, chain(error)))
    }
}

/// The header that makes a change conditional.
pub fn if_match(revision: Option<u64>) -> Vec<(&'static str, String)> {
    revision.map(|revision| ("if-match", format!("\"{revision}\""))).into_iter().collect()
}

fn bearer(token: &Secret) -> Done<header::HeaderValue> {
    let value = header::HeaderValue::from_str(&format!("Bearer {}", token.expose()));
    let mut value = value.map_err(|_| Failure::usage("the token holds characters that no token has"))?;
    value.set_sensitive(true);
    Ok(value)
}

fn with_query(path: &str, query: &Pairs<'_>) -> String {
    if query.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    format!("{path}?{query}")
}

fn random_key() -> String {
    let mut bytes = [0; 16];
    authority::clock::SystemRandomness.fill(&mut bytes);
    hexadecimal::encode(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling_and_no_token_leaves_in_clear_text() {
        assert_eq!(base_of("http://LOCALHOST:1/", false).unwrap(), "http://localhost:1");
        assert_eq!(base_of("https://jeton.example/a/", false).unwrap(), "https://jeton.example/a");
        assert!(base_of("http://[::1]:1", false).is_ok());
        for wrong in ["", "jeton.example", "ftp://a", "http://jeton.example", "https://a@b", "https://a?b"] {
            assert!(base_of(wrong, false).is_err(), "{wrong}");
        }
        assert!(base_of("http://jeton.example", true).is_ok());
    }
}
