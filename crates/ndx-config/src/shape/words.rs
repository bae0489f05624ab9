//! What the validator finds, in words that help: what is wrong, and what would be right.

use jsonschema::{
    JsonType, ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use crate::{document::child, format::FORMATS, nearest, secrecy};

/// One difference between a file and its schema.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) pointer: String,
    pub(super) on_key: bool,
    pub(super) message: String,
    pub(super) repair: Option<Repair>,
}

/// What was clearly meant.
#[derive(Debug)]
pub(super) enum Repair {
    /// Another key of the object at `around`.
    Key { around: String, written: String, meant: String },
    /// Another of the words that may stand at `pointer`.
    Word { pointer: String, meant: String },
}

/// Tells all errors.
pub(super) fn tell<'a>(errors: impl Iterator<Item = ValidationError<'a>>, schema: &Value) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for error in errors {
        one(&error, schema, &mut mistakes);
    }
    mistakes
}

fn one(error: &ValidationError<'_>, schema: &Value, mistakes: &mut Vec<Mistake>) {
    let pointer = error.instance_path().as_str();
    let name = name(pointer);
    let mut note = |on_key, message: String| {
        mistakes.push(Mistake { pointer: pointer.to_owned(), on_key, message, repair: None });
    };
    match error.kind() {
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => choice(error, context, schema, mistakes),
        Kind::AdditionalProperties { unexpected } => {
            for key in unexpected {
                mistakes.push(unknown_key(error, key, schema));
            }
        }
        Kind::Required { property } => {
            let key = property.as_str().unwrap_or_default();
            let meaning = around(error, schema, "required").and_then(|object| described(object, key));
            let meaning = meaning.map(|text| format!(" ({text})")).unwrap_or_default();
            note(true, format!("{name}`{key}` is missing{meaning}", name = of(&name)));
        }
        Kind::Type { .. } if error.schema_path().as_str().starts_with("/$defs/SecretRef/") => {
            note(false, secrecy::write_a_reference(key_of(pointer).as_str()));
        }
        Kind::MinProperties { .. } | Kind::MaxProperties { .. }
            if error.schema_path().as_str().starts_with("/$defs/SecretRef/") =>
        {
            note(false, format!("{name} must hold one of `from_env` and `from_file`, and not both"));
        }
        Kind::Type { kind } => {
            note(false, format!("{name} must be {}, not {}", type_words(kind), found(error.instance())));
        }
        Kind::Constant { expected_value } => mistakes.push(not_one_of(error, vec![text(expected_value)])),
        Kind::Enum { options } => {
            let options = options.as_array().into_iter().flatten().map(text).collect();
            mistakes.push(not_one_of(error, options));
        }
        Kind::Format { format } => {
            let help = FORMATS.iter().find(|one| one.name == format).map_or("has not the right form", |one| one.help);
            note(false, format!("{name} {help}"));
        }
        Kind::Minimum { limit } => note(false, format!("{name} must be at least {limit}")),
        Kind::MinLength { .. } | Kind::MinProperties { .. } => note(false, format!("{name} is empty; fill it in")),
        Kind::MinItems { .. } => note(false, format!("{name} is empty; it must name at least one")),
        // Kinds that our schemas do not use. The validator's own words hide the value.
        _ => note(false, format!("{name}: {}", error.masked())),
    }
}

/// A value that may take one of several forms: tells what keeps it from being the one that was meant.
fn choice(
    error: &ValidationError<'_>,
    forms: &[Vec<ValidationError<'_>>],
    schema: &Value,
    mistakes: &mut Vec<Mistake>,
) {
    let here = error.instance_path().as_str();
    let words: Vec<_> = forms.iter().flatten().filter_map(constant).collect();
    let tag = words.iter().map(|(pointer, _)| *pointer).find(|pointer| *pointer != here);
    if let Some(tag) = tag {
        // The forms are told apart by one word, such as `type`.
        let fits = forms.iter().find(|form| !form.iter().filter_map(constant).any(|(pointer, _)| pointer == tag));
        match fits {
            Some(form) => form.iter().for_each(|error| one(error, schema, mistakes)),
            None => {
                let wrong = forms.iter().flatten().find(|error| error.instance_path().as_str() == tag);
                let options = words.into_iter().filter(|(pointer, _)| *pointer == tag).map(|(_, word)| word).collect();
                mistakes.extend(wrong.map(|error| not_one_of(error, options)));
            }
        }
    } else if words.len() == forms.len() {
        mistakes.push(not_one_of(error, words.into_iter().map(|(_, word)| word).collect()));
    } else if let Some(form) = forms.first() {
        // Either the word is missing that tells the forms apart, or the second form is `null` and the first is the value.
        let needed_by_all = |error: &&ValidationError<'_>| match error.kind() {
            Kind::Required { property } => forms.iter().all(|form| form.iter().any(|other| requires(other, property))),
            _ => false,
        };
        let missing: Vec<_> = form.iter().filter(needed_by_all).collect();
        let told = if missing.is_empty() { form.iter().collect() } else { missing };
        told.into_iter().for_each(|error| one(error, schema, mistakes));
    }
}

fn requires(error: &ValidationError<'_>, key: &Value) -> bool {
    matches!(error.kind(), Kind::Required { property } if property == key)
}

fn constant<'e>(error: &'e ValidationError<'_>) -> Option<(&'e str, String)> {
    match error.kind() {
        Kind::Constant { expected_value } => Some((error.instance_path().as_str(), text(expected_value))),
        _ => None,
    }
}

fn unknown_key(error: &ValidationError<'_>, key: &str, schema: &Value) -> Mistake {
    let object = error.instance_path().as_str();
    let properties = around(error, schema, "additionalProperties").and_then(|around| around.get("properties"));
    let known: Vec<&str> =
        properties.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
    let free: Vec<&str> = known.iter().copied().filter(|known| error.instance().get(*known).is_none()).collect();
    let value = error.instance().get(key);
    let near = nearest(key, &free);
    let mut message = match near {
        Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
        None => format!("unknown key `{key}`; the keys here are {}", listed(&known)),
    };
    if near.is_none() && value.is_some_and(Value::is_string) && secrecy::names_a_secret(key) {
        message = format!("{message}. {}", secrecy::write_a_reference(key));
    }
    let repair =
        near.map(|meant| Repair::Key { around: object.to_owned(), written: key.to_owned(), meant: meant.to_owned() });
    Mistake { pointer: child(object, key), on_key: true, message, repair }
}

/// A word that is none of the words which may stand here.
fn not_one_of(error: &ValidationError<'_>, options: Vec<String>) -> Mistake {
    let pointer = error.instance_path().as_str().to_owned();
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let near = error.instance().as_str().and_then(|word| nearest(word, &options));
    let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let message = format!("{} must be one of {}{hint}", name(&pointer), listed(&options));
    let repair = near.map(|meant| Repair::Word { pointer: pointer.clone(), meant: meant.to_owned() });
    Mistake { pointer, on_key: false, message, repair }
}

/// The part of the schema in which the keyword stands that was not satisfied.
fn around<'s>(error: &ValidationError<'_>, schema: &'s Value, keyword: &str) -> Option<&'s Value> {
    schema.pointer(error.schema_path().as_str().strip_suffix(keyword)?.strip_suffix('/')?)
}

/// The first sentence about `key`.
fn described<'s>(object: &'s Value, key: &str) -> Option<&'s str> {
    let text = object.get("properties")?.get(key)?.get("description")?.as_str()?;
    let sentence = text.split(['.', ';', '\n']).next()?;
    (sentence.len() < 90).then_some(sentence)
}

fn key_of(pointer: &str) -> String {
    pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~")
}

/// What something is called: its key, or that it is an entry of a list.
fn name(pointer: &str) -> String {
    let key = key_of(pointer);
    if key.is_empty() {
        "the file".to_owned()
    } else if key.chars().all(|c| c.is_ascii_digit()) {
        let list = pointer.rsplit_once('/').map(|(list, _)| key_of(list)).unwrap_or_default();
        format!("this entry of `{list}`")
    } else {
        format!("`{key}`")
    }
}

fn of(name: &str) -> String {
    if name == "the file" { String::new() } else { format!("in {name}, ") }
}

fn type_words(kind: &TypeKind) -> String {
    let types: Vec<JsonType> = match kind {
        TypeKind::Single(one) => vec![*one],
        TypeKind::Multiple(several) => several.iter().collect(),
    };
    let one = |kind: JsonType| match kind {
        JsonType::String => "text in quotes",
        JsonType::Object => "an object `{ … }`",
        JsonType::Array => "a list `[ … ]`",
        JsonType::Integer => "a whole number",
        JsonType::Number => "a number",
        JsonType::Boolean => "true or false",
        JsonType::Null => "null",
    };
    types.into_iter().filter(|one| *one != JsonType::Null).map(one).collect::<Vec<_>>().join(" or ")
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
