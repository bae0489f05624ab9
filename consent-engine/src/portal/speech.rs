//! In which language a request is answered: chosen on a page, remembered from an earlier choice, wished for by whoever led
//! here (`ui_locales`, as OpenID Connect has it) or by the browser, else the country's first.

use axum::{
    extract::Request,
    http::{HeaderValue, header},
    response::Response,
};
use axum_extra::extract::CookieJar;
use url::form_urlencoded;

use crate::{
    config::Config,
    pages::{LANGUAGE, choose},
    portal::visitor::CookieName,
    state::Scene,
};

const WISHES: &str = "ui_locales";
/// How long a choice is remembered, in seconds: a year.
const REMEMBERED: u32 = 31_536_000;

/// The tag of the language in which `request` is answered.
pub(crate) fn language(request: &Request, config: &Config) -> String {
    let query = request.uri().query().unwrap_or_default();
    let chosen = parameter(query, LANGUAGE);
    let remembered = CookieName::Language.of(&CookieJar::from_headers(request.headers()), &config.portal);
    // A list with spaces there, with commas in the header.
    let wished = parameter(query, WISHES).map(|wishes| wishes.replace(' ', ","));
    let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    choose(&config.languages, &[chosen.as_deref(), remembered.as_deref()], &[wished.as_deref(), accepted])
}

/// Whether the query chooses a language.
pub(crate) fn is_chosen(query: Option<&str>) -> bool {
    parameter(query.unwrap_or_default(), LANGUAGE).is_some()
}

/// Remembers the language, when it was chosen by this request.
pub(crate) fn remember(scene: &Scene, query: Option<&str>, response: &mut Response) {
    let tag = &scene.pages.language().tag;
    if !parameter(query.unwrap_or_default(), LANGUAGE).is_some_and(|chosen| chosen.eq_ignore_ascii_case(tag)) {
        return;
    }
    let cookie = CookieName::Language.with(tag.clone(), &scene.engine.config.portal);
    if let Ok(value) = HeaderValue::from_str(&format!("{cookie}; Max-Age={REMEMBERED}")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

fn parameter(query: &str, name: &str) -> Option<String> {
    let found = form_urlencoded::parse(query.as_bytes()).find(|(key, value)| key == name && !value.is_empty());
    found.map(|(_, value)| value.into_owned())
}
