//! The first page, help, privacy, accessibility: the same for everybody.

use std::sync::Arc;

use axum::{Extension, extract::State, http::StatusCode, response::Response};
use serde::Serialize;

use crate::{
    pages::{render::Page, trouble::Trouble, visitor::Visitor},
    state::AppState,
};

/// A page that is filled with nothing.
macro_rules! plain {
    ($page:ident, $template:literal, $handler:ident, $address:literal) => {
        #[derive(Serialize)]
        struct $page;

        impl Page for $page {
            const TEMPLATE: &'static str = $template;
        }

        #[doc = $address]
        pub(crate) async fn $handler(
            State(state): State<Arc<AppState>>,
            Extension(visitor): Extension<Visitor>,
        ) -> Result<Response, Trouble> {
            Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &$page)?)
        }
    };
}

plain!(StartPage, "start.html", start, "`GET /`");
plain!(HelpPage, "help.html", help, "`GET /help`");
plain!(PrivacyPage, "privacy.html", privacy, "`GET /privacy`");
plain!(AccessibilityPage, "accessibility.html", accessibility, "`GET /accessibility`");
