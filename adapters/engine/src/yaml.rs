//! YAML as a tree that knows where everything stands, and a way to read it that reports every mistake, not the first.

use serde::{Deserialize, Deserializer, de};
use serde_saphyr::Spanned;

use crate::problem::Problems;

/// Line and column.
pub(crate) type Place = Option<(usize, usize)>;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Scalar(serde_json::Value),
    List(Vec<Node>),
    Mapping(Vec<(String, Place, Node)>),
}

/// Reads a file's text; a text that is no YAML is the only problem of its file.
pub(crate) fn parse(text: &str, problems: &mut Problems) -> Option<Node> {
    match serde_saphyr::from_str(text) {
        Ok(node) => Some(node),
        Err(error) => {
            let place = error.location().map(|at| (number(at.line()), number(at.column())));
            let message = error.without_snippet().to_string();
            problems.report(place, message.lines().next().unwrap_or("this is not YAML"));
            None
        }
    }
}

impl Node {
    pub(crate) fn text<'n>(&'n self, problems: &mut Problems) -> Option<&'n str> {
        let text = match &self.value {
            Value::Scalar(scalar) => scalar.as_str(),
            _ => None,
        };
        self.or_report(text, "this must be text", problems)
    }

    pub(crate) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        self.or_report(self.scalar().and_then(serde_json::Value::as_bool), "this must be true or false", problems)
    }

    /// A whole number that fits.
    pub(crate) fn whole<N: TryFrom<u64>>(&self, problems: &mut Problems) -> Option<N> {
        let number = self.scalar().and_then(serde_json::Value::as_u64).and_then(|number| N::try_from(number).ok());
        self.or_report(number, "this must be a whole number that is not too large", problems)
    }

    pub(crate) fn list<'n>(&'n self, problems: &mut Problems) -> Option<&'n [Self]> {
        let list = match &self.value {
            Value::List(items) => Some(items.as_slice()),
            _ => None,
        };
        self.or_report(list, "this must be a list", problems)
    }

    pub(crate) fn mapping<'n>(&'n self, problems: &mut Problems) -> Option<Mapping<'n>> {
        let mapping = match &self.value {
            Value::Mapping(entries) => Some(Mapping {
                place: self.place,
                entries: entries.iter().map(|(key, place, node)| Entry { key, place: *place, node }).collect(),
                asked: Vec::new(),
            }),
            _ => None,
        };
        self.or_report(mapping, "this must be a mapping", problems)
    }

    /// The scalar as JSON, when this is one.
    pub(crate) fn scalar(&self) -> Option<&serde_json::Value> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    fn or_report<T>(&self, value: Option<T>, message: &str, problems: &mut Problems) -> Option<T> {
        if value.is_none() {
            problems.report(self.place, message);
        }
        value
    }
}

/// A mapping that is being read: what is left at the end was not known.
#[derive(Debug)]
pub(crate) struct Mapping<'n> {
    place: Place,
    entries: Vec<Entry<'n>>,
    asked: Vec<&'static str>,
}

/// A key and what stands under it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry<'n> {
    pub(crate) key: &'n str,
    pub(crate) place: Place,
    pub(crate) node: &'n Node,
}

impl<'n> Mapping<'n> {
    /// What stands under `key`, if anything.
    pub(crate) fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        let position = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(position).node)
    }

    /// What stands under `key`, which must be there.
    pub(crate) fn require(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'n Node> {
        let node = self.take(key);
        if node.is_none() {
            problems.report(self.place, format!("`{key}` is missing here"));
        }
        node
    }

    /// The entries, for a mapping whose keys are the author's own.
    pub(crate) fn entries(self) -> Vec<Entry<'n>> {
        self.entries
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for entry in self.entries {
            let known = self.asked.join("`, `");
            problems.report(entry.place, format!("unknown key `{}`; known here are `{known}`", entry.key));
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { place: place_of(&spanned), value: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> de::Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text, a number, true, false, null, a list or a mapping")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Scalar(serde_json::Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Scalar(value.into()))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut mapping: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, node)) = mapping.next_entry::<Spanned<String>, Node>()? {
            let place = place_of(&key);
            entries.push((key.value, place, node));
        }
        Ok(Value::Mapping(entries))
    }
}

/// A place that the library does not know is line 0.
fn place_of<T>(spanned: &Spanned<T>) -> Place {
    let at = spanned.referenced;
    (at.line() > 0).then(|| (number(at.line()), number(at.column())))
}

fn number(of: u64) -> usize {
    usize::try_from(of).unwrap_or(usize::MAX)
}
