//! VectorAI: the access tokens and the admin of one organisation, in the two dialects of its clients.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `document` | the OpenAPI document |
//! | `shape` | errors as `status` and `message` |

pub mod document;
mod shape;

use crate::surface::Surface;

/// Where VectorAI is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/auth", "/v1/openapi/vectorai.json"],
    status: shape::status,
    shape: shape::answer,
    media_type: "application/json",
    schema: "VectorAiError",
    // Its secrets have prefixes that are known anywhere.
    is_bare_secret: |_| false,
};
