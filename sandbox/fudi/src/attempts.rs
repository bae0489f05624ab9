//! How often a wrong password, or a wrong code, was given for one user name of late.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// How many wrong tries a user name has within [`WINDOW`].
pub(crate) const ALLOWED: usize = 10;

/// How long a wrong try counts.
pub(crate) const WINDOW: TimeDelta = TimeDelta::minutes(5);

/// The wrong tries of late. Names that nobody has are counted too, so that the answer does not tell which ones exist.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, Vec<DateTime<Utc>>>>);

impl Attempts {
    pub(crate) fn are_used_up(&self, user: &str, now: DateTime<Utc>) -> bool {
        let attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.get(user).is_some_and(|tries| tries.iter().filter(|at| now < **at + WINDOW).count() >= ALLOWED)
    }

    pub(crate) fn record_wrong(&self, user: &str, now: DateTime<Utc>) {
        let mut attempts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.retain(|_, tries| {
            tries.retain(|at| now < *at + WINDOW);
            !tries.is_empty()
        });
        attempts.entry(user.to_owned()).or_default().push(now);
    }

    pub(crate) fn forget(&self, user: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(user);
    }
}
