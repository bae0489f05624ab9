//! What a form brought, and whether it is a form of ours.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, header};
use url::{Url, form_urlencoded};

/// What a form brought.
#[derive(Debug)]
pub struct Form(Vec<(String, String)>);

/// A form that another site sent, or that belongs to another session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOurForm;

impl Form {
    /// Reads the body of a POST, and refuses what does not come from a page of `site` in the session with the token `csrf`.
    ///
    /// # Errors
    /// When it does not.
    pub fn of_ours(body: &[u8], headers: &HeaderMap, site: &Url, csrf: &str) -> Result<Self, NotOurForm> {
        let form = Self(form_urlencoded::parse(body).into_owned().collect());
        let sent = form.get("csrf").unwrap_or_default();
        let right = verify_slices_are_equal(sent.as_bytes(), csrf.as_bytes()).is_ok();
        if right && from_our_page(headers, site) { Ok(form) } else { Err(NotOurForm) }
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.pairs().filter(move |(key, _)| *key == name).map(|(_, value)| value)
    }

    /// All names with their values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Whether the browser says that a page of ours sent the form. Our pages send no referrer, and for such a page browsers
/// write `Origin: null`; what tells then is `Sec-Fetch-Site`. A browser that says nothing at all is left to the token.
fn from_our_page(headers: &HeaderMap, site: &Url) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let fetched = text("sec-fetch-site");
    let origin = text("origin").filter(|origin| *origin != "null");
    let ours = site.origin().ascii_serialization();
    fetched.is_none_or(|fetched| fetched == "same-origin") && origin.is_none_or(|origin| origin == ours)
}
