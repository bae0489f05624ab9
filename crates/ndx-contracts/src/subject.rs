//! The person whom data is about.

use serde::{Deserialize, Serialize};

/// A person, by the canonical form of the national identifier.
///
/// INVARIANT: `Debug` says nothing and there is no `Display`, so that an identifier cannot slip into a log or an error.
/// It is serialised only on the wire between services.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    /// A subject from an identifier that is already in its canonical form.
    pub fn from_canonical(identifier: impl Into<String>) -> Self {
        Self(identifier.into())
    }

    /// The identifier itself: for hashing, sealing, and asking a provider; for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last four characters of the identifier: enough to know one's own number again, too few for anybody else.
    pub fn ending(&self) -> String {
        let last: Vec<char> = self.0.chars().rev().take(4).collect();
        last.into_iter().rev().collect()
    }
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subject(…)")
    }
}
