//! What a client may learn of a person: the words of `scope` that it asked for and that are known here.

use crate::config::Person;
use serde_json::{Map, Value};

/// One word of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    OpenId,
    Profile,
    Email,
}

/// The words that were granted, in the order of [`Scope::SUPPORTED`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope(Vec<Word>);

impl Scope {
    /// All words, as discovery names them.
    pub(crate) const SUPPORTED: [(&'static str, Word); 3] =
        [("openid", Word::OpenId), ("profile", Word::Profile), ("email", Word::Email)];

    /// The known words of `text`; the others are left out (RFC 6749, section 3.3).
    pub(crate) fn read(text: &str) -> Self {
        let asked = |name: &str| text.split(' ').any(|word| word == name);
        Self(Self::SUPPORTED.into_iter().filter(|(name, _)| asked(name)).map(|(_, word)| word).collect())
    }

    pub(crate) fn has(&self, word: Word) -> bool {
        self.0.contains(&word)
    }

    /// As tokens tell it.
    pub(crate) fn text(&self) -> String {
        let granted = Self::SUPPORTED.into_iter().filter(|(_, word)| self.has(*word));
        granted.map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }

    /// What a client with this scope learns of `person`.
    pub(crate) fn claims(&self, person: &Person) -> Map<String, Value> {
        let mut claims = Map::new();
        if self.has(Word::Profile) {
            claims.insert("name".to_owned(), person.name.as_str().into());
            claims.insert("nic".to_owned(), person.nic.as_str().into());
        }
        if self.has(Word::Email) {
            claims.insert("email".to_owned(), person.email.as_str().into());
            claims.insert("email_verified".to_owned(), true.into());
        }
        claims
    }
}
