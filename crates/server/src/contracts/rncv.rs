//! RNCV: the tokens and API users of its administrators, as clients of Django REST framework read them.
//!
//! | file | what lives there |
//! | --- | --- |
//! | `document` | the OpenAPI document |
//! | `shape` | errors in the form of Django REST framework |

pub mod document;
mod shape;

use crate::surface::Surface;

/// Where RNCV is, and how its errors look.
pub const SURFACE: Surface = Surface {
    paths: &["/admin", "/backend/api/v1", "/v1/openapi/rncv.json"],
    status: shape::status,
    shape: shape::answer,
    media_type: "application/json",
    schema: "RncvError",
    is_bare_secret: is_key,
};

/// How many hexadecimal digits a key has: 20 random bytes.
const KEY_CHARACTERS: usize = 40;

/// True for the text of a key. It has no prefix, so only a whole text can be known as one.
fn is_key(text: &str) -> bool {
    text.len() == KEY_CHARACTERS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
