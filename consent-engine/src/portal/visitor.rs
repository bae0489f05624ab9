//! Who calls, and whether a form is ours.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::{HeaderMap, header};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use ndx_contracts::{Subject, TraceId};
use url::{Url, form_urlencoded};

use crate::{
    pages::Viewer,
    portal::{address, back::Back, trouble::Trouble},
    store::{Person, Session},
};

/// Who calls; in the extensions of every request.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The session, when one is open.
    pub(crate) session: Option<Session>,
    /// The request that this is.
    pub(crate) trace_id: TraceId,
    /// Where it was sent to.
    pub(crate) path: String,
    /// The way back to the application that sent the person here.
    pub(crate) back: Back,
}

impl Visitor {
    /// Who is signed in; `None` sends the visitor to the gate.
    pub(crate) fn person(&self) -> Option<&Person> {
        self.session.as_ref().map(|session| &session.person)
    }

    /// What the pages show of the visitor.
    pub(crate) fn viewer(&self) -> Option<Viewer> {
        let session = self.session.as_ref()?;
        let path = if self.path.starts_with("/c/") { self.path.trim_end_matches("/done") } else { "/my" };
        Some(Viewer {
            name: session.person.name.clone(),
            ending: ending(&session.person.subject),
            sign_out: address::sign_out(&self.back.onto(path)),
            csrf: session.csrf.clone(),
        })
    }
}

/// The last four characters: enough to know one's own number again, too few for anybody else.
fn ending(subject: &Subject) -> String {
    let last: Vec<char> = subject.expose().chars().rev().take(4).collect();
    last.into_iter().rev().collect()
}

/// What a form brought.
#[derive(Debug)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body of a POST, and refuses what does not come from a page of ours in this session.
    pub(crate) fn of_ours(body: &[u8], headers: &HeaderMap, portal: &Url, session: &Session) -> Result<Self, Trouble> {
        Self::of_session(body, headers, portal, &session.csrf).ok_or(Trouble::NotOurForm)
    }

    /// The same for a session whose forms bring back `csrf`, ended or not.
    pub(crate) fn of_session(body: &[u8], headers: &HeaderMap, portal: &Url, csrf: &str) -> Option<Self> {
        let form = Self(form_urlencoded::parse(body).into_owned().collect());
        let sent = form.get("csrf").unwrap_or_default();
        let right = verify_slices_are_equal(sent.as_bytes(), csrf.as_bytes()).is_ok();
        (right && from_our_page(headers, portal)).then_some(form)
    }

    /// The first value of this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of this name.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Whether the browser says that a page of ours sent the form. Our pages send no referrer, and for such a page browsers
/// write `Origin: null`; what tells then is `Sec-Fetch-Site`. A browser that says nothing at all is left to the token.
pub(crate) fn from_our_page(headers: &HeaderMap, portal: &Url) -> bool {
    let text = |name| headers.get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let site = text("sec-fetch-site");
    let origin = text("origin").filter(|origin| *origin != "null");
    let ours = portal.origin().ascii_serialization();
    site.is_none_or(|site| site == "same-origin") && origin.is_none_or(|origin| origin == ours)
}

/// The portal's cookies. On an `https` address their names begin with `__Host-`: browsers then accept them from this
/// very host only, over TLS only.
#[derive(Debug, Clone)]
pub(crate) enum CookieName {
    /// Holds the id of a session.
    Session,
    /// Holds a sign-in that has begun, sealed; each has a name of its own.
    Attempt(String),
    /// Says that somebody signed out in this browser: whoever signs in next does so anew.
    SignedOut,
    /// Holds what was filled in when a session ended, sealed.
    Draft,
    /// Holds the language that was chosen.
    Language,
}

impl CookieName {
    fn name(&self, portal: &Url) -> String {
        let host = if portal.scheme() == "https" { "__Host-" } else { "" };
        match self {
            Self::Session => format!("{host}ndx-portal-session"),
            Self::Attempt(which) => format!("{host}ndx-portal-sign-in-{which}"),
            Self::SignedOut => format!("{host}ndx-portal-signed-out"),
            Self::Draft => format!("{host}ndx-portal-draft"),
            Self::Language => format!("{host}ndx-portal-language"),
        }
    }

    /// What the browser sent.
    pub(crate) fn of(&self, jar: &CookieJar, portal: &Url) -> Option<String> {
        jar.get(&self.name(portal)).map(|cookie| cookie.value().to_owned())
    }

    /// The cookie with this value; gone when the browser closes.
    pub(crate) fn with(&self, value: String, portal: &Url) -> Cookie<'static> {
        Cookie::build((self.name(portal), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(portal.scheme() == "https")
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_of_a_portal_behind_tls_belongs_to_its_host_alone() {
        let portal = Url::parse("https://share.example/").unwrap();
        let cookie = CookieName::Session.with("id".to_owned(), &portal).to_string();
        assert_eq!(cookie, "__Host-ndx-portal-session=id; HttpOnly; SameSite=Lax; Secure; Path=/");
        let sandbox = Url::parse("http://127.0.0.1:8081/").unwrap();
        let cookie = CookieName::Session.with("id".to_owned(), &sandbox).to_string();
        assert_eq!(cookie, "ndx-portal-session=id; HttpOnly; SameSite=Lax; Path=/");
    }

    #[test]
    fn shows_the_last_four_characters_of_an_identifier() {
        assert_eq!(ending(&Subject::from_canonical("861234567V")), "567V");
        assert_eq!(ending(&Subject::from_canonical("1")), "1");
    }
}
