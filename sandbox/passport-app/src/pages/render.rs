//! How a page is made: a typed value and a template in, HTML out.

use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use minijinja::Environment;
use ndx_pages::{assets, environment};
use rust_embed::RustEmbed;
use serde::Serialize;
use url::Url;

use crate::pages::Assets;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Templates;

/// What one template is filled with.
pub(crate) trait Page: Serialize {
    /// The template's file.
    const TEMPLATE: &'static str;
}

/// Who looks at a page.
#[derive(Clone, Serialize)]
pub(crate) struct Viewer {
    pub(crate) name: String,
    /// What every form must bring back.
    pub(crate) csrf: String,
}

#[derive(Serialize)]
struct Context<'a, P> {
    frame: Frame<'a>,
    page: &'a P,
}

/// What surrounds every page.
#[derive(Serialize)]
struct Frame<'a> {
    viewer: Option<&'a Viewer>,
    styles: &'a [String],
    icon: &'a str,
    /// Where citizens see what they share.
    sharing: &'a Url,
}

/// The templates, each checked, and what surrounds every page.
pub(crate) struct Pages {
    templates: Environment<'static>,
    styles: [String; 3],
    icon: String,
    sharing: Url,
}

impl Pages {
    pub(crate) fn load(sharing: Url) -> Result<Self, minijinja::Error> {
        let address = assets::address::<Assets>;
        Ok(Self {
            templates: environment::environment::<Templates>()?,
            styles: [assets::COMPONENTS, "theme.css", "passport.css"].map(address),
            icon: address("icon.svg"),
            sharing,
        })
    }

    /// `page` as `viewer` sees it.
    pub(crate) fn answer<P: Page>(
        &self,
        status: StatusCode,
        viewer: Option<&Viewer>,
        page: &P,
    ) -> Result<Response, minijinja::Error> {
        let frame = Frame { viewer, styles: &self.styles, icon: &self.icon, sharing: &self.sharing };
        let html = self.templates.get_template(P::TEMPLATE)?.render(Context { frame, page })?;
        Ok((status, Html(html)).into_response())
    }
}
