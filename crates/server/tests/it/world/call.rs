//! One request and its answer, over a connection of its own. Every answer is checked against its document.

use super::{Running, document};
use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    future::{Future, IntoFuture},
    pin::Pin,
};
use tokio::net::TcpStream;

/// A request that is sent when it is awaited.
pub(crate) struct Call<'a> {
    running: &'a Running,
    method: Method,
    /// The path with the query.
    target: String,
    fields: Vec<(String, Vec<u8>)>,
    body: Bytes,
}

impl<'a> Call<'a> {
    pub(super) fn new(running: &'a Running, method: Method, target: String) -> Self {
        Self { running, method, target, fields: Vec::new(), body: Bytes::new() }
    }

    /// The server that it goes to, the method, the path, and the text of the body.
    pub(crate) fn parts(&self) -> (&'a Running, &Method, &str, String) {
        (self.running, &self.method, &self.target, String::from_utf8_lossy(&self.body).into_owned())
    }

    pub(crate) fn field(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.fields.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.field("authorization", format!("Bearer {token}"))
    }

    /// The token as RNCV's clients show it.
    pub(crate) fn token(self, token: &str) -> Self {
        self.field("authorization", format!("Token {token}"))
    }

    pub(crate) fn cookie(self, cookie: &str) -> Self {
        self.field("cookie", cookie).field("x-jeton-request", "1")
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    pub(crate) fn form(self, pairs: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        self.body("application/x-www-form-urlencoded", form)
    }

    pub(crate) fn body(mut self, kind: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.field("content-type", kind)
    }

    async fn send(self) -> Answer {
        let stream = TcpStream::connect(self.running.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(&self.method).uri(&self.target);
        if !self.fields.iter().any(|(name, _)| name == "host") {
            request = request.header(header::HOST, self.running.address.to_string());
        }
        for (name, value) in &self.fields {
            request = request.header(name, value.as_slice());
        }
        let request = request.body(Full::new(self.body)).unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        let call = format!("{} {}", self.method, self.target);
        let answer = Answer { call, status: head.status.as_u16(), headers: head.headers, body };
        document::check(&self.running.server, &self.method, &self.target, &answer);
        answer
    }
}

impl<'a> IntoFuture for Call<'a> {
    type Output = Answer;
    type IntoFuture = Pin<Box<dyn Future<Output = Answer> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// An answer that fits the document.
pub(crate) struct Answer {
    /// Method and target of the request.
    pub(crate) call: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body, after a look at the status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.call, self.text());
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    /// The body of a problem, after a look at the status and the last part of its `type`.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, slug: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["type"], format!("/problems/{slug}"), "{}: {problem}", self.call);
        problem
    }

    /// The names of the refused fields, after a look at the status.
    #[track_caller]
    pub(crate) fn refused(&self) -> Vec<String> {
        let problem = self.expect(400);
        let fields = problem["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().map(|field| field["field"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The body without what differs between two requests for the same thing.
    pub(crate) fn comparable(&self) -> Value {
        let mut body = self.expect(self.status);
        if let Value::Object(body) = &mut body {
            body.remove("request_id");
            body.remove("traceId");
            if let Some(Value::Object(error)) = body.get_mut("error") {
                error.remove("id");
            }
        }
        body
    }
}

/// Waits for all of them at the same time.
pub(crate) async fn join_all<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut futures: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(move |context| {
        for (future, output) in &mut futures {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if futures.iter().all(|(_, output)| output.is_some()) {
            return std::task::Poll::Ready(futures.iter_mut().filter_map(|(_, output)| output.take()).collect());
        }
        std::task::Poll::Pending
    })
    .await
}
