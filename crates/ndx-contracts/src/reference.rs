//! The number under which an application keeps a case of its own.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest, in characters.
const LONGEST: usize = 64;

/// The number under which an application keeps the case for which it asks, e.g. `PA-2026-001234`. The person reads it where
/// she is asked, and finds it in the history. INVARIANT: 1 to 64 of the characters A to Z, a to z, 0 to 9, `-`, `/`, `.` and
/// `_`; nothing in it may be about the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z0-9/._-]{1,64}$")]
pub struct Reference(Arc<str>);

/// What is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a reference has 1 to {LONGEST} of the characters A-Z, a-z, 0-9, `-`, `/`, `.` and `_`")]
pub struct NoReference;

impl Reference {
    /// The reference that `text` is.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, NoReference> {
        let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/._".contains(&byte));
        if fits && (1..=LONGEST).contains(&text.len()) { Ok(Self(text.into())) } else { Err(NoReference) }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = NoReference;

    fn try_from(text: String) -> Result<Self, NoReference> {
        Self::new(&text)
    }
}

impl From<Reference> for String {
    fn from(Reference(text): Reference) -> Self {
        text.as_ref().to_owned()
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_short_and_plain() {
        for good in ["PA-2026-001234", "a/b.c_d", "7", &"9".repeat(64)] {
            assert_eq!(Reference::new(good).unwrap().as_str(), good);
            let json = format!("\"{good}\"");
            assert_eq!(serde_json::to_string(&serde_json::from_str::<Reference>(&json).unwrap()).unwrap(), json);
        }
        for bad in ["", " ", "PA 1", "<b>", "ගො-1", "a\nb", "a@b", &"9".repeat(65)] {
            assert_eq!(Reference::new(bad), Err(NoReference), "{bad}");
            assert!(serde_json::from_value::<Reference>(bad.into()).is_err());
        }
    }
}
