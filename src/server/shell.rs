//! The HTML document around the app: written by hand, so that the nonce is in a header and nowhere else.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;

use super::assets;
use super::layers::content_security_policy;
use crate::app::App;

/// The whole document.
pub(super) fn shell() -> impl IntoView {
    let nonce = use_nonce();
    let nonce = nonce.map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Some(response) = use_context::<ResponseOptions>()
        && let Ok(policy) = HeaderValue::from_str(&content_security_policy(Some(&nonce)))
    {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
    let theme = use_context::<Parts>().map(|parts| super::theme::of(&parts.headers)).unwrap_or_default();
    let version = assets::version();
    let script = format!("/pkg/{version}/isp.js");
    let wasm = format!("/pkg/{version}/isp.wasm");
    let start =
        format!("import('{script}').then(m => m.default({{ module_or_path: '{wasm}' }}).then(() => m.hydrate()));");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme.as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <link rel="stylesheet" href=format!("/pkg/{version}/isp.css") />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="modulepreload" href=script nonce=nonce.clone() />
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="" />
                <script type="module" nonce=nonce inner_html=start></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
