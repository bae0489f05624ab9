//! Who is signed in at which browser.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{digests::fresh, error::Error};

/// The cookie that carries a session's id.
pub(crate) const COOKIE: &str = "fudi_session";

const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// A person who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) signed_in_at: DateTime<Utc>,
}

/// The open sessions, in memory: a restart signs everybody out.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Opens a session under a new id, so that an id which somebody else planted is worth nothing.
    pub(crate) fn open(&self, session: Session) -> Result<String, Error> {
        let id = fresh()?;
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, open| session.signed_in_at < open.signed_in_at + LIFETIME);
        sessions.insert(id.clone(), session);
        Ok(id)
    }

    pub(crate) fn find(&self, id: &str, now: DateTime<Utc>) -> Option<Session> {
        let sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(id).filter(|session| now < session.signed_in_at + LIFETIME).cloned()
    }

    pub(crate) fn close(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
