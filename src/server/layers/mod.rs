//! What happens to every request on its way in and out, one file each.

mod authenticate;
mod json_as_form;
mod origin;
mod own_errors;
mod problem_status;
mod rate_limit;
mod request_id;
mod security_headers;

pub(super) use authenticate::{authenticate, require_sign_in};
pub(super) use json_as_form::json_as_form;
pub(super) use origin::check_origin;
pub(super) use own_errors::own_errors;
pub(super) use problem_status::{problem_response, problem_status};
pub(super) use rate_limit::{RateLimits, rate_limit};
pub use request_id::RequestId;
pub(super) use request_id::{ClientAddress, Peer, trace};
pub(super) use security_headers::{content_security_policy, security_headers};

/// Endpoints where programs show secrets of their own: no cookie and no bearer token counts there.
const MACHINES: [&str; 5] =
    ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/api/v1/auth/token", "/api/v1/auth/refresh"];
