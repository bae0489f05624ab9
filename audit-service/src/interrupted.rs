//! Closes requests that were interrupted: their process ended, or lost its way, before it could close them.

use std::{sync::Arc, time::Duration};

use ndx_clock::Clock;
use ndx_store::StoreError;

use crate::store::AuditStore;

/// Whether other processes keep their records in the same store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// This process is alone on the store: whatever is open when it starts was interrupted.
    Alone,
    /// One of several: what is open may be another's request. Only what is open for longer than any request lasts was
    /// interrupted.
    OneOfSeveral {
        /// The longest that a request may last, by the configuration of the gateways.
        longest_request: Duration,
        /// How often this process looks for interrupted requests.
        look_every: Duration,
    },
}

/// A request is open for at least so long before somebody else closes it.
const AT_LEAST: Duration = Duration::from_secs(120);
/// How much longer than the longest request: the clocks of several machines differ.
const MARGIN: Duration = Duration::from_secs(60);
/// How often one of several looks for interrupted requests, where nobody says otherwise.
const EVERY: Duration = Duration::from_secs(30);

impl Role {
    /// One of several, where a request of the gateways may last for `longest_request`.
    pub fn one_of_several(longest_request: Duration) -> Self {
        Self::OneOfSeveral { longest_request, look_every: EVERY }
    }

    /// For how long a request must be open to count as interrupted; `None` when it counts at once.
    pub fn patience(self) -> Option<Duration> {
        match self {
            Self::Alone => None,
            Self::OneOfSeveral { longest_request, .. } => Some(AT_LEAST.max(longest_request.saturating_add(MARGIN))),
        }
    }
}

/// Closes what was interrupted, as `role` sees it. Returns how many requests that were.
///
/// # Errors
/// When the store cannot be reached, read or written.
pub async fn close(store: &dyn AuditStore, clock: &dyn Clock, role: Role) -> Result<u64, StoreError> {
    let now = clock.now();
    let open_since = role.patience().map(|patience| now - patience);
    let interrupted = store.close_interrupted(open_since, now).await?;
    if interrupted > 0 {
        tracing::warn!(requests = interrupted, "requests were interrupted; closed as ABORTED");
    }
    Ok(interrupted)
}

/// Does so again and again, where others keep their records too.
pub async fn keep_closing(store: Arc<dyn AuditStore>, clock: Arc<dyn Clock>, role: Role) {
    let Role::OneOfSeveral { look_every, .. } = role else { return };
    // An interval of nothing is none.
    let mut ticks = tokio::time::interval(look_every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first comes at once, and the start has done its work.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Err(error) = close(store.as_ref(), clock.as_ref(), role).await {
            let cause = &error as &dyn std::error::Error;
            tracing::error!(error = cause, "interrupted requests could not be closed; this is tried again");
        }
    }
}
