//! The application's routes.

use std::sync::Arc;

use axum::{Json, Router, middleware, routing::get};
use ndx_clock::Clock;
use ndx_pages::{assets, packing::packed};
use ndx_service::guard::guarded;
use serde_json::json;

use crate::{
    config::Config,
    error::Error,
    pages::{self, Assets},
    state::AppState,
};

/// The largest form is smaller.
const BODY_LIMIT: usize = 16 * 1024;

/// Everything that the application answers to.
///
/// # Errors
/// When something that it needs cannot be made.
pub fn router(config: &Config, clock: Arc<dyn Clock>) -> Result<Router, Error> {
    let state = Arc::new(AppState::build(config, clock)?);
    let pages = guarded(pages::router().with_state(Arc::clone(&state)), BODY_LIMIT);
    let pages = pages.layer(middleware::from_fn_with_state(state, pages::dress));
    let health = get(|| async { Json(json!({ "service": "passport-app", "status": "healthy" })) });
    Ok(packed(pages).merge(assets::router::<Assets>()).route("/health", health))
}
