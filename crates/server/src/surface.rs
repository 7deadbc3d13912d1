//! Surfaces: which paths have a shape of errors of their own, and what gives it to an answer.
//!
//! Everything that refuses a request says so as a [`Problem`], whichever path it was for. What lies
//! under the paths of a surface is then given the shape that its clients read, in one place for the
//! routes, the router, what is around it and the door.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `document` | the OpenAPI document of a surface, and the errors in it |
//! | `declared` | what an operation declares is all it takes |

pub mod declared;
pub mod document;

use crate::problem::{Problem, ProblemKind};
use axum::body::Body;
use bytes::Bytes;
use http::{
    HeaderValue, Method, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS},
};
use serde::Serialize;
use std::sync::Arc;

/// What a problem says of an answer that stays true in another shape.
const KEPT: [http::HeaderName; 2] = [ALLOW, RETRY_AFTER];

/// A part of the address space whose errors have a shape of their own.
#[derive(Debug, Clone, Copy)]
pub struct Surface {
    /// The paths that it begins with, in whole segments.
    pub paths: &'static [&'static str],
    /// The status of a kind of problem.
    pub status: fn(ProblemKind) -> StatusCode,
    /// The body of a problem, and what its header says.
    pub shape: fn(&Problem, &Asked<'_>) -> Response<Bytes>,
    /// The media type of that body.
    pub media_type: &'static str,
    /// The name of its schema in the document of the surface.
    pub schema: &'static str,
    /// True for a whole text that is a secret of this surface's and has nothing to be known by in a longer one.
    pub is_bare_secret: fn(&str) -> bool,
    /// Parameters that carry no secret under its paths, though they are named as those that do elsewhere.
    pub plain_parameters: &'static [&'static str],
}

/// What the shape of an answer may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// True when the path has a route.
    pub is_routed: bool,
}

impl Surface {
    /// How many bytes of a path belong to the longest prefix of this surface that fits.
    fn fits(&self, path: &str) -> Option<usize> {
        let whole =
            |prefix: &&&str| path.strip_prefix(**prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.paths.iter().filter(whole).map(|prefix| prefix.len()).max()
    }

    /// The shape of a problem, with what the problem says in its header whatever the shape.
    pub fn answer(&self, problem: &Problem, asked: &Asked<'_>) -> Response<Bytes> {
        let mut shaped = (self.shape)(problem, asked);
        keep(&mut shaped, problem.answer().headers());
        shaped
    }
}

/// All surfaces of a server whose errors are no plain problems.
#[derive(Debug, Clone, Default)]
pub struct Surfaces(Arc<[Surface]>);

impl Surfaces {
    /// These surfaces.
    pub fn new(surfaces: impl IntoIterator<Item = Surface>) -> Self {
        Self(surfaces.into_iter().collect())
    }

    /// The same with one more.
    #[must_use]
    pub fn with(self, surface: Surface) -> Self {
        Self(self.0.iter().copied().chain([surface]).collect())
    }

    /// The surface that a path belongs to: of several, the first one with the longest prefix.
    pub fn at(&self, path: &str) -> Option<Surface> {
        // Of several that are the longest, the last one here counts.
        let fitting = self.0.iter().rev().filter_map(|surface| Some((surface.fits(path)?, *surface)));
        fitting.max_by_key(|(length, _)| *length).map(|(_, surface)| surface)
    }

    /// True when a whole text, such as a segment of a path, is a secret of one of the surfaces.
    pub fn is_bare_secret(&self, text: &str) -> bool {
        self.0.iter().any(|surface| (surface.is_bare_secret)(text))
    }
}

/// The status of a kind of problem for clients that know no other word for what was deleted than *not found*.
pub fn status_without_gone(kind: ProblemKind) -> StatusCode {
    if kind == ProblemKind::Gone { StatusCode::NOT_FOUND } else { kind.status() }
}

/// Gives an answer that is about a problem the shape of this surface; leaves every other as it is.
pub fn shaped(surface: Surface, asked: &Asked<'_>, mut answer: Response<Body>) -> Response<Body> {
    let Some(problem) = answer.extensions_mut().remove::<Problem>() else { return answer };
    let mut shaped = surface.answer(&problem, asked).map(Body::from);
    // The router names the methods of a path beside the problem.
    keep(&mut shaped, answer.headers());
    shaped
}

fn keep<B>(shaped: &mut Response<B>, headers: &http::HeaderMap) {
    for name in KEPT {
        if let Some(value) = headers.get(&name) {
            shaped.headers_mut().insert(name, value.clone());
        }
    }
}

/// An answer of this status with a JSON body that nobody may store.
pub fn json(status: StatusCode, media_type: &'static str, body: &impl Serialize) -> Response<Bytes> {
    // Bodies of errors are texts and numbers, which always have a JSON form.
    let mut response = Response::new(Bytes::from(serde_json::to_vec(body).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surface(paths: &'static [&'static str]) -> Surface {
        Surface {
            paths,
            status: ProblemKind::status,
            shape: |problem, asked| json(problem.kind().status(), "application/json", &asked.method.as_str()),
            media_type: "application/json",
            schema: "Error",
            is_bare_secret: |text| text == "secret",
            plain_parameters: &[],
        }
    }

    #[test]
    fn a_path_belongs_to_the_longest_prefix_in_whole_segments() {
        let surfaces = Surfaces::new([surface(&["/auth", "/admin"]), surface(&["/auth/pats", "/auth"])]);
        let at = |path: &str| surfaces.at(path).map(|surface| surface.paths[0]);
        for path in ["/auth", "/auth/", "/auth/access_token/1", "/admin/tokens", "/auth/patsy"] {
            assert_eq!(at(path), Some("/auth"), "{path}");
        }
        assert_eq!(at("/auth/pats/1"), Some("/auth/pats"));
        for path in ["/", "/authority", "/v1/auth", "/administration", "/AUTH"] {
            assert_eq!(at(path), None, "{path}");
        }
        assert!(surfaces.is_bare_secret("secret") && !surfaces.is_bare_secret("a secret"));
    }

    #[test]
    fn what_a_problem_says_in_its_header_stays() {
        let asked = Asked { method: &Method::PUT, is_routed: true };
        let answer = surface(&[]).answer(&ProblemKind::Unavailable.into(), &asked);
        assert_eq!(answer.headers()[RETRY_AFTER], "1");
        assert_eq!(answer.body(), "\"PUT\"");
    }

    #[test]
    fn only_what_is_about_a_problem_changes_its_shape() {
        let asked = Asked { method: &Method::PUT, is_routed: true };
        let plain = shaped(surface(&[]), &asked, Response::new(Body::empty()));
        assert_eq!(plain.status(), StatusCode::OK);
        let mut answer = Response::new(Body::empty());
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        answer.extensions_mut().insert(Problem::from(ProblemKind::MethodNotAllowed));
        let changed = shaped(surface(&[]), &asked, answer);
        assert_eq!(
            (changed.status(), &changed.headers()[ALLOW]),
            (StatusCode::METHOD_NOT_ALLOWED, &HeaderValue::from_static("GET"))
        );
    }
}
