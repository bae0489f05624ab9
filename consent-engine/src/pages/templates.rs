//! The templates once in each language: the same files, with another `t`.
//!
//! `{{ t("gate-button", provider=page.provider) }}` is the message of that name, in the page's language, with what it needs.
//! INVARIANT: what is put into a message is escaped; the messages themselves are ours, and a test keeps them free of HTML.

use std::{borrow::Cow, sync::Arc};

use aws_lc_rs::digest::{Context, SHA256};
use fluent_bundle::FluentValue;
use minijinja::{
    Environment, Error, ErrorKind, State, Value,
    filters::escape,
    value::{Kwargs, ValueKind},
};
use rust_embed::RustEmbed;

use super::{Language, hexadecimal, languages::sources};

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Own;

/// All templates of the portal, each checked, in all languages.
#[derive(Debug)]
pub(crate) struct Templates {
    all: Vec<(Arc<Language>, Environment<'static>)>,
    first: Arc<Language>,
    /// Over all templates, and the words of all languages.
    pub(super) hash: String,
}

impl Templates {
    /// # Errors
    /// When a template or a language has a mistake.
    pub(crate) fn load() -> Result<Self, Error> {
        let plain = ndx_pages::environment::environment::<Own>()?;
        let hash = hash(&plain);
        let in_language = |language: Language| {
            let language = Arc::new(language);
            let mut environment = plain.clone();
            let speaker = Arc::clone(&language);
            environment.add_function("t", move |state: &State<'_, '_>, id: &str, values: Kwargs| {
                said(state, &speaker, id, &values)
            });
            (language, environment)
        };
        let all: Vec<_> = Language::all()?.into_iter().map(in_language).collect();
        let first = all.first().map(|(language, _)| Arc::clone(language));
        let first = first.ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "there is no language"))?;
        Ok(Self { all, first, hash })
    }

    /// The language with this tag; the first, where there is none.
    pub(super) fn language(&self, tag: &str) -> Arc<Language> {
        Arc::clone(self.known(tag).unwrap_or(&self.first))
    }

    /// The language with this tag, when there is one.
    pub(crate) fn known(&self, tag: &str) -> Option<&Arc<Language>> {
        self.all.iter().map(|(language, _)| language).find(|language| language.tag == tag)
    }

    pub(super) fn environment(&self, tag: &str) -> Result<&Environment<'static>, Error> {
        let found = self.all.iter().find(|(language, _)| language.tag == tag);
        found
            .map(|(_, environment)| environment)
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "no such language"))
    }
}

/// The SHA-256 over the templates and the files of the languages, each with its name and its length, in the order of names.
fn hash(templates: &Environment<'_>) -> String {
    let mut parts: Vec<(String, Vec<u8>)> = sources();
    parts.extend(templates.templates().map(|(name, one)| (name.to_owned(), one.source().as_bytes().to_vec())));
    parts.sort();
    let mut whole = Context::new(&SHA256);
    for (name, text) in &parts {
        whole.update(format!("{name} {}\n", text.len()).as_bytes());
        whole.update(text);
    }
    hexadecimal(&whole.finish())
}

fn said(state: &State<'_, '_>, language: &Language, id: &str, values: &Kwargs) -> Result<Value, Error> {
    let mut told = Vec::new();
    for name in values.args() {
        told.push((name, escaped(state, &values.get(name)?)?));
    }
    Ok(Value::from_safe_string(language.say(id, told)?))
}

/// A number as such, for the plural; everything else as HTML.
fn escaped(state: &State<'_, '_>, value: &Value) -> Result<FluentValue<'static>, Error> {
    match value.kind() {
        ValueKind::Number => Ok(FluentValue::from(i64::try_from(value.clone())?)),
        ValueKind::Undefined | ValueKind::None => Err(Error::new(ErrorKind::UndefinedError, "a value is missing")),
        _ => Ok(FluentValue::String(Cow::Owned(escape(state, value)?.to_string()))),
    }
}
