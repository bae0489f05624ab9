//! The provider's routes.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::header,
    routing::{get, post},
};
use ndx_clock::Clock;
use ndx_service::guard::guarded;
use serde_json::json;

use crate::{
    api::{authorize, discovery, sign_in, token},
    config::Config,
    error::Error,
    state::AppState,
};

const BODY_LIMIT: usize = 32 * 1024;

/// The provider, ready to be served. It makes its own key: tokens that another router signed are not its own.
///
/// # Errors
/// When no key can be made, or people, clients or redirect addresses contradict each other.
pub fn router(config: Config, clock: Arc<dyn Clock>) -> Result<Router, Error> {
    let router = Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/oauth2/jwks", get(discovery::keys))
        .route("/oauth2/authorize", get(authorize::authorize))
        .route("/oauth2/sign-in", post(sign_in::sign_in))
        .route(
            "/oauth2/fudi.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css")], include_str!("pages/fudi.css")) }),
        )
        .route("/oauth2/token", post(token::issue))
        .route("/health", get(|| async { Json(json!({ "service": "fudi", "status": "healthy" })) }))
        .with_state(Arc::new(AppState::build(config, clock)?));
    Ok(guarded(router, BODY_LIMIT))
}
