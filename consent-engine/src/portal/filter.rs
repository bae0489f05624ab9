//! Which part of who got what a person wants to see: what is filled in above the list.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime, Utc};
use ndx_contracts::{MemberId, Subject, history::HistoryQuestion};
use serde::Serialize;
use url::form_urlencoded;
use uuid::Uuid;

/// So many uses are on one page.
const ON_A_PAGE: u32 = 25;

/// What the person has filled in.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Filled {
    pub(crate) body: String,
    /// Only what rests on one answer of hers.
    pub(crate) consent: Option<Uuid>,
    pub(crate) from: String,
    pub(crate) until: String,
    #[serde(skip)]
    pub(crate) page: u32,
}

/// The messages that say what is wrong with it, by the field it belongs to.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Errors {
    pub(crate) from: Option<&'static str>,
    pub(crate) until: Option<&'static str>,
}

const NO_FIRST_DAY: &str = "history-error-from";
const NO_LAST_DAY: &str = "history-error-until";
const BEFORE_THE_FIRST: &str = "history-error-order";

impl Errors {
    pub(crate) fn any(&self) -> bool {
        self.from.is_some() || self.until.is_some()
    }
}

impl Filled {
    pub(crate) fn of(query: Option<String>) -> Self {
        let mut filled = Self { page: 1, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let value = value.trim();
            match &*name {
                "body" => filled.body = value.chars().take(200).collect(),
                "consent" => filled.consent = value.parse().ok(),
                "from" => filled.from = value.chars().take(20).collect(),
                "until" => filled.until = value.chars().take(20).collect(),
                "page" => filled.page = value.parse().ok().filter(|page| (1..=100_000).contains(page)).unwrap_or(1),
                _ => {}
            }
        }
        filled
    }

    /// What is asked with it, and what is wrong with it: what is wrong is left out of the question.
    pub(crate) fn question(&self, person: &Subject, offset: FixedOffset) -> (HistoryQuestion, Errors) {
        let day =
            |text: &str, wrong| (!text.is_empty()).then(|| text.parse::<NaiveDate>().map_err(|_| wrong)).transpose();
        let (from, until) = (day(&self.from, NO_FIRST_DAY), day(&self.until, NO_LAST_DAY));
        let mut errors = Errors { from: from.err(), until: until.err() };
        let (from, until) = (from.unwrap_or_default(), until.unwrap_or_default());
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            errors.until = Some(BEFORE_THE_FIRST);
        }
        let question = HistoryQuestion {
            body: (!self.body.is_empty()).then(|| MemberId::new(self.body.as_str())),
            consent: self.consent,
            from: from.and_then(|day| begins(day, offset)),
            until: until.filter(|_| errors.until.is_none()).and_then(|day| begins(day.succ_opt()?, offset)),
            limit: ON_A_PAGE,
            offset: (self.page - 1).saturating_mul(ON_A_PAGE),
            ..HistoryQuestion::about(person.clone())
        };
        (question, errors)
    }

    /// Whether only some of the list is wanted.
    pub(crate) fn narrows(&self) -> bool {
        self.consent.is_some() || !(self.body.is_empty() && self.from.is_empty() && self.until.is_empty())
    }

    /// The address of `path` with what is filled in, and a page.
    pub(crate) fn address(&self, path: &str, page: Option<u32>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let consent = self.consent.map(|consent| consent.to_string()).unwrap_or_default();
        for (name, value) in [("body", &self.body), ("consent", &consent), ("from", &self.from), ("until", &self.until)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(page) = page {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// The first moment of `day` in the country.
fn begins(day: NaiveDate, offset: FixedOffset) -> Option<DateTime<Utc>> {
    Some(day.and_time(NaiveTime::MIN).and_local_timezone(offset).single()?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(query: &str) -> (HistoryQuestion, Errors) {
        let offset = "+05:30".parse().unwrap();
        Filled::of(Some(query.to_owned())).question(&Subject::from_canonical("1"), offset)
    }

    #[test]
    fn days_are_the_countrys_and_the_last_one_counts() {
        let (question, errors) = filled("body=die&from=2026-11-20&until=2026-11-21&page=3");
        assert_eq!(question.from.unwrap().to_rfc3339(), "2026-11-19T18:30:00+00:00");
        assert_eq!(question.until.unwrap().to_rfc3339(), "2026-11-21T18:30:00+00:00");
        assert_eq!((question.body.unwrap().as_str(), question.offset, question.limit), ("die", 50, 25));
        assert!(errors.from.is_none() && errors.until.is_none());
    }

    #[test]
    fn what_is_no_date_is_told_and_nothing_is_guessed() {
        for page in ["0", "-1", "x", "99999999999"] {
            assert_eq!(filled(&format!("page={page}")).0.offset, 0);
        }
        let (question, errors) = filled("from=21.11.2026&until=2026-02-30");
        assert_eq!((errors.from, errors.until), (Some(NO_FIRST_DAY), Some(NO_LAST_DAY)));
        assert_eq!((question.from, question.until), (None, None));
        let (_, errors) = filled("from=2026-11-21&until=2026-11-20");
        assert!(errors.until.is_some());
        assert_eq!(filled("consent=yes").0.consent, None);
    }
}
