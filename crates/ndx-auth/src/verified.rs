//! Tokens that were verified a moment ago: an application sends the same one with every request.
//!
//! Only what was accepted is kept, and only for as long as the keys that accepted it are in use and fresh: whatever else
//! could have changed since (the time) is looked at again each time.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use moka::sync::Cache;
use serde_json::Value;

use crate::{key_set::Edition, verifier::Times};

/// No token is taken as verified for longer.
const LONGEST: Duration = Duration::from_secs(60);
/// So many tokens are kept: a few megabytes.
const MOST: u64 = 4096;
/// A longer token is verified anew each time.
const LONGEST_TOKEN: usize = 8 * 1024;

/// What a token says, of which everything but the time was found to be as it must be.
pub(crate) struct Verified {
    pub(crate) claims: Value,
    pub(crate) times: Times,
    /// The keys that it was verified by.
    pub(crate) edition: Edition,
    pub(crate) at: DateTime<Utc>,
}

/// The tokens, by their SHA-256: the text of a token is a secret.
pub(crate) struct VerifiedTokens(Cache<[u8; 32], Arc<Verified>>);

impl std::fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VerifiedTokens({})", self.0.entry_count())
    }
}

impl Default for VerifiedTokens {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(LONGEST).build())
    }
}

impl VerifiedTokens {
    /// What `token` says, when it was verified a moment before `now` by the keys that are in use.
    pub(crate) fn get(&self, token: &str, in_use: Edition, now: DateTime<Utc>) -> Option<Arc<Verified>> {
        let known = self.0.get(&fingerprint(token)?)?;
        // A clock that was set back makes nothing younger.
        let age = now - known.at;
        let young = age >= TimeDelta::zero() && age.to_std().is_ok_and(|age| age < LONGEST);
        (young && known.edition == in_use).then_some(known)
    }

    pub(crate) fn keep(&self, token: &str, verified: &Arc<Verified>) {
        if let Some(fingerprint) = fingerprint(token) {
            self.0.insert(fingerprint, Arc::clone(verified));
        }
    }
}

fn fingerprint(token: &str) -> Option<[u8; 32]> {
    if token.len() > LONGEST_TOKEN {
        return None;
    }
    digest(&SHA256, token.as_bytes()).as_ref().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_tokens_are_kept_than_is_allowed_and_none_is_named() {
        let tokens = VerifiedTokens::default();
        let (edition, at) = (Edition::default(), DateTime::UNIX_EPOCH);
        let times = Times { exp: 0.0, nbf: None, iat: None };
        let verified = Arc::new(Verified { claims: Value::Null, times, edition, at });
        for number in 0..3 * MOST {
            tokens.keep(&format!("token-{number}"), &verified);
        }
        tokens.0.run_pending_tasks();
        assert!(tokens.0.entry_count() <= MOST);
        assert!(!format!("{tokens:?}").contains("token-"));
        let long = "x".repeat(LONGEST_TOKEN + 1);
        tokens.keep(&long, &verified);
        assert!(tokens.get(&long, edition, at).is_none());
        tokens.keep("token", &verified);
        assert!(tokens.get("token", edition, at).is_some());
        assert!(tokens.get("token", edition, at + TimeDelta::seconds(60)).is_none());
        assert!(tokens.get("token", edition, at - TimeDelta::seconds(1)).is_none(), "the clock was set back");
    }
}
