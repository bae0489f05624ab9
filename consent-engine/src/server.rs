//! The router: what is open, what is for services only, and the citizen's pages.

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get};
use ndx_auth::{
    ServiceVerifier,
    openid::{OpenIdClient, OpenIdProvider},
};
use ndx_service::{caller::services_only, guard::guarded, outbound};
use url::Url;

use crate::{
    api::{consents, health},
    engine::Engine,
    pages::Pages,
    portal,
    state::AppState,
};

/// Larger requests are refused: the largest form of a page is far smaller.
const BODY_LIMIT: usize = 256 * 1024;

/// Why the service cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// TLS cannot be set up.
    #[error("the client for the identity provider cannot be made")]
    Client(#[from] reqwest::Error),
    /// A template has a mistake.
    #[error("the pages cannot be made")]
    Pages(#[from] minijinja::Error),
    /// The portal's own address cannot be extended.
    #[error("the portal's address is not one that pages can have")]
    Address(#[from] url::ParseError),
    /// The secret's reference was not followed.
    #[error("the portal's secret at the identity provider is missing")]
    NoSecret,
}

/// Everything that this service answers to. The services that `verifier` knows may call `/internal`.
///
/// # Errors
/// When something that it needs cannot be made.
pub fn router(engine: Arc<Engine>, verifier: Arc<ServiceVerifier>) -> Result<Router, ServerError> {
    let settings = &engine.config.identity_provider;
    let secret = settings.resolved_secret.as_ref().ok_or(ServerError::NoSecret)?;
    let redirect = Url::parse(&engine.config.address("/signed-in"))?;
    let client = OpenIdClient::new(settings.client_id.clone(), secret.expose(), redirect);
    let http = outbound::client(Duration::from_secs(5))?;
    let provider = OpenIdProvider::new(settings.issuer.clone(), client, http, engine.clock());
    let pages = Arc::new(Pages::new(engine.config.name.clone())?);
    let state = AppState { engine, provider: Arc::new(provider), pages };

    let internal = Router::new()
        .route(
            "/internal/api/v1/consents",
            get(consents::latest).post(consents::create).fallback(consents::other_method),
        )
        .with_state(state.clone());
    let open = Router::new().route("/health", get(health::health));
    let portal = portal::router(state);
    Ok(guarded(open.merge(services_only(internal, verifier)).merge(portal), BODY_LIMIT))
}
