//! The routes.

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};
use ndx_auth::ServiceVerifier;
use ndx_service::{caller, guard};

use crate::{
    api::{decide, health, problem},
    state::Pdp,
};

const LARGEST: usize = 1024 * 1024;

/// All routes; all but `/health` want a service token.
pub fn router(pdp: Arc<Pdp>, callers: Arc<ServiceVerifier>) -> Router {
    let wrong_method =
        || async { problem(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "this path takes another method") };
    let inner =
        Router::new().route("/api/v1/policy/decide", post(decide::handler).fallback(wrong_method)).with_state(pdp);
    let router = caller::services_only(inner, callers)
        .route("/health", get(health::handler).fallback(wrong_method))
        .fallback(|| async { problem(StatusCode::NOT_FOUND, "NOT_FOUND", "there is nothing here") });
    guard::guarded(router, LARGEST)
}
