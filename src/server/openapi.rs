//! The description of the REST interface, made from the handlers' own types.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;

use super::AppState;
use crate::shared::problem::ProblemBody;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ISP Framework",
        description = "The system of record of an internet service provider. Errors are application/problem+json (RFC 9457).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
        contact()
    ),
    components(schemas(ProblemBody)),
    security(("session" = []), ("bearer" = []))
)]
struct Base;

/// REST routes and their description.
pub(super) fn routes() -> (axum::Router<AppState>, OpenApi) {
    let mut base = Base::openapi();
    let components = base.components.get_or_insert_default();
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("isp_session")));
    components.add_security_scheme("session", cookie);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An access token")).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    OpenApiRouter::with_openapi(base)
        .merge(crate::customers::rest::routes())
        .merge(crate::customers::contacts::rest::routes())
        .merge(crate::customers::addresses::rest::routes())
        .merge(crate::customers::custom_fields::rest::routes())
        .merge(crate::customers::status::rest::routes())
        .merge(crate::customers::hierarchy::rest::routes())
        .merge(crate::customers::labels::rest::routes())
        .merge(crate::places::rest::routes())
        .merge(crate::jobs::rest::routes())
        .merge(crate::transfer::rest::routes())
        .merge(crate::auth::tokens::rest::routes())
        .merge(crate::auth::rest::routes())
        .merge(crate::staff::rest::routes())
        .merge(crate::oauth::rest::routes())
        .split_for_parts()
}

/// The description alone, as `isp openapi` prints it.
pub fn document() -> OpenApi {
    routes().1
}
