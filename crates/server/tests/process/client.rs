//! Speaks HTTP to the server, over connections that are kept alive.

use crate::program::PATIENCE;
use http::{HeaderMap, Method, Request};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

/// Everything that was asked and answered, for whoever looks at all of it later.
pub(crate) type Record = Arc<Mutex<Vec<Exchange>>>;

/// One request and its answer.
pub(crate) struct Exchange {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) answer: Answer,
}

/// A client with connections of its own. Clones share them.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    base: String,
    token: Option<String>,
    record: Option<Record>,
}

/// What the server answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

/// A token as its creation or rotation answered it.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Client {
    /// A client that trusts this certificate, if any, and shows no token.
    pub(crate) fn new(base: &str, trusted: Option<&[u8]>) -> Self {
        let certificates: Vec<_> = trusted.map(|der| Certificate::from_der(der).to_owned()).into_iter().collect();
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::Specific(Arc::new(certificates)))
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(PATIENCE))
            .proxy(None);
        Self { agent: config.build().new_agent(), base: base.to_owned(), token: None, record: None }
    }

    /// The same connections with this token.
    pub(crate) fn with(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same connections, with everything recorded.
    pub(crate) fn recorded(&self, record: &Record) -> Self {
        Self { record: Some(Arc::clone(record)), ..self.clone() }
    }

    /// The token that it shows, empty when it shows none.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, &[], Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], None)
    }

    /// Sends a form, as RFC 7009 and RFC 7662 have it.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.exchange(Method::POST, path, &headers, Some(body)).unwrap()
    }

    pub(crate) fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        self.try_send(method, path, headers, body).unwrap()
    }

    /// The answer; an error when none came, in which case nobody knows whether the request was served.
    pub(crate) fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Answer, ureq::Error> {
        let mut headers = headers.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        self.exchange(method, path, &headers, body.map(Value::to_string))
    }

    /// Sends a body as it is.
    pub(crate) fn exchange(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder().method(&method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).unwrap())?,
            None => self.agent.run(request.body(()).unwrap())?,
        };
        let (head, mut body) = answer.into_parts();
        let text = body.with_config().limit(64 << 20).read_to_string()?;
        let answer = Answer { status: head.status.as_u16(), headers: head.headers, text };
        if let Some(record) = &self.record {
            record.lock().unwrap().push(Exchange { method, path: path.to_owned(), answer: answer.clone() });
        }
        Ok(answer)
    }

    /// Issues a token; what its body lacks is the default.
    #[track_caller]
    pub(crate) fn issue(&self, body: &Value) -> Issued {
        self.post("/v1/tokens", body).expect(201).issued()
    }

    /// Asks for the verdict on a secret.
    pub(crate) fn verify(&self, secret: &str) -> Answer {
        self.post("/v1/tokens/verify", &json!({ "token": secret }))
    }

    /// The secret must be active.
    #[track_caller]
    pub(crate) fn expect_active(&self, secret: &str) {
        let verdict = self.verify(secret).expect(200);
        assert_eq!(verdict.json()["active"], true, "{}", verdict.text);
    }

    /// The secret must be refused for this reason.
    #[track_caller]
    pub(crate) fn expect_refused(&self, secret: &str, reason: &str) {
        let verdict = self.verify(secret).expect(200);
        assert_eq!(verdict.json(), json!({"active": false, "reason": reason}));
    }
}

impl Answer {
    /// The status must be this one.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    #[track_caller]
    pub(crate) fn text_of(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no text {field} in {}", self.text)).to_owned()
    }

    #[track_caller]
    pub(crate) fn issued(&self) -> Issued {
        Issued { id: self.text_of("id"), secret: self.text_of("secret") }
    }

    /// A header, empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
