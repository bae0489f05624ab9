//! Authorization codes: what a client gets through the browser and trades for tokens, once and soon.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    authorization::AuthorizationRequest,
    digests::{fresh, s256},
    error::Error,
    sessions::Session,
};

const LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// What a code stands for: this person, at this client, for this request.
#[derive(Debug, Clone)]
pub(crate) struct Granted {
    pub(crate) request: AuthorizationRequest,
    pub(crate) session: Session,
    issued_at: DateTime<Utc>,
}

impl Granted {
    /// Whether the client that traded the code is the one that asked for it, in time.
    pub(crate) fn may_be_used_by(
        &self,
        client_id: &str,
        redirect_uri: &str,
        verifier: &str,
        now: DateTime<Utc>,
    ) -> bool {
        // RFC 7636, section 4.1: 43 to 128 characters.
        now < self.issued_at + LIFETIME
            && self.request.client_id == client_id
            && self.request.redirect_uri.as_str() == redirect_uri
            && (43..=128).contains(&verifier.len())
            && s256(verifier) == self.request.code_challenge
    }
}

/// The codes that wait to be used.
#[derive(Debug, Default)]
pub(crate) struct Codes(Mutex<HashMap<String, Granted>>);

impl Codes {
    pub(crate) fn issue(
        &self,
        request: AuthorizationRequest,
        session: Session,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        let code = fresh()?;
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, granted| now < granted.issued_at + LIFETIME);
        codes.insert(code.clone(), Granted { request, session, issued_at: now });
        Ok(code)
    }

    // INVARIANT: a code leaves the store whatever is found out about it later.
    pub(crate) fn take(&self, code: &str) -> Option<Granted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(code)
    }
}
