//! The text of a cursor: where a page of a list ended, and the order that it belongs to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::invalid::Invalid;
use serde::{Deserialize, Serialize};
use store::query::Cursor;

/// What the text holds.
#[derive(Serialize, Deserialize)]
struct Text {
    order: String,
    #[serde(flatten)]
    place: Cursor,
}

/// Writes the place where a page of a list in this order ended.
pub fn text(place: Cursor, order: &str) -> String {
    let text = Text { order: order.to_owned(), place };
    // A number and at most a name: this cannot fail, and an empty cursor would be refused.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&text).unwrap_or_default())
}

/// Reads a cursor that belongs to a list in this order.
///
/// # Errors
/// Names `cursor`.
pub fn parse(text: &str, order: &str) -> Result<Cursor, Invalid> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let cursor: Option<Text> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match cursor {
        Some(cursor) if cursor.order == order => Ok(cursor.place),
        Some(_) => Err(Invalid::field("cursor", "belongs to a list in another order")),
        None => Err(Invalid::field("cursor", "must come from the page before")),
    }
}
