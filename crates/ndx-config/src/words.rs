//! Texts for people, and the languages in which they must be there.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::{Entry, Portal, check::Found, nearest};

/// The portal makes these from `en`: one with longer words, one that is read from right to left. They show, in tests, what
/// a page does with another language.
pub const PSEUDO_LOCALES: [&str; 2] = ["en-XA", "ar-XB"];

/// The language of which the pseudo-locales are made, and the one where none is named.
const ENGLISH: &str = "en";

/// The shape of [`ndx_contracts::Words`], without alternatives, so that what is wrong with it can be said in one sentence.
pub(crate) struct WordsShape;

impl JsonSchema for WordsShape {
    fn schema_name() -> Cow<'static, str> {
        "Words".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A text for people: as it is, where `portal.languages` names one language; else once in each, \
                            by the language's tag.",
            "type": ["string", "object"],
            "minLength": 1,
            "minProperties": 1,
            "additionalProperties": { "type": "string", "minLength": 1 },
            "examples": [{ "en": "Home address", "si": "නිවසේ ලිපිනය", "ta": "வீட்டு முகவரி" }]
        })
    }
}

impl Portal {
    /// The languages in which texts for people must be written: the portal's, each once, without those that it makes itself.
    pub fn written_in(&self) -> Vec<String> {
        written(self.languages.iter().map(String::as_str))
    }
}

/// The same from a configuration that may have mistakes.
pub fn languages_written(root: &Entry<'_>) -> Vec<String> {
    let named = root.find(["portal", "languages"]).map(|list| list.items()).unwrap_or_default();
    let named: Vec<&str> = named.iter().filter_map(Entry::text).collect();
    written(if named.is_empty() { vec![ENGLISH] } else { named })
}

fn written<'a>(languages: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for language in languages {
        let language = if PSEUDO_LOCALES.contains(&language) { ENGLISH } else { language };
        if !all.iter().any(|known| known == language) {
            all.push(language.to_owned());
        }
    }
    all
}

/// Every text for people is there in every language of the portal.
pub(crate) fn check(root: &Entry<'_>, found: &mut Found) {
    let languages = languages_written(root);
    let portal = root.get("portal").into_iter();
    texts(portal, &["name", "complaints", "otherWay"], &languages, found);
    texts(root.list("members"), &["name", "shortName", "contact"], &languages, found);
    for application in root.list("applications") {
        texts([application.clone()], &["name"], &languages, found);
        for purpose in application.list("purposes") {
            texts([purpose.clone()], &["text", "ifRefused", "retention"], &languages, found);
            texts(purpose.list("reasons"), &["reason"], &languages, found);
        }
    }
}

fn texts<'a>(entries: impl IntoIterator<Item = Entry<'a>>, keys: &[&str], languages: &[String], found: &mut Found) {
    for entry in entries {
        for key in keys {
            if let Some(text) = entry.get(key) {
                one(&text, key, languages, found);
            }
        }
    }
}

fn one(text: &Entry<'_>, key: &str, languages: &[String], found: &mut Found) {
    if text.text().is_some() {
        if languages.len() > 1 {
            let each: Vec<String> = languages.iter().map(|language| format!("\"{language}\": \"…\"")).collect();
            let message = format!(
                "`{key}` is in one language, and the portal speaks several; write it in each: {{ {} }}",
                each.join(", ")
            );
            found.mistakes.push(text.problem(message));
        }
        return;
    }
    let written: Vec<&str> = text.members().into_iter().map(|(language, _)| language).collect();
    for language in languages.iter().filter(|language| !written.contains(&language.as_str())) {
        found.mistakes.push(text.key_problem(format!("`{key}` is not there in `{language}`, which the portal speaks")));
    }
    let known: Vec<&str> = languages.iter().map(String::as_str).collect();
    for (language, other) in text.members().into_iter().filter(|(language, _)| !known.contains(language)) {
        let hint = nearest(language, &known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        let message = format!("nobody reads this: `{language}` is not among `portal.languages`{hint}");
        found.warnings.push(other.key_problem(message));
    }
}
