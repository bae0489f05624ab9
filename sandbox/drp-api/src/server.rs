//! The register's routes.

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use ndx_service::guard;
use serde_json::json;

use crate::{api::person, config::Config, state::Register};

// No request has a body.
const BODY_LIMIT: usize = 1024;

/// The register, ready to be served.
pub fn router(config: Config) -> Router {
    let router = Router::new()
        .route("/person/{nic}", get(person::show))
        .route("/health", get(|| async { Json(json!({ "service": "drp-api", "status": "healthy" })) }))
        .with_state(Arc::new(Register::new(config)));
    guard::guarded(router, BODY_LIMIT)
}
