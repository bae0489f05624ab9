//! The history of the consumer schema, and its fold: which versions there are, and which is in force. Pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SchemaText;

/// The longest name of a version.
const LONGEST: usize = 64;

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Action {
    /// A version was written down: a draft, until it is activated.
    Created {
        /// Its name.
        version: String,
        /// Its text.
        sdl: Arc<str>,
        /// Who says to have made it.
        created_by: String,
    },
    /// A version came into force for the first time.
    Activated {
        /// Its name.
        version: String,
        /// Whether it was said that questions of the day may break.
        accept_breaking: bool,
    },
    /// A version came into force again.
    RolledBack {
        /// Its name.
        version: String,
        /// Whether it was said that questions of the day may break.
        accept_breaking: bool,
    },
}

/// One action in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the history: 1, 2, 3, …
    pub number: u64,
    /// When.
    pub at: DateTime<Utc>,
    /// The service that called.
    pub by: String,
    /// What.
    pub action: Action,
}

/// A version of the consumer schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its name.
    pub name: String,
    /// Its text.
    pub sdl: Arc<str>,
    /// SHA-256 of it, in hexadecimal.
    pub checksum: String,
    /// When it was written down.
    pub created_at: DateTime<Utc>,
    /// Who says to have made it.
    pub created_by: String,
}

/// The history does not hang together.
#[derive(Debug, thiserror::Error)]
pub enum BadHistory {
    /// An action is missing, or stands there twice.
    #[error("the history of the schema has {found} after {last}")]
    OutOfOrder {
        /// The number before.
        last: u64,
        /// The number that follows.
        found: u64,
    },
    /// An action speaks of a version that is not there, or makes one that is.
    #[error("action {0} of the history of the schema does not follow from those before it")]
    Contradiction(u64),
}

/// The fold of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    last: u64,
    known: Vec<Version>,
    /// The names of those that came into force, the last one last.
    in_force: Vec<String>,
}

/// Whether a version may have this name: it stands in addresses.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+');
    (1..=LONGEST).contains(&text.len())
        && text.bytes().all(fits)
        && text.bytes().any(|byte| byte.is_ascii_alphanumeric())
}

impl Versions {
    /// The number of the last action.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// The version with this name.
    pub fn get(&self, name: &str) -> Option<&Version> {
        self.known.iter().find(|one| one.name == name)
    }

    /// The name of a text that is in force before any version was: it follows from the text, and no other text has it.
    pub fn name_of(&self, text: &SchemaText) -> String {
        let short = text.short_checksum();
        let (mut name, mut number) = (short.clone(), 1);
        while self.get(&name).is_some_and(|one| one.checksum != text.checksum) {
            number += 1;
            name = format!("{short}-{number}");
        }
        name
    }

    /// The version that was last put in force.
    pub fn active(&self) -> Option<&Version> {
        self.get(self.in_force.last()?)
    }

    /// Whether the version with this name has been in force.
    pub fn was_in_force(&self, name: &str) -> bool {
        self.in_force.iter().any(|one| one == name)
    }

    /// Those that have been in force, each once, the last one first.
    pub fn back_to_the_first(&self) -> impl Iterator<Item = &Version> {
        let names = self.in_force.iter().enumerate().rev();
        let newest = names.filter(|(place, name)| !self.in_force.iter().skip(place + 1).any(|later| later == *name));
        newest.filter_map(|(_, name)| self.get(name))
    }

    /// All: the one in force first, then the newest.
    pub fn list(&self) -> impl Iterator<Item = &Version> {
        let active = self.active();
        let others = self.known.iter().rev().filter(move |one| active.is_none_or(|active| active.name != one.name));
        active.into_iter().chain(others)
    }

    /// Folds the next action in.
    ///
    /// # Errors
    /// When it is not the next one, or does not follow from those before it.
    pub fn fold(&mut self, recorded: Recorded) -> Result<(), BadHistory> {
        let Recorded { number, at, action, .. } = recorded;
        if number != self.last + 1 {
            return Err(BadHistory::OutOfOrder { last: self.last, found: number });
        }
        match action {
            Action::Created { version, .. } if self.get(&version).is_some() => {
                return Err(BadHistory::Contradiction(number));
            }
            Action::Created { version: name, sdl, created_by } => {
                let checksum = SchemaText::checksum_of(&sdl);
                self.known.push(Version { name, sdl, checksum, created_at: at, created_by });
            }
            Action::Activated { version, .. } | Action::RolledBack { version, .. } => {
                if self.get(&version).is_none() {
                    return Err(BadHistory::Contradiction(number));
                }
                self.in_force.push(version);
            }
        }
        self.last = number;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn history(actions: &[&str]) -> Result<Versions, BadHistory> {
        let mut versions = Versions::default();
        for (number, action) in (1..).zip(actions) {
            let (what, name) = action.split_once(' ').unwrap();
            let version = name.to_owned();
            let action = match what {
                "make" => Action::Created { version, sdl: name.into(), created_by: "c".to_owned() },
                "use" => Action::Activated { version, accept_breaking: false },
                _ => Action::RolledBack { version, accept_breaking: false },
            };
            versions.fold(Recorded { number, at: DateTime::UNIX_EPOCH, by: "gateway".to_owned(), action })?;
        }
        Ok(versions)
    }

    fn names<'a>(list: impl Iterator<Item = &'a Version>) -> String {
        list.map(|one| one.name.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_fold_knows_what_is_in_force_and_the_way_back() {
        let versions = history(&["make a", "make b", "use a", "use b", "make c", "back a"]).unwrap();
        assert_eq!(versions.active().unwrap().name, "a");
        assert_eq!(names(versions.back_to_the_first()), "a b");
        assert_eq!(names(versions.list()), "a c b");
        assert!(versions.was_in_force("b") && !versions.was_in_force("c"));
        assert_eq!(history(&["make a"]).unwrap().active(), None);
    }

    #[test]
    fn a_text_without_a_version_has_a_name_that_no_other_text_has() {
        let text = |sdl: &str| SchemaText {
            sdl: sdl.to_owned(),
            checksum: SchemaText::checksum_of(sdl),
            file: "schema.graphql".to_owned(),
            written_at: DateTime::UNIX_EPOCH,
        };
        // Here a version's text is its name.
        let (file, of_file) = (text("type"), text("type").short_checksum());
        let (taken, twice) = (format!("make {of_file}"), format!("make {of_file}-2"));
        assert_eq!(history(&[]).unwrap().name_of(&file), of_file);
        assert_eq!(history(&[&taken]).unwrap().name_of(&file), format!("{of_file}-2"));
        assert_eq!(history(&[&taken, &twice]).unwrap().name_of(&file), format!("{of_file}-3"));
        let same = Action::Created { version: of_file.clone(), sdl: "type".into(), created_by: "c".to_owned() };
        let mut versions = Versions::default();
        versions.fold(Recorded { number: 1, at: DateTime::UNIX_EPOCH, by: "g".to_owned(), action: same }).unwrap();
        assert_eq!(versions.name_of(&file), of_file, "the same text keeps its name");
    }

    #[test]
    fn what_contradicts_itself_is_not_read_over() {
        assert!(matches!(history(&["make a", "make a"]), Err(BadHistory::Contradiction(2))));
        assert!(matches!(history(&["use a"]), Err(BadHistory::Contradiction(1))));
        let again = Recorded {
            number: 2,
            at: DateTime::UNIX_EPOCH,
            by: String::new(),
            action: Action::Activated { version: "a".to_owned(), accept_breaking: true },
        };
        assert!(matches!(Versions::default().fold(again), Err(BadHistory::OutOfOrder { last: 0, found: 2 })));
    }

    #[test]
    fn an_action_is_written_so() {
        let action =
            Action::Created { version: "1.0.0".to_owned(), sdl: "type".into(), created_by: "Kumari".to_owned() };
        let text = serde_json::to_string(&action).unwrap();
        assert_eq!(text, r#"{"kind":"created","version":"1.0.0","sdl":"type","createdBy":"Kumari"}"#);
        let action = Action::RolledBack { version: "1.0.0".to_owned(), accept_breaking: true };
        let text = serde_json::to_string(&action).unwrap();
        assert_eq!(text, r#"{"kind":"rolledBack","version":"1.0.0","acceptBreaking":true}"#);
    }

    #[test]
    fn a_name_stands_in_an_address() {
        assert!(["1.0.0", "2026-11-21_a+b", "x"].into_iter().all(is_name));
        assert!(["", "a/b", "a b", "é", "..", &"x".repeat(65)].into_iter().all(|name| !is_name(name)));
    }
}
