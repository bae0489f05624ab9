//! `GET /oidc/checksession`: the frame of OpenID Connect Session Management 1.0, which follows nothing here.
//!
//! That specification needs a script which reads the provider's cookie inside another site's page. Browsers give cookies to
//! no such frame any more. So nobody is promised anything: authorization answers carry no `session_state`, without which
//! clients ask no frame, and discovery does not name this address. It answers because portals have it built in.

use std::sync::Arc;

use axum::{extract::State, response::Response};

use crate::state::AppState;

pub(crate) async fn page(State(state): State<Arc<AppState>>) -> Response {
    state.pages.check_session()
}
