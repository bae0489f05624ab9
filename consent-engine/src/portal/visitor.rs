//! Who calls.

use axum_extra::extract::{CookieJar, cookie::Cookie};
use ndx_contracts::TraceId;
use ndx_pages::{cookie, form::masked};
use url::Url;

use crate::{
    pages::Viewer,
    portal::{address, back::Back},
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
    /// What stood behind it.
    pub(crate) query: Option<String>,
    /// The way back to the application that sent the person here.
    pub(crate) back: Back,
    /// Whether the browser brought a session that has ended.
    pub(crate) signed_out: bool,
    /// Whether it asked for a language: somebody has just changed it.
    pub(crate) switched: bool,
}

impl Visitor {
    /// Who is signed in; `None` sends the visitor to the gate.
    pub(crate) fn person(&self) -> Option<&Person> {
        self.session.as_ref().map(|session| &session.person)
    }

    /// Where the visitor is, with what of the query belongs there: the way back from signing in.
    pub(crate) fn here(&self) -> String {
        address::with_its_query(&self.path, self.query.as_deref())
    }

    /// What the pages show of the visitor.
    pub(crate) fn viewer(&self) -> Option<Viewer> {
        let session = self.session.as_ref()?;
        // Whoever signs in next comes to a page that can be hers, too.
        let path = match self.path.as_str() {
            path if path.starts_with("/c/") => path.trim_end_matches("/done"),
            path if path.starts_with("/history") => "/history",
            _ => "/my",
        };
        let query = self.query.as_deref().filter(|_| path == self.path || path.starts_with("/c/"));
        Some(Viewer {
            name: session.person.name.clone(),
            ending: session.person.subject.ending(),
            sign_out: address::sign_out(&address::with_its_query(path, query)),
            csrf: masked(&session.csrf),
        })
    }
}

/// The portal's cookies.
#[derive(Debug, Clone)]
pub(crate) enum CookieName {
    /// Holds the id of a session.
    Session,
    /// Holds a sign-in that has begun, sealed; each has a name of its own.
    Attempt(String),
    /// Says that somebody signed out in this browser: whoever signs in next does so anew.
    SignedOut,
    /// Holds what was filled in when a session ended, sealed; what does not fit into the first is in the next.
    Draft(usize),
    /// Holds the language that was chosen.
    Language,
}

/// How the names of all attempts begin.
const ATTEMPT: &str = "ndx-portal-sign-in-";

impl CookieName {
    /// The attempts that the browser sent.
    pub(crate) fn attempts(jar: &CookieJar, portal: &Url) -> Vec<(Self, String)> {
        let sent = cookie::beginning(jar, ATTEMPT, portal);
        sent.map(|(which, value)| (Self::Attempt(which.to_owned()), value.to_owned())).collect()
    }

    fn name(&self) -> String {
        match self {
            Self::Session => "ndx-portal-session".to_owned(),
            Self::Attempt(which) => format!("{ATTEMPT}{which}"),
            Self::SignedOut => "ndx-portal-signed-out".to_owned(),
            Self::Draft(0) => "ndx-portal-draft".to_owned(),
            Self::Draft(more) => format!("ndx-portal-draft-{more}"),
            Self::Language => "ndx-portal-language".to_owned(),
        }
    }

    /// What the browser sent.
    pub(crate) fn of(&self, jar: &CookieJar, portal: &Url) -> Option<String> {
        cookie::sent(jar, &self.name(), portal)
    }

    /// The cookie with this value; gone when the browser closes.
    pub(crate) fn with(&self, value: String, portal: &Url) -> Cookie<'static> {
        cookie::cookie(&self.name(), value, portal)
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
}
