//! The portal's style sheets and icon. The components' style sheet comes from `ndx-pages`.

use axum::Router;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

/// Serves all files.
pub(crate) fn router() -> Router {
    ndx_pages::assets::router::<Own>()
}

/// The address of `name`.
pub(crate) fn address(name: &str) -> String {
    ndx_pages::assets::address::<Own>(name)
}
