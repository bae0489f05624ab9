//! Who is signed in at which browser.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    assurance::Assurance,
    authorization::{AuthorizationRequest, Prompt},
    digests::fresh,
    error::Error,
};

/// The cookie that carries a session's id.
pub(crate) const COOKIE: &str = "fudi_session";

const LIFETIME: TimeDelta = TimeDelta::hours(1);

/// Who must sign in anew has so long to give the code after the password.
const JUST_NOW: TimeDelta = TimeDelta::minutes(10);

/// A person who signed in.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: String,
    /// When the password was given. A code that is given later makes the session surer, not younger.
    pub(crate) signed_in_at: DateTime<Utc>,
    pub(crate) assurance: Assurance,
}

impl Session {
    /// Whether the person signed in recently enough for `request`.
    pub(crate) fn is_recent_enough(&self, request: &AuthorizationRequest, now: DateTime<Utc>) -> bool {
        request.max_age.is_none_or(|seconds| now - self.signed_in_at <= TimeDelta::seconds(seconds))
    }

    /// Whether the person, whose password came before the code, signed in for `request` and not for an earlier one.
    pub(crate) fn may_be_made_surer(&self, request: &AuthorizationRequest, now: DateTime<Utc>) -> bool {
        self.is_recent_enough(request, now) && (request.prompt != Prompt::Always || now - self.signed_in_at <= JUST_NOW)
    }
}

/// The open sessions, in memory: a restart signs everybody out.
#[derive(Debug, Default)]
pub(crate) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    /// Opens a session under a new id, so that an id which somebody else planted is worth nothing.
    pub(crate) fn open(&self, session: Session, now: DateTime<Utc>) -> Result<String, Error> {
        let id = fresh()?;
        let mut sessions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|_, open| now < open.signed_in_at + LIFETIME);
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
