//! Every service of the process, built once.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use super::Config;
use crate::audit::AuditLog;
use crate::auth::{AuthService, PasswordHasher};
use crate::customers::CustomerService;
use crate::database::Database;
use crate::jobs::JobService;
use crate::settings::SettingsService;
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;
use crate::staff::StaffService;
use crate::transfer::ImportService;

/// The use cases of the whole system; cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The settings.
    pub settings: SettingsService,
    /// The audit log.
    pub audit: AuditLog,
    /// Sign-in and sessions.
    pub auth: AuthService,
    /// Staff accounts.
    pub staff: StaffService,
    /// Customers.
    pub customers: CustomerService,
    /// Background jobs.
    pub jobs: JobService,
    /// Imports of customers.
    pub imports: ImportService,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub database: Database,
    /// The configuration.
    pub config: Arc<Config>,
}

impl Services {
    /// Builds every service over a database whose schema is up to date.
    pub async fn build(config: Config, database: Database, clock: Clock) -> Result<Self, Problem> {
        let audit = AuditLog;
        let settings = SettingsService::load(database.clone(), audit, clock.clone()).await?;
        let hasher = PasswordHasher::start();
        let staff = StaffService::new(database.clone(), settings.clone(), audit, clock.clone(), hasher.clone());
        staff.ensure_roles().await?;
        let auth = AuthService::new(database.clone(), settings.clone(), audit, clock.clone(), hasher);
        let customers = CustomerService::new(database.clone(), settings.clone(), audit, clock.clone());
        let worker = crate::auth::token::new_token()?;
        let jobs = JobService::new(database.clone(), clock.clone(), worker);
        let imports = ImportService::new(database.clone(), clock.clone(), audit, customers.clone(), jobs.clone());
        Ok(Self { settings, audit, auth, staff, customers, jobs, imports, clock, database, config: Arc::new(config) })
    }
}

/// What handlers get.
#[derive(Clone)]
pub struct AppState {
    /// Every service.
    pub services: Arc<Services>,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
}

impl AppState {
    /// The state over the services.
    pub fn new(services: Services) -> Self {
        let leptos = LeptosOptions::builder()
            .output_name("isp")
            .site_root("target/site")
            .site_pkg_dir("pkg")
            .site_addr(services.config.listen)
            .build();
        Self { services: Arc::new(services), leptos }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
