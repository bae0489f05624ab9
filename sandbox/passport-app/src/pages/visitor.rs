//! Who calls.

use std::sync::Arc;

use axum_extra::extract::{CookieJar, cookie::Cookie};
use ndx_pages::{cookie, form::masked};
use url::Url;

use crate::{pages::render::Viewer, pages::trouble::Trouble, session::Session};

/// Who calls; in the extensions of every request.
#[derive(Clone)]
pub(crate) struct Visitor(pub(crate) Option<Arc<Session>>);

impl Visitor {
    /// The session, where a page is about a person.
    pub(crate) fn session(&self) -> Result<&Arc<Session>, Trouble> {
        self.0.as_ref().ok_or(Trouble::SignedOut)
    }

    /// What the pages show of the visitor.
    pub(crate) fn viewer(&self) -> Option<Viewer> {
        let session = self.0.as_ref()?;
        Some(Viewer { name: session.person.name.clone(), csrf: masked(&session.csrf) })
    }
}

/// The application's cookies.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CookieName {
    /// Holds the id of a session.
    Session,
    /// Names the browser in which a sign-in began.
    Browser,
    /// Says that somebody signed out in this browser: whoever signs in next does so anew.
    SignedOut,
}

impl CookieName {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "passport-session",
            Self::Browser => "passport-sign-in",
            Self::SignedOut => "passport-signed-out",
        }
    }

    /// What the browser sent.
    pub(crate) fn of(self, jar: &CookieJar, site: &Url) -> Option<String> {
        cookie::sent(jar, self.name(), site)
    }

    /// The cookie with this value.
    pub(crate) fn with(self, value: String, site: &Url) -> Cookie<'static> {
        cookie::cookie(self.name(), value, site)
    }
}
