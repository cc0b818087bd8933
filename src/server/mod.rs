//! The process: configuration, state, routing, layers, assets and the accept loop. No business rule.

mod accept;
pub mod assets;
mod background;
mod config;
mod context;
mod entity_tag;
mod extract;
pub mod forms;
mod health;
mod layers;
mod openapi;
mod router;
mod secret;
mod security_txt;
mod shell;
mod shown_once;
mod state;
pub mod telemetry;
mod theme;

pub use accept::serve;
pub use background::Background;
pub use config::{Config, LogFormat};
pub use context::{ApiProblem, Caller, OriginOf, Signed, go_to, origin, services, session, signed_in};
pub use entity_tag::{answer, is_known, located, required_version, tagged};
pub use extract::{JsonBody, PathId, QueryOf};
pub use layers::RequestId;
pub use openapi::document as openapi_document;
pub use router::router;
pub use secret::Secret;
pub use shown_once::{drop_secret, keep_secret, kept_secret};
pub use state::{AppState, Services};
