//! The register's routes.

use std::sync::Arc;

use axum::{
    Json, Router, middleware,
    routing::{get, post},
};
use ndx_clock::Clock;
use ndx_service::guard::guarded;
use serde_json::json;

use crate::{
    api::{graphql, token},
    births,
    config::Config,
    credentials::KnownClient,
    error::Error,
    state::AppState,
    tokens::Tokens,
};

const BODY_LIMIT: usize = 64 * 1024;

/// The register, ready to be served. Tokens that another router issued are worth nothing to it.
///
/// # Errors
/// When no signing key can be made.
pub fn router(config: Config, clock: Arc<dyn Clock>) -> Result<Router, Error> {
    let state = Arc::new(AppState {
        client: KnownClient::new(config.client_id, &config.client_secret),
        tokens: Tokens::new(clock)?,
        births: births::schema(config.people),
    });
    let asking = Router::new()
        .route("/graphql", post(graphql::ask))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&state), graphql::require_token));
    let router = Router::new()
        .route("/oauth2/token", post(token::issue))
        .route("/oauth/token", post(token::issue))
        .route("/health", get(|| async { Json(json!({ "service": "rgd", "status": "healthy" })) }))
        .merge(asking)
        .with_state(state);
    Ok(guarded(router, BODY_LIMIT))
}
