//! RNCV: the tokens and API users of its administrators, as clients of Django REST framework read them.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `tokens` `token_input` `token_shapes` | `/admin/tokens` |
//! | `users` `user_input` `user_shapes` | `/admin/api-users` |
//! | `roles` | RNCV's roles, as roles and scopes of the core |
//! | `key` | the form of its keys |
//! | `auth` | from a header to an administrator |
//! | `value` | members of bodies and parameters of queries, read one by one |
//! | `page` | pages of lists |
//! | `shape` | errors in the form of the framework |
//! | `document` | the OpenAPI document |
//! | `demonstration` | what the demonstration has at this door |

pub mod auth;
pub mod demonstration;
pub mod document;
pub mod key;
pub mod page;
pub mod roles;
pub mod shape;
pub mod token_input;
pub mod token_shapes;
pub mod tokens;
pub mod user_input;
pub mod user_shapes;
pub mod users;
pub mod value;

use crate::surface::Surface;

/// The name of the contract, beside what it keeps.
const NAME: &str = "rncv";
/// Where the contract is served beside the root.
pub const BASE: &str = "/backend/api/v1";

/// Where RNCV is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/admin", BASE, "/v1/openapi/rncv.json"],
    status: shape::status,
    shape: shape::answer,
    media_type: "application/json",
    schema: "RncvError",
    is_bare_secret: key::is_key,
    plain_parameters: &[],
};
