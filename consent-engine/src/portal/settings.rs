//! What a person can set: `GET /settings`.

use axum::{Extension, http::StatusCode, response::Response};
use serde::Serialize;

use crate::{
    pages::Page,
    portal::{
        address::{self, Manner},
        block::{Blocked, blocked},
        trouble::Trouble,
        visitor::Visitor,
    },
    state::Scene,
};

/// The settings. The languages are around every page.
#[derive(Debug, Serialize)]
struct SettingsPage {
    provider: String,
    sign_in: String,
    /// The applications that cannot ask her.
    blocked: Vec<Blocked>,
}

impl Page for SettingsPage {
    const TEMPLATE: &'static str = "settings.html";
}

/// `GET /settings`
pub(crate) async fn show(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    let provider = state.engine.config.identity_provider.name.clone();
    let sign_in = address::sign_in("/settings", Manner::Usual);
    let page = SettingsPage { provider, sign_in, blocked: blocked(&state, &visitor).await? };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}
