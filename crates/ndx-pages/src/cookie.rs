//! A site's cookies: not for scripts, not for other sites' forms. On an `https` address their names begin with `__Host-`:
//! browsers then accept them from this very host only, over TLS only.

use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use url::Url;

/// The cookie `name` with this value; gone when the browser closes.
pub fn cookie(name: &str, value: String, site: &Url) -> Cookie<'static> {
    Cookie::build((full_name(name, site), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(site.scheme() == "https")
        .build()
}

/// What the browser sent under `name`.
pub fn sent(jar: &CookieJar, name: &str, site: &Url) -> Option<String> {
    jar.get(&full_name(name, site)).map(|cookie| cookie.value().to_owned())
}

fn full_name(name: &str, site: &Url) -> String {
    let host = if site.scheme() == "https" { "__Host-" } else { "" };
    format!("{host}{name}")
}
