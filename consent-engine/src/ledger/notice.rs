//! What an application registered to say about one field when it asked, as hashes: a yes is a yes to these words.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

/// A hash for each language in which a person could have read who asks, what for, for how long it is kept, and what is
/// wanted. Which of them she read does not matter: all say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Notice(Arc<BTreeMap<String, String>>);

impl Notice {
    /// From languages and hashes.
    pub fn new(hashes: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(Arc::new(hashes.into_iter().collect()))
    }

    /// Whether this says something else than `other`. A translation that only one of them has changes nothing; texts that
    /// have no language in common cannot be compared, and count as others.
    pub fn differs_from(&self, other: &Self) -> bool {
        let mut common = self.0.iter().filter_map(|(language, hash)| other.0.get(language).map(|also| hash == also));
        let first = common.next().unwrap_or(false);
        !(first && common.all(|same| same))
    }
}

/// Whether what is registered `now` says something else than what was registered `then`. Histories that were written
/// before it was kept say nothing.
pub(super) fn changed(then: Option<&Notice>, now: Option<&Notice>) -> bool {
    then.zip(now).is_some_and(|(then, now)| now.differs_from(then))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(text: &str) -> Notice {
        let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
        Notice::new(pairs.map(|(language, hash)| (language.to_owned(), hash.to_owned())))
    }

    #[test]
    fn a_translation_more_or_less_changes_nothing_and_other_words_do() {
        for (then, now, differs) in [
            ("en=1", "en=1", false),
            ("en=1", "en=2", true),
            ("en=1", "en=1 si=2", false),
            ("en=1 si=2", "si=2", false),
            ("en=1 si=2", "en=1 si=3", true),
            ("en=1", "si=1", true),
            ("", "en=1", true),
        ] {
            assert_eq!(notice(now).differs_from(&notice(then)), differs, "{then} → {now}");
            assert_eq!(changed(Some(&notice(then)), Some(&notice(now))), differs);
        }
        assert!(!changed(None, Some(&notice("en=1"))) && !changed(Some(&notice("en=1")), None));
    }
}
