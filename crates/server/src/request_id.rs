//! The name of a request: in its answer, in a problem's body, and in every line of the log about it.

use http::HeaderName;
use std::{fmt, future::Future};
use uuid::Uuid;

/// The field that names a request to those who look for it in the log.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: RequestId;
}

/// The name of a request. None is taken from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A name that no other request has.
    pub fn generate() -> Self {
        Self(Uuid::now_v7())
    }

    /// The name of the request that is being answered here, if it has one.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(|id| *id).ok()
    }

    /// Answers within the name of this request.
    pub fn scope<F: Future>(self, answer: F) -> impl Future<Output = F::Output> {
        CURRENT.scope(self, answer)
    }

    /// The same for what does not wait.
    pub fn sync_scope<R>(self, answer: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self, answer)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}
