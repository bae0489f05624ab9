//! A JSON file whose every key and value keeps its place, so that each mistake can be shown where it is.

use std::{borrow::Cow, collections::HashMap, path::Path};

use jsonc_parser::{
    CollectOptions, ParseOptions,
    ast::{self, ObjectProp},
    common::Ranged as _,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Problem;

/// A JSON file: what it says, and where.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) value: Value,
    /// By JSON pointer (RFC 6901).
    pub(crate) places: HashMap<String, Place>,
    /// Keys that were written twice: the place of the second, and the key.
    pub(crate) doubles: Vec<(usize, String)>,
    text: String,
}

/// Where something stands, in bytes from the file's beginning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The key that it belongs to, when it has one.
    pub(crate) key: Option<usize>,
    pub(crate) value: usize,
}

impl Document {
    /// Reads `file`.
    ///
    /// # Errors
    /// When it cannot be read or is no JSON; with the place where it ceases to be.
    pub fn read(file: &Path) -> Result<Self, Problem> {
        let text = std::fs::read_to_string(file).map_err(|cause| Problem {
            line: 1,
            column: 1,
            message: format!("the file cannot be read: {cause}"),
        })?;
        Self::parse(&text)
    }

    /// Reads `text`.
    ///
    /// # Errors
    /// When it is no JSON, with the place where it ceases to be.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let value = serde_json::from_str(text).map_err(|error| {
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or(&words);
            let message = format!("from here on this is no JSON: {words}");
            Problem { line: error.line().max(1), column: error.column().max(1), message }
        })?;
        let mut document = Self { value, places: HashMap::new(), doubles: Vec::new(), text: text.to_owned() };
        let tree = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &strict())
            .map_err(|error| document.at(error.range().start, error.kind().to_string()))?;
        if let Some(root) = &tree.value {
            document.place(root, None, String::new());
        }
        Ok(document)
    }

    fn place(&mut self, value: &ast::Value<'_>, key: Option<usize>, pointer: String) {
        match value {
            ast::Value::Object(object) => object.properties.iter().for_each(|one| self.property(one, &pointer)),
            ast::Value::Array(array) => {
                for (number, element) in array.elements.iter().enumerate() {
                    self.place(element, None, format!("{pointer}/{number}"));
                }
            }
            _ => {}
        }
        self.places.insert(pointer, Place { key, value: value.start() });
    }

    fn property(&mut self, property: &ObjectProp<'_>, around: &str) {
        let (key, at) = (property.name.as_str(), property.name.start());
        let pointer = child(around, key);
        if self.places.contains_key(&pointer) {
            self.doubles.push((at, key.to_owned()));
            // The second counts, as it does for the reader of values.
            let below = format!("{pointer}/");
            self.places.retain(|other, _| !other.starts_with(&below));
        }
        self.place(&property.value, Some(at), pointer);
    }

    /// Forgets a key of the outermost object that says nothing to us.
    pub(crate) fn drop_key(&mut self, key: &str) {
        if let Some(object) = self.value.as_object_mut() {
            object.shift_remove(key);
        }
    }

    /// The whole of it.
    pub fn root(&self) -> Entry<'_> {
        Entry { document: self, pointer: String::new(), value: &self.value }
    }

    /// Reads all of it into `T`. Meant for what has the right shape; other things are told with their place.
    ///
    /// # Errors
    /// When `T` cannot be read from it.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_path_to_error::deserialize(&self.value).map_err(|error| {
            let mut pointer = String::new();
            for segment in error.path() {
                match segment {
                    serde_path_to_error::Segment::Seq { index } => pointer = format!("{pointer}/{index}"),
                    serde_path_to_error::Segment::Map { key } => pointer = child(&pointer, key),
                    _ => {}
                }
            }
            // What was found stays unsaid: it might be a secret.
            let words = error.inner().to_string();
            let expected = words.split_once("expected ").map_or("something else", |(_, expected)| expected);
            self.on_value(&pointer, format!("this cannot be read: expected {expected}"))
        })
    }

    /// A mistake in the value at `pointer`.
    pub(crate) fn on_value(&self, pointer: &str, message: impl Into<String>) -> Problem {
        self.at(self.nearest(pointer).value, message)
    }

    /// A mistake in the key at `pointer`, or in the value when that has no key.
    pub(crate) fn on_key(&self, pointer: &str, message: impl Into<String>) -> Problem {
        let place = self.nearest(pointer);
        self.at(place.key.unwrap_or(place.value), message)
    }

    /// A mistake at a byte of the file.
    pub(crate) fn at(&self, byte: usize, message: impl Into<String>) -> Problem {
        let before = self.text.get(..byte).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Problem { line, column, message: message.into() }
    }

    fn nearest(&self, pointer: &str) -> Place {
        let mut pointer = pointer;
        loop {
            match (self.places.get(pointer), pointer.rsplit_once('/')) {
                (Some(place), _) => return *place,
                (None, Some((around, _))) => pointer = around,
                (None, None) => return Place { key: None, value: 0 },
            }
        }
    }
}

/// JSON as RFC 8259 has it, nothing more.
fn strict() -> ParseOptions {
    ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

/// The pointer to `key` of the object at `around`.
pub(crate) fn child(around: &str, key: &str) -> String {
    let key: Cow<'_, str> =
        if key.contains(['~', '/']) { key.replace('~', "~0").replace('/', "~1").into() } else { key.into() };
    format!("{around}/{key}")
}

/// Something in a document, with its place.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    document: &'a Document,
    pointer: String,
    value: &'a Value,
}

impl<'a> Entry<'a> {
    /// What stands under `key`, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.as_object()?.get(key)?;
        Some(Self { document: self.document, pointer: child(&self.pointer, key), value })
    }

    /// What stands under the keys, one below the other.
    pub fn find<const N: usize>(&self, keys: [&str; N]) -> Option<Self> {
        keys.into_iter().try_fold(self.clone(), |entry, key| entry.get(key))
    }

    /// The entries of the list under `key`; none when there is no list.
    pub fn list(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|list| list.items()).unwrap_or_default()
    }

    /// The entries, when this is a list.
    pub fn items(&self) -> Vec<Self> {
        let items = self.value.as_array().into_iter().flatten().enumerate();
        let entry =
            |(number, value)| Self { document: self.document, pointer: format!("{}/{number}", self.pointer), value };
        items.map(entry).collect()
    }

    /// The keys and what stands under each, when this is an object.
    pub fn members(&self) -> Vec<(&'a str, Self)> {
        let members = self.value.as_object().into_iter().flatten();
        let entry = |(key, value): (&'a String, &'a Value)| {
            (key.as_str(), Self { document: self.document, pointer: child(&self.pointer, key), value })
        };
        members.map(entry).collect()
    }

    /// The text, when this is text.
    pub fn text(&self) -> Option<&'a str> {
        self.value.as_str()
    }

    /// The text under `key`.
    pub fn text_of(&self, key: &str) -> Option<&'a str> {
        self.value.as_object()?.get(key)?.as_str()
    }

    /// What it says.
    pub fn value(&self) -> &'a Value {
        self.value
    }

    /// Reads it into `T`, when it fits.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(self.value).ok()
    }

    /// A mistake here.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        self.document.on_value(&self.pointer, message)
    }

    /// A mistake in the key of this, or here when it has none.
    pub fn key_problem(&self, message: impl Into<String>) -> Problem {
        self.document.on_key(&self.pointer, message)
    }

    /// A mistake in what stands under `key`; here when nothing does.
    pub fn problem_at(&self, key: &str, message: impl Into<String>) -> Problem {
        self.document.on_value(&child(&self.pointer, key), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_keeps_its_place_also_behind_wide_letters() {
        let document = Document::parse("{\"é\": [1,\n  {\"a/b\": \"x\"}]}").unwrap();
        let entry = document.root().get("é").unwrap().items().remove(1).get("a/b").unwrap();
        let (key, value) = (entry.key_problem("k"), entry.problem("v"));
        assert_eq!((key.line, key.column, value.line, value.column), (2, 4, 2, 11));
    }

    #[test]
    fn a_key_that_is_written_twice_is_told_once() {
        let document = Document::parse("{\"a\": {\"x\": 1},\n \"a\": {\"x\": 2}}").unwrap();
        assert_eq!(document.doubles.len(), 1);
        assert_eq!(document.root().find(["a", "x"]).unwrap().key_problem("").line, 2);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place_and_never_panics() {
        for (text, line) in [("{\n \"a\": }", 2), ("", 1), ("[1,]", 1), ("{\"a\":1 // no\n}", 1), ("\u{feff}{}", 1)] {
            assert_eq!(Document::parse(text).unwrap_err().line, line, "{text}");
        }
        assert!(Document::parse(&"[".repeat(100_000)).is_err());
    }
}
