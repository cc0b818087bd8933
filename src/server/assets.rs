//! The site inside the binary: WASM, scripts, styles and icons, with their brotli forms.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "target/site"]
#[allow_missing = true]
struct Site;

/// Changes whenever one of the built files does; a folder in their URLs, so that they may be kept forever and
/// scripts find the parts of their own build.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut hash = Sha256::new();
        let mut names: Vec<_> = Site::iter().filter(|name| name.starts_with("pkg/")).collect();
        names.sort_unstable();
        for file in names.iter().filter_map(|name| Site::get(name)) {
            hash.update(file.metadata.sha256_hash());
        }
        hex::encode(&hash.finalize()[..8])
    });
    &VERSION
}

/// The file at the request's path, if there is one.
pub(super) fn serve(request: &Request) -> Option<Response> {
    let path = request.uri().path().trim_start_matches('/');
    if path.is_empty() {
        return None;
    }
    let (path, fixed) = match path.strip_prefix("pkg/").and_then(|rest| rest.split_once('/')) {
        Some((of, name)) => (format!("pkg/{name}"), of == version()),
        None => (path.to_owned(), false),
    };
    let compressed = if accepts_brotli(request.headers()) { Site::get(&format!("{path}.br")) } else { None };
    let is_compressed = compressed.is_some();
    let file = compressed.or_else(|| Site::get(&path))?;
    let etag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..12]));
    let cache = if fixed { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    let mut response = if request.headers().get(header::IF_NONE_MATCH).is_some_and(|known| known == etag.as_str()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let body = match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        };
        body.into_response()
    };
    let kind = mime_guess::from_path(&path).first_or_octet_stream();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    for (name, value) in [(header::CONTENT_TYPE, kind.essence_str()), (header::ETAG, etag.as_str())] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if is_compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(response)
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| one.split(';').next().is_some_and(|coding| coding.trim() == "br"))
}
