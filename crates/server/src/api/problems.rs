//! `/problems`: the pages that the `type` of every problem leads to, the same for everybody.

use crate::{
    path::Path,
    problem::{Problem, ProblemKind},
};
use axum::response::IntoResponse;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use utoipa::IntoParams;

const PROBLEMS: &str = "Problems";
/// The pages hold nothing of anybody's, and change with the version only.
const PUBLIC: &str = "public, max-age=3600";

/// The parameters of the path of a page.
#[derive(serde::Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PagePath {
    /// The last part of the `type`.
    #[param(example = "not-found")]
    slug: String,
}

/// List the kinds of problem
///
/// A table in Markdown, with a link to the page of each kind.
#[utoipa::path(
    get, path = "/problems", tag = PROBLEMS, operation_id = "list_problems", security(()),
    responses((status = 200, description = "The kinds of problem", body = String, content_type = "text/markdown; charset=utf-8"))
)]
pub async fn list() -> impl IntoResponse {
    let mut page = "# Problems\n\n| status | `type` | title |\n| --- | --- | --- |\n".to_owned();
    for kind in ProblemKind::ALL {
        let (status, uri) = (kind.status().as_u16(), kind.uri());
        page.push_str(&format!("| {status} | [`{uri}`]({uri}) | {} |\n", kind.title()));
    }
    markdown(page)
}

/// Explain one kind of problem
///
/// Answers at the address that the `type` of a problem gives: what happened, and what to do.
#[utoipa::path(
    get, path = "/problems/{slug}", tag = PROBLEMS, operation_id = "show_problem", security(()), params(PagePath),
    responses((status = 200, description = "The page", body = String, content_type = "text/markdown; charset=utf-8"))
)]
pub async fn show(Path(path): Path<PagePath>) -> Result<impl IntoResponse, Problem> {
    let kind = ProblemKind::of_slug(&path.slug).ok_or(ProblemKind::NotFound)?;
    Ok(markdown(kind.page()))
}

fn markdown(page: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/markdown; charset=utf-8"), (CACHE_CONTROL, PUBLIC)], page)
}
