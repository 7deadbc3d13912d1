//! What an operation declares is all it takes: a query that it does not name is refused.

use super::document::{bases, operations, parameters};
use crate::query;
use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::Method;
use serde::Deserialize;
use std::{collections::HashSet, sync::Arc};
use utoipa::openapi::{OpenApi, path::ParameterIn};

/// The operations that take no query.
#[derive(Default)]
pub struct Declared(HashSet<(Method, String)>);

impl Declared {
    /// Finds them in the document.
    pub fn of(document: &OpenApi) -> Arc<Self> {
        let mut without_query = HashSet::new();
        for (path, item) in &document.paths.paths {
            for (method, operation) in operations(item) {
                if !parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Query) {
                    let below = bases(document).map(|base| (method.clone(), format!("{base}{path}")));
                    without_query.extend(below);
                    without_query.insert((method, path.clone()));
                }
            }
        }
        Arc::new(Self(without_query))
    }
}

/// The query of an operation that has none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoQuery {}

/// Refuses every parameter, by name, where an operation takes no query; the others do so themselves.
pub async fn refuse_undeclared_query(State(declared): State<Arc<Declared>>, request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if !query.is_empty() {
        let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let without = route.is_some_and(|route| declared.0.contains(&(request.method().clone(), route)));
        if without && let Err(problem) = query::parse::<NoQuery>(query) {
            return problem.into_response();
        }
    }
    next.run(request).await
}
