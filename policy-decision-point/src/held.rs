//! The policies in memory, and when the store was last looked at.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use ndx_clock::Clock;

use crate::history::Policies;

/// No decision is made from policies whose last look at the store is older: what another process changed holds here
/// within this time.
pub const OLDEST: Duration = Duration::from_secs(1);

/// A moment, by the machine's steady clock and by the exchange's. A clock that is set back makes nothing younger: of both
/// the one that says "older" counts.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    steady: Instant,
    clock: DateTime<Utc>,
}

impl Moment {
    /// This moment.
    pub fn now(clock: &dyn Clock) -> Self {
        Self { steady: Instant::now(), clock: clock.now() }
    }

    /// Whether it comes after `other`, by the steady clock.
    pub fn follows(&self, other: &Self) -> bool {
        self.steady >= other.steady
    }

    fn is_young_at(&self, now: &Self) -> bool {
        let by_clock = now.clock.signed_duration_since(self.clock).to_std();
        now.steady.saturating_duration_since(self.steady) < OLDEST && by_clock.is_ok_and(|age| age < OLDEST)
    }
}

/// The policies in memory.
#[derive(Debug)]
pub struct Held(RwLock<Look>);

#[derive(Debug)]
struct Look {
    policies: Arc<Policies>,
    /// When the look at the store began that found them to be the newest; `None` before the first.
    at: Option<Moment>,
}

impl Held {
    /// Nothing, from no look at all.
    pub fn nothing() -> Self {
        Self(RwLock::new(Look { policies: Arc::default(), at: None }))
    }

    /// The policies, however old the last look is.
    pub fn latest(&self) -> Arc<Policies> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).policies.clone()
    }

    /// The policies, if the last look is young enough to decide by them.
    pub fn young(&self, now: &Moment) -> Option<Arc<Policies>> {
        let look = self.0.read().unwrap_or_else(PoisonError::into_inner);
        look.at.filter(|at| at.is_young_at(now)).map(|_| look.policies.clone())
    }

    /// Keeps what a look that began `at` found. Of two looks that cross, the one that saw more of the history wins; only
    /// a store that was `replaced` takes the policies back.
    pub fn keep(&self, policies: Arc<Policies>, at: Moment, replaced: bool) {
        let mut look = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if replaced || policies.version() >= look.policies.version() {
            look.policies = policies;
        }
        if look.at.is_none_or(|before| at.follows(&before)) {
            look.at = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use ndx_clock::ManualClock;

    use super::*;

    #[test]
    fn a_look_is_young_for_a_second_by_either_clock() {
        let look = Moment { steady: Instant::now(), clock: DateTime::UNIX_EPOCH };
        let later = |steady: u64, clock: i64| Moment {
            steady: look.steady + Duration::from_millis(steady),
            clock: look.clock + TimeDelta::milliseconds(clock),
        };
        assert!(look.is_young_at(&later(999, 999)));
        assert!(!look.is_young_at(&later(1000, 0)), "the clock was set back");
        assert!(!look.is_young_at(&later(0, 1000)));
        assert!(!look.is_young_at(&later(10, -1)), "the clock was set back");
    }

    #[test]
    fn of_two_looks_that_cross_the_one_that_saw_more_wins() {
        let clock = ManualClock::at(DateTime::UNIX_EPOCH);
        let (held, moment) = (Held::nothing(), Moment::now(&*clock));
        assert!(held.young(&moment).is_none());
        let mut newer = Policies::default();
        let action = crate::policy::Action::FieldPolicyRemoved { field: ndx_contracts::FieldRef::new("s", "x") };
        let by = crate::history::Author::seed();
        newer.fold(crate::history::Recorded { number: 1, at: clock.now(), by, action }).unwrap();
        held.keep(Arc::new(newer), moment, false);
        held.keep(Arc::default(), Moment::now(&*clock), false);
        assert_eq!(held.latest().version(), 1);
        held.keep(Arc::default(), Moment::now(&*clock), true);
        assert_eq!(held.latest().version(), 0);
    }
}
