//! What an application may read of what went wrong.
//!
//! Each stage has its own small error; here each becomes a [`ClientError`] with a [`Code`]. The finer cause stays in the
//! operator's log: a `ClientError` cannot hold it, so it cannot be forgotten in an answer. No message quotes a value.

mod code;

mod field;

mod stage;

use ndx_contracts::JudgeError;
use serde_json::{Map, Value};

pub use self::{
    code::{Code, Retryable},
    field::{code as cause_code, field_error},
};

use crate::{operation::Location, projection::PathSegment};

/// One error of an answer, as the GraphQL specification shapes it ("Response Format", "Errors").
#[derive(Debug, Clone, PartialEq)]
pub struct ClientError {
    /// For people: what is wrong, and what to do.
    pub message: String,
    /// For programs.
    pub code: Code,
    /// Where in the document.
    pub locations: Vec<Location>,
    /// Where in the answer.
    pub path: Vec<PathSegment>,
    /// More for programs: `reason`, `provider`, `limit`, …
    pub more: Map<String, Value>,
}

impl ClientError {
    /// An error that has only a code and words.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { message: message.into(), code, locations: Vec::new(), path: Vec::new(), more: Map::new() }
    }

    /// The same, with one thing more to say.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.more.insert(key.to_owned(), value.into());
        self
    }
}

/// A request that is refused as a whole: no data, at least one error.
#[derive(Debug)]
pub struct Refusal {
    /// Why.
    pub errors: Vec<ClientError>,
    /// Whether the answer says `data: null` (a gate refused) or has no data at all (nothing was executed).
    pub data_null: bool,
}

impl Refusal {
    /// The consent engine gave no answer.
    pub fn no_consent_engine(error: &JudgeError) -> Self {
        stage::judge(Code::CeUnavailable, error)
    }

    /// The audit log could not write.
    pub fn no_audit(error: &JudgeError) -> Self {
        stage::judge(Code::AuditUnavailable, error)
    }

    /// The code that decides the status of the answer and stands in the record.
    pub fn code(&self) -> Code {
        self.errors.first().map_or(Code::InternalError, |error| error.code)
    }
}

impl From<ClientError> for Refusal {
    fn from(error: ClientError) -> Self {
        Self { data_null: error.code == Code::PdpNotAllowed, errors: vec![error] }
    }
}
