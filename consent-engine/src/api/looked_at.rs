//! What other portals have shown: a "yes" that names no version is a yes to the version that its portal read last.
//!
//! OpenDIF's portals send `{"action": "approve"}` and nothing more. There, an application that asks for more gets another
//! consent; here the open request is extended under the same id, and what was added must not be shared by somebody who
//! never saw it. What is kept here is this process's own: where a portal read at one process and answers at another, a
//! request that was extended must be read again first.

use std::time::Duration;

use moka::sync::Cache;
use uuid::Uuid;

use crate::ledger::{Action, Entry};

const MOST: u64 = 100_000;
const KEPT: Duration = Duration::from_hours(1);

/// The version of each consent that was read last.
#[derive(Debug, Clone)]
pub(crate) struct LookedAt(Cache<Uuid, u64>);

impl Default for LookedAt {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(KEPT).build())
    }
}

impl LookedAt {
    /// The person has been given this version of her consent.
    pub(crate) fn note(&self, consent: Uuid, version: u64) {
        self.0.insert(consent, version);
    }

    /// The version that a yes without one is to: the one that was read here last, when one was.
    pub(crate) fn version(&self, consent: Uuid) -> Option<u64> {
        self.0.get(&consent)
    }
}

/// Whether what is asked now was asked all at once, so that a yes is to all of it even if nobody has read it here: the request
/// was not extended since it was opened.
pub(crate) fn asked_at_once(history: &[Entry]) -> bool {
    history.iter().rev().take_while(|entry| matches!(entry.action, Action::Requested { .. })).count() == 1
}
