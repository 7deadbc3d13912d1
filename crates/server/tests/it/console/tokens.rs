//! The list of API tokens: what it shows to whom, how it is narrowed down, and what is done with several rows.
//!
//! | file | promise |
//! | --- | --- |
//! | `rows` | each row shows its token, and its menu what can be done with it |
//! | `filters` | every filter and every order gives what it says |
//! | `pages` | pages, columns and sizes are links that can be kept |
//! | `reach` | nobody sees what lies outside his reach, and no text becomes markup |
//! | `selection` | several tokens are disabled or deleted at once, and nothing by accident |

mod filters;
mod pages;
mod reach;
mod rows;
mod selection;

use super::{Form, Page};
use crate::world::World;
use serde_json::{Value, json};

/// The list.
pub(crate) const LIST: &str = "/console/settings/api-tokens";

impl World {
    /// Issues a token of this name with what else is asked for, as the member of Acme; gives the answer.
    async fn called(&self, name: &str, more: Value) -> Value {
        let mut body = json!({"name": name, "scopes": ["reports:read"]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.post("/v1/tokens", body).bearer(&self.acme.member.token).await.expect(201)
    }
}

/// The names of the tokens that a page shows.
fn names(page: &Page) -> Vec<String> {
    page.texts(".name")
}

/// The path of a token's page.
fn path(token: &Value) -> String {
    format!("{LIST}/{}", token["id"].as_str().unwrap())
}

/// The form of the chosen rows.
fn chosen(page: &Page, tokens: &[&Value]) -> Form {
    let form = page.form(&format!("{LIST}/selection"));
    tokens.iter().fold(form, |form, token| form.tick("id", token["id"].as_str().unwrap()))
}
