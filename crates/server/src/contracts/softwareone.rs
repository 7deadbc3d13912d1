//! SoftwareOne: the API tokens of its marketplace, with its modules and audit records.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `tokens` `modules` `audit_records` `event_types` | the resources, one a file |
//! | `token_input` `token_shapes` `token_query` | what is sent, shown and asked of tokens |
//! | `account` `catalogue` `identifier` | accounts with their types, modules as scopes, identifiers |
//! | `account_change` `seats` | what has to hold before a type changes, and whom tokens speak for |
//! | `rights` | who is asking, and what he may do at this door |
//! | `issue` `demonstration` | new tokens, and those that the demonstration has |
//! | `audit` | what of a token last happened |
//! | `list` `stream` | parts of lists, and whole ones |
//! | `rql` | the query language of lists |
//! | `document` | the OpenAPI document |
//! | `shape` | errors as the problem details of the marketplace |

pub mod account;
pub mod account_change;
pub mod audit;
pub mod audit_records;
pub mod catalogue;
pub mod demonstration;
pub mod document;
pub mod event_types;
pub mod identifier;
pub mod issue;
pub mod list;
pub mod modules;
pub mod rights;
pub mod rql;
pub mod seats;
mod shape;
pub mod stream;
pub mod token_input;
pub mod token_query;
pub mod token_shapes;
pub mod tokens;

use crate::surface::{self, Surface};

/// Its name, in the configuration and beside tokens and organisations.
const CONTRACT: &str = "softwareone";

/// Where SoftwareOne is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/public/v1", "/v1/openapi/softwareone.json"],
    status: surface::status_without_gone,
    shape: shape::answer,
    media_type: "application/problem+json",
    schema: "ProblemDetails",
    // Its secrets have a prefix that is known anywhere.
    is_bare_secret: |_| false,
    // Event types have one, and lists are filtered by it.
    plain_parameters: &["key"],
};
