//! SoftwareOne: the API tokens of its marketplace, with its modules and audit records.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `document` | the OpenAPI document |
//! | `rql` | the query language of lists |
//! | `shape` | errors as the problem details of the marketplace |

pub mod document;
pub mod rql;
mod shape;

use crate::surface::Surface;

/// Where SoftwareOne is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/public/v1", "/v1/openapi/softwareone.json"],
    status: shape::status,
    shape: shape::answer,
    media_type: "application/problem+json",
    schema: "ProblemDetails",
    // Its secrets have a prefix that is known anywhere.
    is_bare_secret: |_| false,
};
