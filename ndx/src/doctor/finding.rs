//! One thing that was looked at.

use serde::Serialize;

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// As it should be.
    Fine,
    /// Not wrong yet.
    Warning,
    /// Wrong.
    Problem,
    /// It could not be looked at, for the reason that is told.
    Unknown,
}

impl State {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// `files`, `service`, `clock`, `keys`, `provider`, `store`, `webhooks`, `disk`.
    pub area: &'static str,
    /// Which one.
    pub subject: String,
    /// How it is.
    pub state: State,
    /// In words.
    pub words: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

impl Finding {
    /// It is as it should be.
    pub fn fine(area: &'static str, subject: impl Into<String>, words: impl Into<String>) -> Self {
        Self { area, subject: subject.into(), state: State::Fine, words: words.into(), remedy: None }
    }

    /// It is not, and this is what to do.
    pub fn wrong(
        area: &'static str,
        subject: impl Into<String>,
        state: State,
        words: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { area, subject: subject.into(), state, words: words.into(), remedy: Some(remedy.into()) }
    }
}
