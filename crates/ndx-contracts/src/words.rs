//! Words that people read, in each of their country's languages.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// A text for people: as it is, where the country has one language, else once in each. A copy shares the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    /// In the country's one language.
    Plain(Arc<str>),
    /// By the language's tag (BCP 47): `en`, `si`, `ta`.
    ByLanguage(Arc<BTreeMap<String, Arc<str>>>),
}

impl Words {
    /// The text in `language`; in any other where it has none in this one.
    pub fn in_language(&self, language: &str) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::ByLanguage(texts) => {
                texts.get(language).or_else(|| texts.values().next()).map(AsRef::as_ref).unwrap_or_default()
            }
        }
    }

    /// Whether there is a text in `language`. Plain words are in `first`, the country's first language.
    pub fn speak(&self, language: &str, first: &str) -> bool {
        match self {
            Self::Plain(_) => language == first,
            Self::ByLanguage(texts) => texts.contains_key(language),
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Plain(text) => text.is_empty(),
            Self::ByLanguage(texts) => texts.values().all(|text| text.is_empty()),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self::Plain(Arc::from(""))
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::Plain(text.into())
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::Plain(text.into())
    }
}

impl<L: Into<String>, T: Into<Arc<str>>> FromIterator<(L, T)> for Words {
    /// A language that comes twice has the last of its texts.
    fn from_iter<I: IntoIterator<Item = (L, T)>>(texts: I) -> Self {
        Self::ByLanguage(Arc::new(texts.into_iter().map(|(language, text)| (language.into(), text.into())).collect()))
    }
}

impl PartialSchema for Words {
    fn schema() -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(Type::String).build();
        let by_language = ObjectBuilder::new()
            .schema_type(Type::Object)
            .additional_properties(Some(AdditionalProperties::RefOr(text().into())))
            .description(Some("By the language's tag (BCP 47)."));
        OneOfBuilder::new()
            .item(text())
            .item(by_language)
            .description(Some("A text for people: as it is, where the country has one language, else once in each."))
            .into()
    }
}

impl ToSchema for Words {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_written_as_text_or_by_language() {
        for (json, en, si) in [
            (r#""Name""#, "Name", "Name"),
            (r#"{"en":"Name","si":"නම"}"#, "Name", "නම"),
            (r#"{"en":"Name"}"#, "Name", "Name"),
            ("{}", "", ""),
        ] {
            let words: Words = serde_json::from_str(json).unwrap();
            assert_eq!((words.in_language("en"), words.in_language("si")), (en, si), "{json}");
            assert_eq!(serde_json::to_string(&words).unwrap(), json);
            assert_eq!(words.is_empty(), en.is_empty());
        }
        assert!(serde_json::from_str::<Words>(r#"{"en":1}"#).is_err());
    }

    #[test]
    fn plain_words_are_in_the_countrys_first_language() {
        let (plain, both): (Words, Words) = ("Nom".into(), [("en", "Name"), ("si", "නම")].into_iter().collect());
        assert!(plain.speak("fr", "fr") && !plain.speak("en", "fr"));
        assert!(both.speak("si", "fr") && !both.speak("fr", "fr"));
    }
}
