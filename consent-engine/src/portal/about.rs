//! Help, privacy, accessibility: the same for everybody, signed in or not.

use axum::{Extension, http::StatusCode, response::Response};
use serde::Serialize;

use crate::{
    pages::Page,
    portal::{trouble::Trouble, visitor::Visitor},
    state::Scene,
};

macro_rules! about {
    ($(#[$doc:meta])* $handler:ident, $page:ident, $template:literal) => {
        #[derive(Debug, Serialize)]
        struct $page {
            portal: String,
            provider: String,
            complaints: String,
        }

        impl Page for $page {
            const TEMPLATE: &'static str = $template;
        }

        $(#[$doc])*
        pub(crate) async fn $handler(
            Extension(state): Extension<Scene>,
            Extension(visitor): Extension<Visitor>,
        ) -> Result<Response, Trouble> {
            let config = &state.engine.config;
            let page = $page {
                portal: config.name.in_language(config.first_language()).to_owned(),
                provider: config.identity_provider.name.clone(),
                complaints: config.complaints.in_language(config.first_language()).to_owned(),
            };
            Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
        }
    };
}

about! {
    /// `GET /help`
    help, HelpPage, "help.html"
}
about! {
    /// `GET /privacy`
    privacy, PrivacyPage, "privacy.html"
}
about! {
    /// `GET /accessibility`
    accessibility, AccessibilityPage, "accessibility.html"
}
