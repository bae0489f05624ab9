//! `GET /explorer`: the page on which people try questions: GraphiQL and some of ours around it, built from `explorer/`.
//!
//! It is a page like any application's: what it asks comes through `POST /graphql` with an access token. It has no door of
//! its own, and its policy lets it call this gateway and, in a sandbox, the desk at which trial tokens are fetched.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use ndx_config::Explorer;
use rust_embed::{EmbeddedFile, RustEmbed};
use serde_json::json;
use tower_http::compression::CompressionLayer;

use super::not_found;
use crate::state::LiveGateway;

#[derive(RustEmbed)]
#[folder = "../explorer/dist/"]
struct Files;

/// Where the page is.
const PATH: &str = "/explorer";

/// The page, its files, and what it is told. All of it is gone where the configuration has switched it off.
pub(super) fn router(gateway: Arc<LiveGateway>) -> Router {
    Router::new()
        .route(PATH, get(page))
        // The page names its files by relative addresses, so it has one place; this one is relative for proxies, too.
        .route("/explorer/", get(|| async { Redirect::permanent("../explorer") }))
        .route("/explorer/config.json", get(settings))
        .route("/explorer/assets/{file}", get(asset))
        .route("/explorer/LICENSES.txt", get(licences))
        .layer(CompressionLayer::new())
        .route_layer(middleware::from_fn_with_state(Arc::clone(&gateway), guard))
        .with_state(gateway)
}

/// Lets nobody in where there is no page, and says to browsers what it may do.
async fn guard(State(gateway): State<Arc<LiveGateway>>, request: axum::extract::Request, next: Next) -> Response {
    let gateway = gateway.now();
    if !gateway.config.explorer.enabled {
        return not_found().await;
    }
    let policy = content_security_policy(&gateway.config.explorer);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy.as_str()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, next.run(request).await).into_response()
}

/// Scripts and style sheets are files of ours, none stands in the page. The editor sets sizes and places through the object
/// model, which `style-src` does not concern; its icons are `data:` in the style sheet.
fn content_security_policy(explorer: &Explorer) -> String {
    let desk = explorer.trial_token_url.as_ref().map(|url| format!(" {}", url.origin().ascii_serialization()));
    let connect = format!("connect-src 'self'{}", desk.unwrap_or_default());
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        connect.as_str(),
        "img-src 'self' data:",
        "font-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    .join("; ")
}

async fn page(headers: HeaderMap) -> Response {
    revalidated("index.html", "text/html; charset=utf-8", &headers)
}

async fn licences(headers: HeaderMap) -> Response {
    revalidated("LICENSES.txt", "text/plain; charset=utf-8", &headers)
}

/// What the page may offer. Nothing in it is a secret.
async fn settings(State(gateway): State<Arc<LiveGateway>>) -> Response {
    let explorer = &gateway.now().config.explorer;
    let body = json!({"trialTokenUrl": explorer.trial_token_url, "applications": explorer.applications});
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// A file whose name holds the hash of its content: it may be kept for ever.
async fn asset(Path(name): Path<String>) -> Response {
    let content_type = match name.rsplit_once('.') {
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "css")) => "text/css; charset=utf-8",
        _ => return not_found().await,
    };
    let Some(file) = Files::get(&format!("assets/{name}")) else { return not_found().await };
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::ETAG, &tag(&file)),
    ];
    (headers, file.data).into_response()
}

/// A file whose name stays when its content changes: a browser asks each time whether it still has the right one.
fn revalidated(name: &str, content_type: &'static str, asked: &HeaderMap) -> Response {
    let Some(file) = Files::get(name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = tag(&file);
    let headers = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, tag.as_str())];
    let kept = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if kept.is_some_and(|kept| kept.split(',').any(|one| one.trim() == tag)) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, [(header::CONTENT_TYPE, content_type)], file.data).into_response()
}

/// Weak: the same content goes out compressed and not.
fn tag(file: &EmbeddedFile) -> String {
    let hash: String = file.metadata.sha256_hash().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hash}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_no_other_place_than_the_desk_of_the_configuration() {
        let explorer = |url: Option<&str>| Explorer {
            trial_token_url: url.map(|url| url.parse().unwrap()),
            ..Explorer::default()
        };
        let policy = content_security_policy(&explorer(None));
        assert!(policy.contains("; connect-src 'self'; "), "{policy}");
        let policy = content_security_policy(&explorer(Some("https://fudi.example:8443/trial/token?x=1")));
        assert!(policy.contains("; connect-src 'self' https://fudi.example:8443; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn every_file_that_the_page_names_is_there() {
        let page = Files::get("index.html").unwrap();
        let page = String::from_utf8(page.data.into_owned()).unwrap();
        let named: Vec<&str> = page.split('"').filter_map(|text| text.strip_prefix("explorer/")).collect();
        assert_eq!(named.len(), 2, "{page}");
        assert!(named.iter().all(|name| Files::get(name).is_some()), "{named:?}");
        assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("onload="), "{page}");
    }
}
