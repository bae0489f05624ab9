//! The provider's routes.

use std::sync::Arc;

use axum::{
    Json, Router,
    http::{HeaderValue, Method, header},
    routing::{get, post},
};
use ndx_clock::Clock;
use ndx_service::guard::guarded;
use serde_json::json;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    api::{authorize, check_session, discovery, logout, one_time_code, revoke, sign_in, token, trial, userinfo},
    config::Config,
    error::Error,
    provider::Provider,
    state::AppState,
};

const BODY_LIMIT: usize = 32 * 1024;

impl Provider {
    /// Its routes.
    pub fn router(&self) -> Router {
        routes(Arc::clone(&self.0))
    }
}

/// The routes of a provider that nobody needs to speak to in another way.
///
/// # Errors
/// As [`Provider::new`].
pub fn router(config: Config, clock: Arc<dyn Clock>) -> Result<Router, Error> {
    Provider::new(config, clock).map(|provider| provider.router())
}

fn routes(state: Arc<AppState>) -> Router {
    // What a browser opens: pages, never read by another site's script.
    let pages = Router::new()
        .route("/oauth2/authorize", get(authorize::authorize))
        .route("/oauth2/sign-in", post(sign_in::sign_in))
        .route("/oauth2/one-time-code", post(one_time_code::prove))
        .route("/oidc/logout", get(logout::ask).post(logout::ask_by_form))
        .route("/oidc/sign-out", post(logout::sign_out))
        .route("/oidc/checksession", get(check_session::page))
        .route(
            "/oauth2/fudi.css",
            get(|| async { ([(header::CONTENT_TYPE, "text/css")], include_str!("pages/fudi.css")) }),
        );
    // What a program calls, and so may the script of a client that runs in a browser.
    let calls = Router::new()
        .route("/.well-known/openid-configuration", get(discovery::configuration))
        .route("/oauth2/jwks", get(discovery::keys))
        .route("/oauth2/token", post(token::issue))
        .route("/oauth2/revoke", post(revoke::revoke))
        .route("/oauth2/userinfo", get(userinfo::tell).post(userinfo::tell))
        .layer(callers_in_browsers(state.clients.iter().flat_map(|client| &client.origins)));
    // What only a sandbox has.
    let trials = Router::new().route("/trial/token", post(trial::give)).layer(callers_in_browsers(
        state.clients.iter().filter_map(|client| client.trial.as_ref()).flat_map(|trial| &trial.origins),
    ));
    let router = pages
        .merge(calls)
        .merge(trials)
        .route("/health", get(|| async { Json(json!({ "service": "fudi", "status": "healthy" })) }))
        .with_state(state);
    guarded(router, BODY_LIMIT)
}

/// Lets the scripts of registered origins read answers. Cookies are not among what they may send: they prove themselves by
/// what they hold.
fn callers_in_browsers<'a>(origins: impl Iterator<Item = &'a String>) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.filter_map(|origin| HeaderValue::from_str(origin).ok())))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        .expose_headers([header::WWW_AUTHENTICATE])
}
