//! Every service of the process, built once.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use super::Config;
use super::layers::RateLimits;
use crate::audit::AuditLog;
use crate::auth::tokens::TokenService;
use crate::auth::{AuthService, PasswordHasher};
use crate::customers::CustomerService;
use crate::database::Database;
use crate::jobs::JobService;
use crate::mail::MailService;
use crate::oauth::OAuthService;
use crate::places::PlaceService;
use crate::settings::SettingsService;
use crate::shared::clock::Clock;
use crate::shared::problem::Problem;
use crate::shared::sealer::Sealer;
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
    /// Bearer tokens and the keys that sign them.
    pub tokens: TokenService,
    /// API clients and the OAuth endpoints.
    pub oauth: OAuthService,
    /// Mail.
    pub mail: MailService,
    /// Staff accounts.
    pub staff: StaffService,
    /// Partners and locations.
    pub places: PlaceService,
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
    /// Seals secrets at rest.
    pub sealer: Sealer,
    /// The configuration.
    pub config: Arc<Config>,
}

impl Services {
    /// Builds every service over a database whose schema is up to date.
    pub async fn build(config: Config, database: Database, clock: Clock) -> Result<Self, Problem> {
        let audit = AuditLog;
        let settings = SettingsService::load(database.clone(), audit, clock.clone()).await?;
        let hasher = PasswordHasher::start();
        let sealer = Sealer::new(config.secret_key.expose());
        let mail = MailService::new(database.clone(), clock.clone(), sealer.clone(), config.mail())?;
        let (passwords, letters, seals) = (hasher.clone(), mail.clone(), sealer.clone());
        let auth =
            AuthService::new(database.clone(), settings.clone(), audit, clock.clone(), passwords, letters, seals);
        let (letters, door) = (mail.clone(), auth.clone());
        let staff = StaffService::new(database.clone(), settings.clone(), audit, clock.clone(), hasher, letters, door);
        staff.ensure_roles().await?;
        let issuer = config.base_url.clone();
        let tokens = TokenService::new(database.clone(), audit, clock.clone(), sealer.clone(), issuer.clone());
        let oauth = OAuthService::new(database.clone(), audit, clock.clone(), tokens.clone(), issuer);
        let places = PlaceService::new(database.clone(), audit, clock.clone());
        let customers = CustomerService::new(database.clone(), settings.clone(), audit, clock.clone());
        customers.load_custom_fields().await?;
        let worker = crate::auth::token::new_token()?;
        let jobs = JobService::new(database.clone(), clock.clone(), worker);
        let imports = ImportService::new(database.clone(), clock.clone(), audit, customers.clone(), jobs.clone());
        let config = Arc::new(config);
        Ok(Self {
            settings,
            audit,
            auth,
            tokens,
            oauth,
            mail,
            staff,
            places,
            customers,
            jobs,
            imports,
            clock,
            database,
            sealer,
            config,
        })
    }
}

/// What handlers get.
#[derive(Clone)]
pub struct AppState {
    /// Every service.
    pub services: Arc<Services>,
    /// Requests a minute.
    pub(super) limits: RateLimits,
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
        let limits = RateLimits::new(&services.config);
        Self { services: Arc::new(services), limits, leptos }
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
