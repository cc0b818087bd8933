//! `isp serve`: the site, the API and the jobs, until SIGTERM or Ctrl-C.

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Environment, Failure};
use crate::server::{AppState, Background, router, serve};

/// Serve the site, the API and the jobs.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Where to listen, for example 0.0.0.0:3000
    #[arg(long)]
    pub(crate) listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, environment: &Environment) -> Result<(), Failure> {
        let config = &environment.config;
        let listener = TcpListener::bind(config.listen).await.map_err(|error| {
            Failure(format!("Cannot listen on {}: {error}. Choose another with --listen.", config.listen))
        })?;
        let services = environment.services().await?;
        services.tokens.ensure_keys().await?;
        let shutdown = CancellationToken::new();
        let background = Background::start(&services, &shutdown);
        println!("ISP Framework {} is ready at {}", env!("CARGO_PKG_VERSION"), config.base_url);
        if let Some(token) = services.auth.new_set_up_link().await? {
            println!("Nobody can sign in yet. Create the first administrator within 24 hours:");
            println!("  {}/setup?token={token}", config.base_url);
        }
        let stop = shutdown.clone();
        tokio::spawn(async move {
            wait_for_signal().await;
            stop.cancel();
        });
        serve(listener, router(AppState::new(services.clone())), shutdown).await;
        background.finish().await;
        services.database.close().await;
        Ok(())
    }
}

async fn wait_for_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: no new connections, finishing what runs");
}
