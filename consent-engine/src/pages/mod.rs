//! How a page is made: a typed value and a template in, HTML out. Nothing here knows what a consent is.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `assets` | style sheets and icon, under names that hold the hash of their content |
//! | `calendar` | times and lengths of time in words |
//!
//! The components that the templates are put together from are in `ndx-pages`.

pub(crate) mod assets;
pub(crate) mod calendar;

use std::sync::Arc;

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use minijinja::Environment;
use rust_embed::RustEmbed;
use serde::Serialize;

/// What one template is filled with.
pub(crate) trait Page: Serialize {
    /// The template's file.
    const TEMPLATE: &'static str;
}

/// Who looks at a page.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Viewer {
    /// The person's name; empty when nobody is signed in.
    pub(crate) name: String,
    /// The last characters of the person's identifier.
    pub(crate) ending: String,
    /// Where "This is not me" leads to.
    pub(crate) sign_out: String,
    /// What every form must bring back.
    pub(crate) csrf: String,
}

/// What surrounds every page.
#[derive(Serialize)]
struct Frame<'a> {
    portal: &'a str,
    viewer: Option<&'a Viewer>,
    styles: Vec<String>,
    icon: String,
}

#[derive(Serialize)]
struct Context<'a, P> {
    frame: Frame<'a>,
    page: &'a P,
}

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Own;

/// All templates of the portal, each checked.
#[derive(Debug)]
pub(crate) struct Templates(Environment<'static>);

impl Templates {
    /// # Errors
    /// When a template has a mistake.
    pub(crate) fn load() -> Result<Self, minijinja::Error> {
        ndx_pages::environment::environment::<Own>().map(Self)
    }
}

/// The templates, under the name of one portal.
#[derive(Debug, Clone)]
pub(crate) struct Pages {
    templates: Arc<Templates>,
    portal: String,
}

impl Pages {
    /// The pages of the portal with this name.
    pub(crate) fn new(templates: Arc<Templates>, portal: String) -> Self {
        Self { templates, portal }
    }

    /// `page` as `viewer` sees it.
    pub(crate) fn answer<P: Page>(
        &self,
        status: StatusCode,
        viewer: Option<&Viewer>,
        page: &P,
    ) -> Result<Response, minijinja::Error> {
        let styles = [ndx_pages::assets::COMPONENTS, "theme.css", "portal.css"].map(assets::address).to_vec();
        let frame = Frame { portal: &self.portal, viewer, styles, icon: assets::address("icon.svg") };
        let html = self.templates.0.get_template(P::TEMPLATE)?.render(Context { frame, page })?;
        Ok((status, Html(html)).into_response())
    }
}
