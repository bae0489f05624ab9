//! How long to wait after a try that failed: each time twice as long, never twice the same, and never longer than is configured.

use std::time::Duration;

use chrono::TimeDelta;
use ndx_config::Webhooks;

/// The pause after the try number `tries` (from 1) has failed; `asked` is what the receiver wants. `chance` is between 0 and 1:
/// what failed together is not tried again together.
pub(super) fn pause(settings: &Webhooks, tries: u32, asked: Option<Duration>, chance: f64) -> TimeDelta {
    let (first, longest) = (seconds(settings.first_pause.length()), seconds(settings.longest_pause.length()));
    let doubled = first * 2_f64.powi(i32::try_from(tries.saturating_sub(1)).unwrap_or(i32::MAX));
    let spread = doubled.min(longest) * (0.75 + 0.5 * chance.clamp(0.0, 1.0));
    let wanted = asked.map_or(0.0, |asked| asked.as_secs_f64());
    let milliseconds = spread.max(wanted).min(longest) * 1000.0;
    // A float becomes the nearest whole number that there is.
    TimeDelta::milliseconds(milliseconds as i64)
}

fn seconds(length: TimeDelta) -> f64 {
    length.as_seconds_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds_after(tries: u32, chance: f64) -> f64 {
        seconds(pause(&Webhooks::default(), tries, None, chance))
    }

    #[test]
    fn l11_pauses_double_differ_and_have_an_end() {
        assert_eq!((seconds_after(1, 0.5), seconds_after(2, 0.5), seconds_after(3, 0.5)), (5.0, 10.0, 20.0));
        assert_eq!((seconds_after(1, 0.0), seconds_after(1, 1.0)), (3.75, 6.25));
        for tries in [13, 14, 25, 1000, u32::MAX] {
            let hours = seconds_after(tries, 1.0) / 3600.0;
            assert!((5.0..=6.0).contains(&hours), "{tries}: {hours}");
        }
        let settings = Webhooks::default();
        let all: f64 = (1..settings.tries).map(|tries| seconds_after(tries, 0.5)).sum();
        assert!((72.0..96.0).contains(&(all / 3600.0)), "a receiver may be down for three days: {all}");
    }

    #[test]
    fn what_the_receiver_wants_counts_up_to_the_longest_pause() {
        let settings = Webhooks::default();
        let asked = |seconds| pause(&settings, 1, Some(Duration::from_secs(seconds)), 0.5).num_seconds();
        assert_eq!((asked(1), asked(120), asked(1_000_000_000)), (5, 120, 6 * 3600));
    }
}
