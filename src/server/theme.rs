//! `POST /theme`: keeps the choice of light or dark in a cookie, so that pages come without a flash.

use axum::Form;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::ui::Theme;

#[derive(Deserialize)]
pub(super) struct Choice {
    theme: String,
}

pub(super) async fn choose(headers: HeaderMap, Form(choice): Form<Choice>) -> Response {
    let theme = Theme::parse(&choice.theme);
    let cookie = format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax", Theme::COOKIE, theme.as_str());
    let back = headers
        .get(header::REFERER)
        .and_then(|referer| referer.to_str().ok())
        .and_then(|referer| referer.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()))
        .filter(|path| !path.starts_with("//"))
        .unwrap_or_else(|| "/".into());
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, back)]).into_response()
}

/// The theme of a request's cookies.
pub(super) fn of(headers: &HeaderMap) -> Theme {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, _)| *name == Theme::COOKIE)
        .map_or(Theme::System, |(_, value)| Theme::parse(value))
}
