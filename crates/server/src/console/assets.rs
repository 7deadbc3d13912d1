//! `/console/assets`: the stylesheet, the script and the mark, embedded in the binary and named by what is in them.

use super::compression::gzip;
use crate::{
    path::Path,
    problem::{Problem, ProblemKind},
};
use axum::response::Response;
use bytes::Bytes;
use domain::hexadecimal;
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// How many digits of a hash tell two versions of a file apart.
const FINGERPRINT: usize = 16;

/// The script: one file for browsers, in the order in which its parts need each other.
const SCRIPT: &str = concat!(
    include_str!("../../assets/script/beginning.js"),
    include_str!("../../assets/script/fetching.js"),
    include_str!("../../assets/script/placing.js"),
    include_str!("../../assets/script/saying.js"),
    include_str!("../../assets/script/dialogs.js"),
    include_str!("../../assets/script/links.js"),
    include_str!("../../assets/script/forms.js"),
    include_str!("../../assets/script/filters.js"),
    include_str!("../../assets/script/menus.js"),
    include_str!("../../assets/script/rows.js"),
    include_str!("../../assets/script/copying.js"),
    include_str!("../../assets/script/times.js"),
    include_str!("../../assets/script/themes.js"),
    include_str!("../../assets/script/passkeys.js"),
    include_str!("../../assets/script/ending.js"),
);

/// Everything that pages load.
pub static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    css: Asset::new("console", "css", "text/css; charset=utf-8", include_bytes!("../../assets/console.css")),
    js: Asset::new("console", "js", "text/javascript; charset=utf-8", SCRIPT.as_bytes()),
    icon: Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../../assets/icon.svg")),
});

/// Everything that pages load.
pub struct Assets {
    /// The stylesheet.
    pub css: Asset,
    /// The script.
    pub js: Asset,
    /// The mark.
    pub icon: Asset,
}

/// A file of the console. It is written as its address.
pub struct Asset {
    name: String,
    media_type: &'static str,
    plain: &'static [u8],
    compressed: Bytes,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, plain: &'static [u8]) -> Self {
        let hash = hexadecimal::encode(&Sha256::digest(plain));
        let name = format!("{stem}-{}.{ending}", &hash[..FINGERPRINT]);
        Self { name, media_type, plain, compressed: Bytes::from(gzip(plain)) }
    }
}

impl std::fmt::Display for Asset {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "/console/assets/{}", self.name)
    }
}

/// Sends a file. Its name changes with its content, so it may be kept for ever.
pub async fn show(Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let Assets { css, js, icon } = &*ASSETS;
    let asset = [css, js, icon].into_iter().find(|asset| asset.name == name).ok_or(ProblemKind::NotFound)?;
    let mut response = Response::new(asset.plain.into());
    if super::compression::is_accepted(&headers) {
        response = Response::new(asset.compressed.clone().into());
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
    Ok(response)
}
