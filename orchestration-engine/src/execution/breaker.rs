//! The circuit breaker of one register: one that is down is left alone, and one that says when to come back is taken at its
//! word. While it is open every call is refused at once; then a call a second finds out whether the register is back.
//!
//! The states are pure: the time is passed in.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::ProviderFailure;

/// So many failures one after another open it: at 10 % of failures that is one call in a hundred million.
const IN_A_ROW: u32 = 8;
/// Of so many calls, half must have failed …
const ENOUGH_CALLS: u32 = 20;
/// … within this time.
const WINDOW: Duration = Duration::from_secs(10);
/// The first pause; each probe that fails doubles it.
const PAUSE: Duration = Duration::from_millis(500);
/// The longest pause of our own choice: a register that is back is found within five seconds.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A register that asks for a longer rest is asked again after this.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// While a probe is under way, the next may go after this.
const BETWEEN_PROBES: Duration = Duration::from_secs(1);

/// What a call showed of the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It answered, whatever it said.
    Alive,
    /// It did not answer, or said that it is broken; it may have said for how long.
    Failed(Option<Duration>),
    /// It wants no more calls from us for this long.
    Quota(Duration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed { in_a_row: u32, calls: u32, failures: u32, since: Instant },
    Open { until: Instant, pause: Duration, quota: bool },
    Probing { next: Instant, pause: Duration, quota: bool },
}

/// What has just changed, for the operator's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Opened,
    Closed,
}

impl State {
    fn closed(now: Instant) -> Self {
        Self::Closed { in_a_row: 0, calls: 0, failures: 0, since: now }
    }

    /// Whether a call may go now, and if so, whether it is a probe.
    fn admit(&mut self, now: Instant) -> Result<bool, ProviderFailure> {
        let (free, pause, quota) = match *self {
            Self::Closed { .. } => return Ok(false),
            Self::Open { until, pause, quota } => (until, pause, quota),
            Self::Probing { next, pause, quota } => (next, pause, quota),
        };
        if now < free {
            let retry_after = Some(seconds(free - now));
            let (full, down) = (ProviderFailure::Quota { retry_after }, ProviderFailure::Unavailable { retry_after });
            return Err(if quota { full } else { down });
        }
        *self = Self::Probing { next: now + BETWEEN_PROBES, pause, quota };
        Ok(true)
    }

    /// What a call showed. One that was begun before it opened, and is no probe, says nothing about now.
    fn conclude(&mut self, now: Instant, verdict: Verdict, probe: bool) -> Option<Change> {
        let pause = match self {
            Self::Closed { in_a_row, calls, failures, since } => {
                if now.duration_since(*since) > WINDOW {
                    (*calls, *failures, *since) = (0, 0, now);
                }
                let failed = matches!(verdict, Verdict::Failed(_));
                *in_a_row = if failed { in_a_row.saturating_add(1) } else { 0 };
                *calls = calls.saturating_add(1);
                *failures = failures.saturating_add(u32::from(failed));
                let broken = *in_a_row >= IN_A_ROW || (*calls >= ENOUGH_CALLS && failures.saturating_mul(2) >= *calls);
                match verdict {
                    Verdict::Quota(_) => PAUSE,
                    Verdict::Failed(_) if broken => PAUSE,
                    _ => return None,
                }
            }
            Self::Probing { pause, .. } if probe => (*pause * 2).min(LONGEST_PAUSE),
            _ => return None,
        };
        let (rest, quota) = match verdict {
            Verdict::Alive => {
                *self = Self::closed(now);
                return Some(Change::Closed);
            }
            Verdict::Failed(rest) => (rest.unwrap_or_default().max(pause), false),
            Verdict::Quota(rest) => (rest, true),
        };
        *self = Self::Open { until: now + rest.min(LONGEST_REST), pause, quota };
        Some(Change::Opened)
    }

    /// A probe that came to no end leaves its place to the next call.
    fn abandon(&mut self, now: Instant) {
        if let Self::Probing { next, .. } = self {
            *next = now;
        }
    }
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

/// The breaker of one register.
#[derive(Debug)]
pub struct Breaker {
    state: Mutex<State>,
    provider: String,
}

/// Leave for one call. It must be told what the call showed; when it is dropped instead, nothing was learnt.
#[derive(Debug)]
pub struct Permit<'b> {
    breaker: &'b Breaker,
    probe: bool,
    concluded: bool,
}

impl Breaker {
    /// A closed one; `provider` is the name under which the log speaks of it.
    pub fn new(provider: String) -> Self {
        Self { state: Mutex::new(State::closed(Instant::now())), provider }
    }

    /// Leave for a call.
    ///
    /// # Errors
    /// While it is open: with the time after which to come back.
    pub fn admit(&self) -> Result<Permit<'_>, ProviderFailure> {
        let probe = self.state().admit(Instant::now())?;
        Ok(Permit { breaker: self, probe, concluded: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit<'_> {
    /// Tells what the call showed.
    pub fn conclude(mut self, verdict: Verdict) {
        self.concluded = true;
        let change = self.breaker.state().conclude(Instant::now(), verdict, self.probe);
        let provider = &self.breaker.provider;
        match change {
            Some(Change::Opened) => {
                tracing::warn!(provider.key = %provider, ?verdict, "a provider is left alone for now")
            }
            Some(Change::Closed) => tracing::info!(provider.key = %provider, "a provider is back"),
            None => {}
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.probe && !self.concluded {
            self.breaker.state().abandon(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Verdict = Verdict::Failed(None);

    fn after(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn opened(now: Instant) -> State {
        let mut state = State::closed(now);
        for _ in 0..IN_A_ROW {
            assert_eq!(state.admit(now), Ok(false));
            state.conclude(now, FAILED, false);
        }
        state
    }

    #[test]
    fn p8_opens_after_failures_in_a_row_and_says_when_to_come_back() {
        let now = Instant::now();
        let mut state = opened(now);
        assert_eq!(state.admit(now), Err(ProviderFailure::Unavailable { retry_after: Some(1) }));
        assert_eq!(state.admit(now + PAUSE), Ok(true), "the first call after the pause is a probe");
        assert!(state.admit(now + PAUSE).is_err(), "and no other goes beside it");
    }

    #[test]
    fn one_answer_among_the_failures_keeps_it_closed() {
        let now = Instant::now();
        let mut state = State::closed(now);
        for _ in 1..IN_A_ROW {
            state.conclude(now, FAILED, false);
        }
        state.conclude(now, Verdict::Alive, false);
        assert_eq!(state.conclude(now, FAILED, false), None);
        assert_eq!(state.admit(now), Ok(false));
    }

    #[test]
    fn opens_when_half_of_the_calls_fail() {
        let now = Instant::now();
        let mut state = State::closed(now);
        let calls: Vec<_> = (0..ENOUGH_CALLS)
            .map(|call| state.conclude(now, if call % 2 == 0 { Verdict::Alive } else { FAILED }, false))
            .collect();
        assert_eq!(calls.iter().position(Option::is_some), Some(ENOUGH_CALLS as usize - 1));
        let mut slow = State::closed(now);
        let spread = (0..100).map(|call| {
            let verdict = if call % 2 == 0 { Verdict::Alive } else { FAILED };
            slow.conclude(now + after(1000 * call), verdict, false)
        });
        assert_eq!(spread.flatten().next(), None, "few calls do not make a rate");
    }

    #[test]
    fn p8_is_found_to_be_back_within_five_seconds_however_long_it_was_away() {
        let mut now = Instant::now();
        let mut state = opened(now);
        for _ in 0..1000 {
            now += after(100);
            if state.admit(now) == Ok(true) {
                state.conclude(now, FAILED, true);
            }
        }
        let back = now;
        while state.admit(now) != Ok(true) {
            now += after(100);
        }
        assert_eq!(state.conclude(now, Verdict::Alive, true), Some(Change::Closed));
        assert!(now - back < after(5000), "{:?}", now - back);
        assert_eq!(state.admit(now), Ok(false));
    }

    #[test]
    fn a_probe_that_hangs_or_is_given_up_does_not_keep_it_open() {
        let now = Instant::now();
        let mut state = opened(now);
        assert_eq!(state.admit(now + PAUSE), Ok(true));
        assert_eq!(state.admit(now + PAUSE + BETWEEN_PROBES), Ok(true), "the next probe goes though the first hangs");
        state.abandon(now + PAUSE + BETWEEN_PROBES);
        assert_eq!(state.admit(now + PAUSE + BETWEEN_PROBES), Ok(true));
    }

    #[test]
    fn what_was_begun_before_it_opened_says_nothing_about_now() {
        let now = Instant::now();
        let mut state = opened(now);
        let before = state;
        for verdict in [Verdict::Alive, FAILED] {
            assert_eq!(state.conclude(now, verdict, false), None);
        }
        assert_eq!(state, before);
    }

    #[test]
    fn p7_a_register_that_wants_a_rest_gets_it() {
        let now = Instant::now();
        let mut state = State::closed(now);
        state.conclude(now, Verdict::Quota(after(7000)), false);
        assert_eq!(state.admit(now + after(500)), Err(ProviderFailure::Quota { retry_after: Some(7) }));
        assert_eq!(state.admit(now + after(7000)), Ok(true));
        assert_eq!(state.conclude(now + after(7000), Verdict::Alive, true), Some(Change::Closed));
        state.conclude(now, Verdict::Quota(Duration::MAX), false);
        assert_eq!(state.admit(now + LONGEST_REST), Ok(true), "and not for longer than a minute");
    }
}
