//! What a browser carries: cookies, and by one of them the session of who signed in at it.

use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::{
    error::Error,
    sessions::{self, Session},
    state::AppState,
};

impl AppState {
    /// The open session at this browser.
    pub(crate) fn session(&self, cookies: &CookieJar) -> Option<Session> {
        self.sessions.find(cookies.get(sessions::COOKIE)?.value(), self.clock.now())
    }

    /// Opens `session` at this browser in place of whatever was open there.
    pub(crate) fn open_session(&self, cookies: CookieJar, session: Session) -> Result<CookieJar, Error> {
        let id = self.sessions.open(session, self.clock.now())?;
        Ok(self.close_session(cookies).add(self.cookie(sessions::COOKIE, id)))
    }

    /// Signs out whoever is signed in at this browser.
    pub(crate) fn close_session(&self, cookies: CookieJar) -> CookieJar {
        if let Some(open) = cookies.get(sessions::COOKIE) {
            self.sessions.close(open.value());
        }
        cookies.remove(self.cookie(sessions::COOKIE, String::new()))
    }

    /// A cookie that scripts cannot read and other sites' forms do not send.
    pub(crate) fn cookie(&self, name: &'static str, value: String) -> Cookie<'static> {
        Cookie::build((name, value)).path("/").http_only(true).same_site(SameSite::Lax).secure(self.secure).build()
    }
}
