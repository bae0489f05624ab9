//! Times in words: in the country's own time, never only relative.

use std::sync::Arc;

use chrono::{DateTime, Datelike, FixedOffset, TimeDelta, Timelike, Utc};
use fluent_bundle::FluentValue;
use minijinja::Error;

use super::Language;

/// What is said, unless the language has no words for it.
type Said = Result<String, Error>;

/// The country's time, and now, in the words of one language.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    now: DateTime<FixedOffset>,
    language: Arc<Language>,
}

impl Calendar {
    pub(crate) fn new(now: DateTime<Utc>, offset: FixedOffset, language: Arc<Language>) -> Self {
        Self { now: now.with_timezone(&offset), language }
    }

    /// `28 November 2026`
    pub(crate) fn date(&self, at: DateTime<Utc>) -> Said {
        self.day("date", self.local(at))
    }

    /// `28 November`, with the year when it is not this one.
    pub(crate) fn day_of(&self, at: DateTime<Utc>) -> Said {
        let local = self.local(at);
        self.day(self.form(local), local)
    }

    /// `11:30am on 21 November`, with the year when it is not this one.
    pub(crate) fn moment(&self, at: DateTime<Utc>) -> Said {
        let local = self.local(at);
        self.at(self.form(local), local)
    }

    fn form(&self, local: DateTime<FixedOffset>) -> &'static str {
        if local.year() == self.now.year() { "date-this-year" } else { "date" }
    }

    /// `11:30am on 21 November 2026`, for what is read years later.
    pub(crate) fn in_full(&self, at: DateTime<Utc>) -> Said {
        self.at("date", self.local(at))
    }

    /// When something ends that is near: `today at 11:30am`, `tomorrow at 9am`, `at 11:30am on 21 November`.
    pub(crate) fn when(&self, at: DateTime<Utc>) -> Said {
        let local = self.local(at);
        match (local.date_naive() - self.now.date_naive()).num_days() {
            0 => self.say("when-today", [("time", self.time(local)?.into())]),
            1 => self.say("when-tomorrow", [("time", self.time(local)?.into())]),
            _ => self.say("when-later", [("moment", self.moment(at)?.into())]),
        }
    }

    /// The end of something that began at `since`: the day, or for what lasts less than a day the minute.
    pub(crate) fn end(&self, since: DateTime<Utc>, end: DateTime<Utc>) -> Said {
        if end - since < TimeDelta::days(1) { self.moment(end) } else { self.date(end) }
    }

    /// A time to choose: `Just today, for 1 hour`, `7 days, until 28 November 2026`.
    pub(crate) fn choice(&self, length: TimeDelta) -> Said {
        let end = self.now + length;
        let named = ("length", self.length(length)?.into());
        if length < TimeDelta::days(1) && end.date_naive() == self.now.date_naive() {
            return self.say("choice-today", [named]);
        }
        let now = self.now.to_utc();
        self.say("choice-until", [named, ("end", self.end(now, now + length)?.into())])
    }

    /// `30 days`, `1 hour`, `90 minutes`: in the largest unit that fits.
    pub(crate) fn length(&self, length: TimeDelta) -> Said {
        let seconds = length.num_seconds();
        let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
        let fits = units.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0);
        let (number, unit) = fits.map_or((seconds, "seconds"), |(unit, name)| (seconds / unit, name));
        self.say(unit, [("number", number.into())])
    }

    fn local(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        at.with_timezone(self.now.offset())
    }

    fn at(&self, form: &str, local: DateTime<FixedOffset>) -> Said {
        self.say("moment", [("time", self.time(local)?.into()), ("date", self.day(form, local)?.into())])
    }

    fn day(&self, form: &str, local: DateTime<FixedOffset>) -> Said {
        let month = self.say(&format!("month-{}", local.month()), [])?;
        // As text: a year is no number, and has no separator.
        let (day, year) = (local.day().to_string(), local.year().to_string());
        self.say(form, [("day", day.into()), ("month", month.into()), ("year", year.into())])
    }

    /// `11:30am`, `9am`, `midday`, `midnight`
    fn time(&self, local: DateTime<FixedOffset>) -> Said {
        let (is_pm, hour) = local.hour12();
        let kind = match (hour, local.minute(), is_pm) {
            (12, 0, true) => "midday",
            (12, 0, false) => "midnight",
            (_, 0, true) => "full-pm",
            (_, 0, false) => "full-am",
            (_, _, true) => "pm",
            (_, _, false) => "am",
        };
        let (hour, minute) = (hour.to_string(), format!("{:02}", local.minute()));
        self.say("time", [("kind", kind.into()), ("hour", hour.into()), ("minute", minute.into())])
    }

    fn say<'a, const N: usize>(&self, id: &str, values: [(&'a str, FluentValue<'a>); N]) -> Said {
        self.language.say(id, values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(now: &str, tag: &str) -> Calendar {
        let language = Language::all().unwrap().into_iter().find(|language| language.tag == tag).unwrap();
        Calendar::new(at(now), "+05:30".parse().unwrap(), Arc::new(language))
    }

    fn at(time: &str) -> DateTime<Utc> {
        time.parse().unwrap()
    }

    #[test]
    fn says_the_countrys_time_in_words() {
        let calendar = calendar("2026-11-21T05:00:00Z", "en");
        assert_eq!(calendar.date(at("2026-11-27T20:00:00Z")).unwrap(), "28 November 2026");
        assert_eq!(calendar.moment(at("2026-11-21T06:00:00Z")).unwrap(), "11:30am on 21 November");
        assert_eq!(calendar.day_of(at("2026-11-20T20:00:00Z")).unwrap(), "21 November");
        assert_eq!(calendar.day_of(at("2025-11-21T06:00:00Z")).unwrap(), "21 November 2025");
        assert_eq!(calendar.in_full(at("2026-11-21T06:00:00Z")).unwrap(), "11:30am on 21 November 2026");
        assert_eq!(calendar.moment(at("2027-01-01T06:30:00Z")).unwrap(), "midday on 1 January 2027");
        assert_eq!(calendar.when(at("2026-11-21T06:00:00Z")).unwrap(), "today at 11:30am");
        assert_eq!(calendar.when(at("2026-11-21T18:30:00Z")).unwrap(), "tomorrow at midnight");
        assert_eq!(calendar.when(at("2026-11-23T03:30:00Z")).unwrap(), "at 9am on 23 November");
    }

    #[test]
    fn says_it_in_the_language_of_the_page() {
        let (sinhala, tamil) = (calendar("2026-11-21T05:00:00Z", "si"), calendar("2026-11-21T05:00:00Z", "ta"));
        let (day, noon, evening) = ("2026-11-27T20:00:00Z", "2027-01-01T06:30:00Z", "2026-11-21T15:35:00Z");
        assert_eq!(sinhala.date(at(day)).unwrap(), "2026 නොවැම්බර් 28");
        assert_eq!(sinhala.moment(at(noon)).unwrap(), "2027 ජනවාරි 1 දහවල් 12.00");
        assert_eq!(sinhala.when(at(evening)).unwrap(), "අද ප.ව. 9.05");
        assert_eq!(tamil.date(at(day)).unwrap(), "2026 நவம்பர் 28");
        assert_eq!(tamil.when(at(evening)).unwrap(), "இன்று பிற்பகல் 9.05");
        assert_eq!(tamil.choice(TimeDelta::days(7)).unwrap(), "7 நாட்கள், 2026 நவம்பர் 28 வரை");
    }

    #[test]
    fn a_choice_says_when_it_ends() {
        let morning = calendar("2026-11-21T05:00:00Z", "en");
        assert_eq!(morning.choice(TimeDelta::hours(1)).unwrap(), "Just today, for 1 hour");
        assert_eq!(morning.choice(TimeDelta::days(7)).unwrap(), "7 days, until 28 November 2026");
        let night = calendar("2026-11-21T18:00:00Z", "en");
        assert_eq!(night.choice(TimeDelta::hours(1)).unwrap(), "1 hour, until 12:30am on 22 November");
    }

    #[test]
    fn a_length_is_said_in_the_largest_unit_that_fits() {
        let calendar = calendar("2026-11-21T05:00:00Z", "en");
        let said =
            [(3600, "1 hour"), (5400, "90 minutes"), (86_400, "1 day"), (2_592_000, "30 days"), (5, "5 seconds")];
        for (seconds, words) in said {
            assert_eq!(calendar.length(TimeDelta::seconds(seconds)).unwrap(), words);
        }
    }
}
