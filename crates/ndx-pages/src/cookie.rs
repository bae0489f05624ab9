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

/// The same, gone after so many seconds in any case.
pub fn for_seconds(cookie: Cookie<'static>, seconds: i64) -> Cookie<'static> {
    // The library's own setter wants a crate for times that nothing else here needs.
    Cookie::parse(format!("{cookie}; Max-Age={seconds}")).unwrap_or(cookie)
}

/// All that the browser sent whose names begin so: the rest of each name, and its value.
pub fn beginning<'a>(jar: &'a CookieJar, start: &str, site: &Url) -> impl Iterator<Item = (&'a str, &'a str)> {
    let start = full_name(start, site);
    jar.iter().filter_map(move |cookie| Some((cookie.name().strip_prefix(start.as_str())?, cookie.value())))
}

/// What the browser sent under `name`.
pub fn sent(jar: &CookieJar, name: &str, site: &Url) -> Option<String> {
    jar.get(&full_name(name, site)).map(|cookie| cookie.value().to_owned())
}

fn full_name(name: &str, site: &Url) -> String {
    let host = if site.scheme() == "https" { "__Host-" } else { "" };
    format!("{host}{name}")
}
