//! What a form brought, and whether it is a form of ours.

use aws_lc_rs::{constant_time::verify_slices_are_equal, rand};
use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
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
        let sent = form.get("csrf").and_then(unmasked).unwrap_or_default();
        let right = verify_slices_are_equal(&sent, csrf.as_bytes()).is_ok();
        if right && from_our_page(headers, site) { Ok(form) } else { Err(NotOurForm) }
    }

    /// The first value of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The token `csrf` of a session as one page holds it. It looks different on each, so that pages which are sent packed tell
/// nothing of it by their size. Without a source of randomness it is nothing, and forms are refused.
pub fn masked(csrf: &str) -> String {
    let mut mask = vec![0; csrf.len()];
    if rand::fill(&mut mask).is_err() {
        return String::new();
    }
    let hidden: Vec<u8> = mask.iter().zip(csrf.bytes()).map(|(mask, byte)| mask ^ byte).collect();
    URL_SAFE_NO_PAD.encode([mask, hidden].concat())
}

fn unmasked(sent: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(sent).ok()?;
    let (mask, hidden) = bytes.split_at_checked(bytes.len() / 2)?;
    Some(mask.iter().zip(hidden).map(|(mask, byte)| mask ^ byte).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_looks_different_on_each_page_and_is_the_same() {
        let site = Url::parse("https://share.example/").unwrap();
        let (one, other) = (masked("the token"), masked("the token"));
        assert_ne!(one, other);
        let taken = |sent: &str, csrf: &str| {
            Form::of_ours(format!("csrf={sent}&a=1").as_bytes(), &HeaderMap::new(), &site, csrf).is_ok()
        };
        assert!(taken(&one, "the token") && taken(&other, "the token"));
        for wrong in
            ["", "A", "AAAA", "the token", &masked("another"), &masked(""), one.trim_end_matches(char::is_alphanumeric)]
        {
            assert!(!taken(wrong, "the token"), "{wrong}");
        }
    }
}
