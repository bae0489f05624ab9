//! Pages travel packed (gzip), to browsers that can unpack them.
//!
//! The size of a packed page tells how alike its parts are. Who can read the size of what somebody receives, and can choose
//! a part of it, learns the rest letter by letter (the attack is called BREACH): pages repeat what stands in their address, and
//! say who is signed in and what she shares. INVARIANT: nothing is packed that another site made the browser ask for, so nobody
//! else chooses what is packed together with it. Browsers tell by `Sec-Fetch-Site`; where they do not, nothing is packed.
//! The token of forms, which would be worth most, is moreover never twice the same (`form::masked`).

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, header},
    middleware::{self, Next},
    response::Response,
};
use tower_http::compression::CompressionLayer;

/// `pages`, packed where that gives nothing away.
pub fn packed<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages.layer(CompressionLayer::new()).layer(middleware::from_fn(unless_another_site_asks))
}

async fn unless_another_site_asks(mut request: Request, next: Next) -> Response {
    if !asked_from_here(request.headers()) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Whether the person asked herself, in the browser or on a page of ours.
fn asked_from_here(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none")
}
