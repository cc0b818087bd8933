//! Every route of the process and the layers around them.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use leptos::prelude::provide_context;
use leptos_axum::{AxumRouteListing, LeptosRoutes as _, ResponseOptions, generate_route_list};
use sha2::{Digest, Sha512};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_sessions::cookie::{Key, SameSite};
use tower_sessions::{Expiry, SessionManagerLayer};
use utoipa_swagger_ui::SwaggerUi;

use super::context::page_caller;
use super::layers::{
    authenticate, check_origin, json_as_form, own_errors, problem_status, rate_limit, require_sign_in,
    security_headers, trace,
};
use super::shell::shell;
use super::{ApiProblem, AppState, assets, forms, health, openapi, security_txt, theme};
use crate::app::App;
use crate::auth::DatabaseSessions;
use crate::shared::problem::Problem;
use crate::ui::{BaseUrl, StatusSetter};

/// Bodies of everything but uploads, in bytes.
const MAX_BODY: usize = 1 << 20;
/// Longest time for an answer, and for one that takes a file along.
const TIMEOUT: Duration = Duration::from_secs(30);
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(10);

/// The whole site.
pub fn router(state: AppState) -> Router {
    health::start_metrics();
    let (rest, document) = openapi::routes();
    let pages = Router::new()
        .leptos_routes_with_context(&state, page_routes(), provide_page_context, shell)
        .layer(from_fn(require_sign_in))
        .layer(from_fn_with_state(state.clone(), own_errors));
    let dynamic = Router::new()
        .merge(pages)
        .merge(rest)
        .merge(crate::oauth::rest::endpoints())
        .route("/", get(|| async { axum::response::Redirect::to("/customers") }))
        .route("/theme", post(theme::choose))
        .fallback(fallback)
        .method_not_allowed_fallback(|| async { ApiProblem(Problem::MethodNotAllowed) })
        .layer(from_fn(forms::remember))
        .layer(from_fn(json_as_form))
        .layer(from_fn_with_state(state.clone(), check_origin))
        .layer(from_fn_with_state(state.clone(), rate_limit))
        .layer(from_fn_with_state(state.clone(), authenticate))
        .layer(session_layer(&state))
        .layer(DefaultBodyLimit::max(MAX_BODY));
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/metrics", get(health::prometheus))
        .route("/version", get(health::version))
        .route("/.well-known/security.txt", get(security_txt::security_txt))
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", document))
        .merge(dynamic)
        .layer(from_fn(time_limit))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), security_headers))
        .layer(from_fn_with_state(state.clone(), problem_status))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(4)))
        .layer(from_fn_with_state(state.clone(), trace))
        .with_state(state)
}

/// The pages' routes. Listing them suspends every resource of the process, so it happens once.
fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(App)).clone()
}

fn provide_page_context() {
    provide_context(page_caller());
    if let Some(state) = leptos::prelude::use_context::<AppState>() {
        provide_context(BaseUrl(state.services.config.base_url.clone()));
    }
    if let Some(response) = leptos::prelude::use_context::<ResponseOptions>() {
        provide_context(StatusSetter(Arc::new(move |status| {
            if let Ok(status) = StatusCode::from_u16(status) {
                response.set_status(status);
            }
        })));
    }
}

fn session_layer(state: &AppState) -> SessionManagerLayer<DatabaseSessions, tower_sessions::service::SignedCookie> {
    let config = &state.services.config;
    let store = state.services.auth.sessions();
    SessionManagerLayer::new(store)
        .with_name("isp_session")
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(config.is_https())
        .with_expiry(Expiry::OnSessionEnd)
        .with_signed(Key::from(&Sha512::digest(format!("session cookies {}", config.secret_key.expose()))))
}

/// A file of the site, else "not found" in the form the caller reads.
async fn fallback(State(state): State<AppState>, request: Request) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD)
        && let Some(file) = assets::serve(&request)
    {
        return file;
    }
    let path = request.uri().path();
    if path.starts_with("/api/") || path.starts_with("/pkg/") || request.method() != Method::GET {
        return ApiProblem(Problem::not_found("address")).into_response();
    }
    let render = leptos_axum::render_app_async_with_context(
        move || {
            provide_context(state.clone());
            provide_page_context();
        },
        shell,
    );
    let mut response = render(request).await.into_response();
    if response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

async fn time_limit(request: Request, next: Next) -> Response {
    let is_upload = request.method() == Method::POST && request.uri().path() == "/api/v1/imports";
    let limit = if is_upload { UPLOAD_TIMEOUT } else { TIMEOUT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiProblem(Problem::Unavailable).into_response(),
    }
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    ApiProblem(Problem::Internal).into_response()
}
