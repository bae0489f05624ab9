//! Help, privacy, accessibility, and who holds information: the same for everybody, signed in or not.

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
            provider: String,
            other_way: Option<String>,
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
                provider: config.identity_provider.name.clone(),
                other_way: config.other_way.as_ref().map(|words| state.pages.words(words)),
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

/// Who holds information.
#[derive(Debug, Serialize)]
struct SourcesPage {
    keepers: Vec<Keeper>,
}

impl Page for SourcesPage {
    const TEMPLATE: &'static str = "sources.html";
}

/// A body that keeps a register.
#[derive(Debug, Serialize)]
struct Keeper {
    name: String,
    /// What it keeps about people.
    keeps: Option<String>,
    contact: String,
    /// How to have something corrected.
    corrections: Option<String>,
}

/// `GET /sources`
pub(crate) async fn sources(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    let pages = &state.pages;
    let keepers = state.engine.config.keepers().map(|member| Keeper {
        name: pages.words(&member.name),
        keeps: member.keeps.as_ref().map(|words| pages.words(words)),
        contact: pages.words(&member.contact),
        corrections: member.corrections.as_ref().map(|words| pages.words(words)),
    });
    let page = SourcesPage { keepers: keepers.collect() };
    Ok(pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}
