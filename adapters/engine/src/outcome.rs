//! What a register's status means for a field.

use serde_json::Value;

use crate::{failure::Failure, selection::Path};

/// What becomes of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The record stands there in the body.
    Select(Path),
    /// There is none, and that is no error.
    Absent,
    /// An error with this code.
    Error(String),
}

/// Which statuses have an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Exactly(u16),
    /// `4xx` is 4.
    Class(u16),
    Default,
}

/// The outcomes by status: the exact one, else the class's, else the default, else `PROVIDER_ERROR`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcomes(Vec<(Status, Outcome)>);

impl Status {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let status = match text.strip_suffix("xx") {
            _ if text == "default" => Some(Self::Default),
            Some(class) => class.parse().ok().filter(|class| (1..=5).contains(class)).map(Self::Class),
            None => text.parse().ok().filter(|status| (100..=599).contains(status)).map(Self::Exactly),
        };
        status.ok_or_else(|| format!("`{text}` is not a status such as `200`, `5xx` or `default`"))
    }
}

impl Outcomes {
    pub(crate) fn add(&mut self, status: Status, outcome: Outcome) {
        self.0.push((status, outcome));
    }

    /// The record in an answer, if there is one.
    pub(crate) fn record(&self, status: u16, body: &[u8]) -> Result<Option<Value>, Failure> {
        match self.of(status) {
            Some(Outcome::Select(path)) => {
                let body: Value = serde_json::from_slice(body).map_err(|_| Failure::BadData)?;
                Ok(Some(path.find(&body).clone()).filter(|record| !record.is_null()))
            }
            Some(Outcome::Absent) => Ok(None),
            Some(Outcome::Error(code)) => Err(Failure::Chosen(code.clone())),
            None => Err(Failure::Chosen("PROVIDER_ERROR".to_owned())),
        }
    }

    fn of(&self, status: u16) -> Option<&Outcome> {
        [Status::Exactly(status), Status::Class(status / 100), Status::Default]
            .into_iter()
            .find_map(|wanted| self.0.iter().find(|(status, _)| *status == wanted).map(|(_, outcome)| outcome))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_exact_outcome_counts() {
        let mut outcomes = Outcomes::default();
        outcomes.add(Status::Default, Outcome::Error("OTHER".to_owned()));
        outcomes.add(Status::Class(4), Outcome::Error("FOUR".to_owned()));
        outcomes.add(Status::Exactly(404), Outcome::Absent);
        assert_eq!(outcomes.record(404, b""), Ok(None));
        assert_eq!(outcomes.record(410, b"").unwrap_err().code(), "FOUR");
        assert_eq!(outcomes.record(500, b"").unwrap_err().code(), "OTHER");
        assert_eq!(Outcomes::default().record(200, b"{}").unwrap_err().code(), "PROVIDER_ERROR");
    }

    #[test]
    fn refuses_what_is_no_status() {
        for bad in ["ok", "2x", "9xx", "99", "600", "xx", ""] {
            assert!(Status::parse(bad).is_err(), "{bad}");
        }
    }
}
