//! stub
pub mod pages { use leptos::prelude::*; #[component] pub fn ImportPage() -> impl IntoView {} #[component] pub fn ImportStartPage() -> impl IntoView {} }
#[cfg(feature="ssr")] pub mod rest { pub fn routes() -> utoipa_axum::router::OpenApiRouter<crate::server::AppState> { utoipa_axum::router::OpenApiRouter::new() } }
#[cfg(feature="ssr")] #[derive(Clone)] pub struct ImportService;
#[cfg(feature="ssr")] impl ImportService { pub fn new(_: crate::database::Database, _: crate::shared::clock::Clock, _: crate::audit::AuditLog, _: crate::customers::CustomerService, _: crate::jobs::JobService) -> Self { Self } }
#[cfg(feature="ssr")] impl crate::jobs::JobHandler for ImportService { fn kind(&self) -> &'static str { "import" } fn run(&self, _: crate::jobs::Job) -> futures::future::BoxFuture<'_, Result<crate::jobs::JobOutcome, crate::shared::problem::Problem>> { Box::pin(async { Err(crate::shared::problem::Problem::Internal) }) } }
