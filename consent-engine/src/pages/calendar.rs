//! Times in words: in the country's own time, never only relative.

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike, Utc};

/// The country's time, and now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    now: DateTime<FixedOffset>,
}

impl Calendar {
    pub(crate) fn new(now: DateTime<Utc>, offset: FixedOffset) -> Self {
        Self { now: now.with_timezone(&offset) }
    }

    /// `28 November 2026`
    pub(crate) fn date(&self, at: DateTime<Utc>) -> String {
        self.local(at).format("%-d %B %Y").to_string()
    }

    /// `11:30am on 21 November`, with the year when it is not this one.
    pub(crate) fn moment(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        let day = if local.year() == self.now.year() { local.format("%-d %B") } else { local.format("%-d %B %Y") };
        format!("{} on {day}", time(local))
    }

    /// `11:30am on 21 November 2026`, for what is read years later.
    pub(crate) fn in_full(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        format!("{} on {}", time(local), local.format("%-d %B %Y"))
    }

    /// When something ends that is near: `today at 11:30am`, `tomorrow at 9am`, `at 11:30am on 21 November`.
    pub(crate) fn when(&self, at: DateTime<Utc>) -> String {
        let local = self.local(at);
        match (local.date_naive() - self.now.date_naive()).num_days() {
            0 => format!("today at {}", time(local)),
            1 => format!("tomorrow at {}", time(local)),
            _ => format!("at {}", self.moment(at)),
        }
    }

    /// The end of something that began at `since`: the day, or for what lasts less than a day the minute.
    pub(crate) fn end(&self, since: DateTime<Utc>, end: DateTime<Utc>) -> String {
        if end - since < TimeDelta::days(1) { self.moment(end) } else { self.date(end) }
    }

    /// A time to choose: `Just today, for 1 hour`, `7 days, until 28 November 2026`.
    pub(crate) fn choice(&self, length: TimeDelta) -> String {
        let end = self.now + length;
        if length < TimeDelta::days(1) && end.date_naive() == self.now.date_naive() {
            return format!("Just today, for {}", length_of_time(length));
        }
        let now = self.now.to_utc();
        format!("{}, until {}", length_of_time(length), self.end(now, now + length))
    }

    fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(self.now.offset())
    }
}

/// `11:30am`, `9am`, `midday`, `midnight`
fn time(local: DateTime<FixedOffset>) -> String {
    let (is_pm, hour) = local.hour12();
    match (hour, local.minute(), is_pm) {
        (12, 0, true) => "midday".to_owned(),
        (12, 0, false) => "midnight".to_owned(),
        (hour, 0, is_pm) => format!("{hour}{}", half(is_pm)),
        (hour, minute, is_pm) => format!("{hour}:{minute:02}{}", half(is_pm)),
    }
}

fn half(is_pm: bool) -> &'static str {
    if is_pm { "pm" } else { "am" }
}

/// `30 days`, `1 hour`, `90 minutes`: in the largest unit that fits.
pub(crate) fn length_of_time(length: TimeDelta) -> String {
    let seconds = length.num_seconds();
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let fits = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0);
    let (number, name) = fits.map_or((seconds, "second"), |(unit, name)| (seconds / unit, name));
    if number == 1 { format!("1 {name}") } else { format!("{number} {name}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(now: &str) -> Calendar {
        Calendar::new(at(now), "+05:30".parse().unwrap())
    }

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[test]
    fn says_the_countrys_time_in_words() {
        let calendar = calendar("2026-11-21T05:00:00Z");
        assert_eq!(calendar.date(at("2026-11-27T20:00:00Z")), "28 November 2026");
        assert_eq!(calendar.moment(at("2026-11-21T06:00:00Z")), "11:30am on 21 November");
        assert_eq!(calendar.in_full(at("2026-11-21T06:00:00Z")), "11:30am on 21 November 2026");
        assert_eq!(calendar.moment(at("2027-01-01T06:30:00Z")), "midday on 1 January 2027");
        assert_eq!(calendar.when(at("2026-11-21T06:00:00Z")), "today at 11:30am");
        assert_eq!(calendar.when(at("2026-11-21T18:30:00Z")), "tomorrow at midnight");
        assert_eq!(calendar.when(at("2026-11-23T03:30:00Z")), "at 9am on 23 November");
    }

    #[test]
    fn a_choice_says_when_it_ends() {
        let morning = calendar("2026-11-21T05:00:00Z");
        assert_eq!(morning.choice(TimeDelta::hours(1)), "Just today, for 1 hour");
        assert_eq!(morning.choice(TimeDelta::days(7)), "7 days, until 28 November 2026");
        let night = calendar("2026-11-21T18:00:00Z");
        assert_eq!(night.choice(TimeDelta::hours(1)), "1 hour, until 12:30am on 22 November");
    }

    #[test]
    fn a_length_is_said_in_the_largest_unit_that_fits() {
        let said =
            [(3600, "1 hour"), (5400, "90 minutes"), (86_400, "1 day"), (2_592_000, "30 days"), (5, "5 seconds")];
        for (seconds, words) in said {
            assert_eq!(length_of_time(TimeDelta::seconds(seconds)), words);
        }
    }
}
