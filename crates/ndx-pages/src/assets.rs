//! Style sheets and icons: a site's own, and the components'. The address of each holds the hash of its content, so that
//! browsers may keep it for ever.

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

/// The components' style sheet.
pub const COMPONENTS: &str = "govuk-frontend.css";

/// What changes in it where people write from right to left.
pub const RIGHT_TO_LEFT: &str = "right-to-left.css";

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Components;

/// Bytes of the hash that an address holds.
const HASH_LENGTH: usize = 8;

/// How long browsers keep what is served under the hash of its content.
pub const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Serves the files of `Own`, and the components'.
pub fn router<Own: RustEmbed + 'static>() -> Router {
    router_with::<Own>(Router::new())
}

/// The same, with files of the site that `more` serves.
pub fn router_with<Own: RustEmbed + 'static>(more: Router) -> Router {
    more.route("/assets/{hash}/{file}", get(file::<Own>)).layer(CompressionLayer::new())
}

/// The address of `name`.
pub fn address<Own: RustEmbed>(name: &str) -> String {
    let hash = find::<Own>(name).map(|file| hash(&file)).unwrap_or_default();
    format!("/assets/{hash}/{name}")
}

fn find<Own: RustEmbed>(name: &str) -> Option<EmbeddedFile> {
    Own::get(name).or_else(|| Components::get(name))
}

/// The file of this name, when it is the one with this hash.
pub async fn file<Own: RustEmbed>(Path((asked_hash, name)): Path<(String, String)>) -> Response {
    // The folders hold licences too, which are for readers of the sources.
    let content_type = match name.rsplit_once('.') {
        Some((_, "css")) => Some("text/css; charset=utf-8"),
        Some((_, "svg")) => Some("image/svg+xml"),
        _ => None,
    };
    let file = find::<Own>(&name).filter(|file| hash(file) == asked_hash);
    let (Some(content_type), Some(file)) = (content_type, file) else {
        return (StatusCode::NOT_FOUND, "there is no such file").into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.data.into_owned()).into_response()
}

fn hash(file: &EmbeddedFile) -> String {
    file.metadata.sha256_hash().iter().take(HASH_LENGTH).map(|byte| format!("{byte:02x}")).collect()
}
