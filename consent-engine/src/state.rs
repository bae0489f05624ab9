//! What the handlers share.

use std::sync::Arc;

use axum::extract::FromRef;
use ndx_auth::openid::OpenIdProvider;

use crate::{engine::Engine, pages::Pages};

/// Handles, no behaviour.
#[derive(Debug, Clone)]
pub(crate) struct AppState {
    pub(crate) engine: Arc<Engine>,
    pub(crate) provider: Arc<OpenIdProvider>,
    pub(crate) pages: Arc<Pages>,
}

impl FromRef<AppState> for Arc<Engine> {
    fn from_ref(state: &AppState) -> Self {
        Arc::clone(&state.engine)
    }
}
