//! When a call is tried again: seldom enough that a register in trouble is never asked much more than usual, and never by
//! all at the same moment.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// How often one call is tried again.
pub const MOST_RETRIES: u32 = 2;

/// What each call puts into the budget, and a retry takes out: one retry for ten calls.
const CALL: u32 = 1;
const RETRY: u32 = 10;
/// What can be saved up: ten retries.
const MOST: u32 = 100;
/// Before the first retry; doubled for each further one.
const PAUSE: Duration = Duration::from_millis(50);

/// How many retries the calls to one register have earned. It begins with one.
#[derive(Debug)]
pub struct RetryBudget(AtomicU32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(RETRY))
    }
}

impl RetryBudget {
    /// A call was made that is no retry.
    pub fn earn(&self) {
        let more = |saved| (saved < MOST).then_some(saved + CALL);
        let _full = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    }

    /// Whether a retry may be made now; if so, it is paid for.
    pub fn spend(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |saved| saved.checked_sub(RETRY)).is_ok()
    }
}

/// How long to wait before the retry number `retry` (from 0); `asked` is what the register wants. Always a little different,
/// and never shorter than what it wants.
pub fn pause(retry: u32, asked: Option<Duration>) -> Duration {
    let jitter = 0.5 + fastrand::f64();
    asked.unwrap_or_default() + (PAUSE * 2_u32.saturating_pow(retry)).mul_f64(jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p7_at_most_one_retry_for_ten_calls() {
        let budget = RetryBudget::default();
        let mut retries = 0;
        for _ in 0..1000 {
            budget.earn();
            retries += u32::from(budget.spend());
        }
        assert_eq!(retries, 101, "and the one that it began with");
    }

    #[test]
    fn p7_a_quiet_time_saves_up_no_storm() {
        let budget = RetryBudget::default();
        (0..100_000).for_each(|_| budget.earn());
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 10);
    }

    #[test]
    fn p7_pauses_differ_and_keep_what_the_register_wants() {
        let asked = Duration::from_secs(1);
        let pauses: std::collections::HashSet<_> = (0..100).map(|_| pause(0, Some(asked))).collect();
        assert!(pauses.len() > 10);
        assert!(pauses.iter().all(|pause| *pause >= asked && *pause < asked + PAUSE * 2));
    }
}
