//! The parameters of a list, read so that all mistakes are told at once.

use utoipa::openapi::{
    ObjectBuilder,
    schema::{Schema, Type},
};
use uuid::Uuid;

/// The longest page, and how long one is when nobody says.
pub const MOST: i64 = 1000;
/// See [`MOST`].
pub const USUAL: i64 = 100;

/// The last offset: farther than any log is long.
pub const FARTHEST: i64 = 1_000_000_000_000;

/// What the contract says of a trace id that is none.
pub const NO_TRACE_ID: &str = "Invalid traceId format: expected UUID";

/// The parameters, as they were sent.
#[derive(Debug)]
pub struct Parameters {
    sent: Vec<(String, String)>,
    /// What is wrong so far.
    pub mistakes: Vec<String>,
}

impl Parameters {
    /// `sent`, of which those in `known` mean something.
    pub fn of(sent: Vec<(String, String)>, known: &[&str]) -> Self {
        let twice = |name: &&&str| sent.iter().filter(|(sent, _)| sent == *name).count() > 1;
        let mistakes = known.iter().filter(twice).map(|name| format!("`{name}` is given twice")).collect();
        Self { sent, mistakes }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.sent.iter().find(|(sent, _)| sent == name).map(|(_, value)| value.as_str())
    }

    /// A trace id as the store knows it: 32 lower-case hexadecimal digits. A UUID is one too.
    pub fn trace_id(&mut self) -> Option<String> {
        let trace_id = self.get("traceId").map(trace_id)?;
        if trace_id.is_none() {
            self.mistakes.push(NO_TRACE_ID.to_owned());
        }
        trace_id.map(|id| id.simple().to_string())
    }

    /// One of `words`.
    pub fn word(&mut self, name: &str, words: &[&str]) -> Option<String> {
        let word = self.get(name).map(str::to_owned)?;
        if !words.contains(&word.as_str()) {
            self.mistakes.push(format!("`{name}` must be one of {}", words.join(", ")));
        }
        Some(word)
    }

    /// A whole number of any size; one that does not fit is the biggest, or the smallest, that does.
    pub fn number(&mut self, name: &str) -> Option<i64> {
        let text = self.get(name)?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.mistakes.push(format!("`{name}` must be a whole number"));
            return None;
        }
        Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
    }

    /// How many to leave out.
    pub fn offset(&mut self) -> i64 {
        let offset = self.number("offset").unwrap_or(0);
        if !(0..=FARTHEST).contains(&offset) {
            self.mistakes.push(format!("`offset` must be from 0 to {FARTHEST}"));
        }
        offset
    }
}

/// A whole number of any size, for the document.
pub fn whole_number() -> Schema {
    ObjectBuilder::new().schema_type(Type::Integer).default(Some(USUAL.into())).build().into()
}

/// A UUID, with hyphens or without; in no other of its spellings.
pub fn trace_id(text: &str) -> Option<Uuid> {
    matches!(text.len(), 32 | 36).then(|| Uuid::try_parse(text).ok()).flatten()
}
