//! VectorAI: the access tokens and the admin of one organisation, in the two dialects of its clients.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `access_tokens` `api_keys` | the routes of the two dialects |
//! | `tokens` | what both do with tokens |
//! | `dialect` | the words in which they differ |
//! | `admin` | the routes of the one user |
//! | `switch` | the routes of the switch that the token endpoints have |
//! | `caller` | who is asking |
//! | `local` | calls that only the host itself may make |
//! | `permission` | what a token may do: bits by name |
//! | `password` | the rule about the admin's password |
//! | `sign_in` | the admin's JWT |
//! | `settings` | the organisation, its seats, and what is kept beside it |
//! | `demonstration` | what the demonstration has at this door |
//! | `document` | the OpenAPI document |
//! | `shape` | errors as `status` and `message` |

pub mod access_tokens;
pub mod admin;
pub mod api_keys;
mod caller;
pub mod demonstration;
mod dialect;
pub mod document;
mod local;
mod password;
pub mod permission;
mod settings;
mod shape;
mod sign_in;
pub mod switch;
mod tokens;

use crate::surface::{self, Surface};

/// Where VectorAI is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/auth", "/v1/openapi/vectorai.json"],
    status: surface::status_without_gone,
    shape: shape::answer,
    media_type: "application/json",
    schema: "VectorAiError",
    // Its secrets have prefixes that are known anywhere.
    is_bare_secret: |_| false,
    plain_parameters: &[],
};
