//! The tabs that show what a token is: *General* and *Scopes*.

use super::{
    gone::or_gone,
    head::{Head, Tab},
    scope_texts,
    subject::Subject,
};
use crate::{
    console::{
        moment::Moment,
        page::{Page, Place, send},
        refused::Refused,
        visitor::Visitor,
    },
    path::Path,
};
use askama::Template;
use axum::response::Response;
use domain::secret;

/// *General*: everything about a token but its scopes.
#[derive(Template)]
#[template(path = "console/token/general.html")]
struct General {
    page: Page,
    head: Head,
    number: String,
    description: String,
    created: Moment,
    updated: Moment,
    expires: Option<Moment>,
    networks: Vec<String>,
    labels: Vec<(String, String)>,
    hint: String,
    endpoint: String,
}

/// *Scopes*: what a token may do.
#[derive(Template)]
#[template(path = "console/token/scopes.html")]
struct ScopesTab {
    page: Page,
    head: Head,
    scopes: Vec<(String, Option<String>)>,
    all: String,
}

/// Shows *General*.
pub async fn show(visitor: Visitor, Path(id): Path<String>) -> Response {
    let made = Subject::find(&visitor, &id).await.map(|subject| send(&General::new(&visitor, &subject)));
    or_gone(&visitor, made).await
}

/// Shows *Scopes*.
pub async fn scopes(visitor: Visitor, Path(id): Path<String>) -> Response {
    let made = scopes_of(&visitor, &id).await;
    or_gone(&visitor, made).await
}

impl General {
    fn new(visitor: &Visitor, subject: &Subject) -> Self {
        let token = &subject.listed.token;
        let networks = token.networks.iter().flat_map(|networks| networks.iter());
        let labels = token.labels.as_map().iter();
        Self {
            page: visitor.page(&token.name, Place::Tokens),
            head: Head::new(visitor, subject),
            number: token.number.to_string(),
            description: token.description.clone(),
            created: token.created_at.into(),
            updated: token.updated_at.into(),
            expires: token.expires_at.map(Moment::new),
            networks: networks.map(ToString::to_string).collect(),
            labels: labels.map(|(key, value)| (key.clone(), value.clone())).collect(),
            hint: secret::shown(&token.hint),
            endpoint: visitor.server.public_url.join("/v1"),
        }
    }
}

async fn scopes_of(visitor: &Visitor, id: &str) -> Result<Response, Refused> {
    let subject = Subject::find(visitor, id).await?;
    let token = &subject.listed.token;
    let described = |scope: &str| scope_texts::text(scope).map(ToString::to_string);
    Ok(send(&ScopesTab {
        page: visitor.page(&token.name, Place::Tokens),
        head: Head::new(visitor, &subject).at(Tab::Scopes),
        scopes: token.scopes.iter().map(|scope| (scope.to_string(), described(scope.as_str()))).collect(),
        all: token.scopes.to_string(),
    }))
}
