//! Access tokens that were taken back (RFC 7009), until they would have expired anyway.
//!
//! They are signed, so nobody needs to ask here about them; who does ask here (userinfo) hears of it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};

/// The ids (`jti`) of revoked tokens, with the Unix time at which each expires.
#[derive(Debug, Default)]
pub(crate) struct Revoked(Mutex<HashMap<String, i64>>);

impl Revoked {
    pub(crate) fn add(&self, id: String, expires: i64, now: DateTime<Utc>) {
        let mut revoked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.retain(|_, expires| now.timestamp() < *expires);
        revoked.insert(id, expires);
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(id)
    }
}
