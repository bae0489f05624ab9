//! The portal's style sheets and icon. The components' style sheets come from `ndx-pages`; the country's colours and fonts from
//! its configuration, where it has its own.

use axum::{
    Extension, Router,
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use crate::{config::Theme, state::Scene};

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

/// The colours and fonts of a country that has none of its own.
const THEME: &str = "theme.css";

/// Serves all files.
pub(crate) fn router() -> Router {
    ndx_pages::assets::router_with::<Own>(Router::new().route("/assets/{hash}/theme.css", get(serve_theme)))
}

/// The address of `name`.
pub(crate) fn address(name: &str) -> String {
    ndx_pages::assets::address::<Own>(name)
}

/// The address of the country's colours and fonts.
pub(crate) fn theme(own: Option<&Theme>) -> String {
    own.map_or_else(|| address(THEME), |theme| format!("/assets/{}/{THEME}", theme.hash()))
}

/// `GET /assets/{hash}/theme.css`. A page that was made before the theme changed, or by a process that has not taken it in
/// yet, names another: it gets this one, and does not keep it.
async fn serve_theme(Extension(scene): Extension<Scene>, Path(asked): Path<String>) -> Response {
    let Some(theme) = &scene.engine.config.theme else {
        return ndx_pages::assets::file::<Own>(Path((asked, THEME.to_owned()))).await;
    };
    let kept = if theme.hash() == asked { ndx_pages::assets::FOR_EVER } else { "no-store" };
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, kept),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, theme.css().to_owned()).into_response()
}
