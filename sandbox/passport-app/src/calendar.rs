//! The country's time, in words.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// Farajaland's time, in seconds from UTC.
const OFFSET: i32 = 5 * 3600 + 30 * 60;

/// `11:30am on 21 November 2026`
pub(crate) fn moment(at: DateTime<Utc>) -> String {
    local(at).format("%-I:%M%P on %-d %B %Y").to_string()
}

/// `3 May 1995`
pub(crate) fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// The day that it is in the country.
pub(crate) fn today(now: DateTime<Utc>) -> NaiveDate {
    local(now).date_naive()
}

fn local(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(OFFSET).map_or_else(|| at.fixed_offset(), |offset| at.with_timezone(&offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_countrys_time() {
        assert_eq!(moment("2026-11-21T06:00:00Z".parse().unwrap()), "11:30am on 21 November 2026");
        assert_eq!(moment("2026-11-21T19:05:00Z".parse().unwrap()), "12:35am on 22 November 2026");
        assert_eq!(day(today("2026-11-21T19:05:00Z".parse().unwrap())), "22 November 2026");
    }
}
