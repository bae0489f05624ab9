//! Whether a clock goes as this one does: tokens between services live for a minute.

use chrono::{DateTime, TimeDelta, Utc};
use ndx_clock::SystemClock;

use super::{Finding, State};

/// An HTTP date has whole seconds, and the way takes time.
const UNSEEN: TimeDelta = TimeDelta::seconds(2);
/// By how much the services' clocks may differ before their tokens are refused.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);

/// Compares the time that `subject` said just now with this machine's.
pub(super) fn compare(subject: &str, said: DateTime<Utc>) -> Finding {
    let apart = said - SystemClock::shared().now();
    let words = format!("{} s from this machine's clock", apart.num_seconds());
    let remedy = "let both machines follow one time server (NTP)";
    if apart.abs() <= UNSEEN {
        Finding::fine("clock", subject, "goes as this machine's")
    } else if apart.abs() <= LEEWAY {
        Finding::wrong("clock", subject, State::Warning, words, remedy)
    } else {
        Finding::wrong("clock", subject, State::Problem, words, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_a_warning_and_more_is_a_problem() {
        let now = SystemClock::shared().now();
        let states = [0, 4, 60, -60].map(|seconds| compare("x", now + TimeDelta::seconds(seconds)).state);
        assert_eq!(states, [State::Fine, State::Warning, State::Problem, State::Problem]);
    }
}
