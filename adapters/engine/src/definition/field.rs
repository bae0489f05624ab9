//! One field of `Query`: what it is asked by, the request, what its answers mean, and how a record becomes a type.

use regex::Regex;
use serde_json::Value;

use crate::{
    outcome::{Outcome, Outcomes, Status},
    problem::Problems,
    selection::{Path, Selection, WrongKind},
    template::PathTemplate,
    yaml::{Entry, Mapping, Node, Place},
};

/// A field of `Query`.
#[derive(Debug)]
pub(crate) struct FieldDefinition {
    /// Without `Query.`.
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) arguments: Vec<ArgumentDefinition>,
    pub(crate) path: PathTemplate,
    pub(crate) outcomes: Outcomes,
    pub(crate) map: Vec<(String, Place, Mapped)>,
}

/// An argument of the field.
#[derive(Debug)]
pub(crate) struct ArgumentDefinition {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// Whether it names the person whom the record is about.
    pub(crate) subject: bool,
    /// What its value must look like.
    pub(crate) pattern: Option<Regex>,
}

/// Where a member of the type comes from, and what stands in for nothing.
#[derive(Debug, Clone)]
pub(crate) struct Mapped {
    pub(crate) from: Selection,
    pub(crate) otherwise: Value,
}

impl Mapped {
    /// The member of the same name.
    pub(crate) fn member(name: &str) -> Self {
        Self { from: Selection::member(name), otherwise: Value::Null }
    }

    pub(crate) fn read(&self, record: &Value) -> Result<Value, WrongKind> {
        let value = self.from.read(record)?;
        Ok(if value.is_null() { self.otherwise.clone() } else { value })
    }
}

impl FieldDefinition {
    /// Those that can be read.
    pub(super) fn read_all(node: &Node, problems: &mut Problems) -> Vec<Self> {
        let entries = node.mapping(problems).map(Mapping::entries).unwrap_or_default();
        entries.into_iter().filter_map(|entry| Self::read(entry, problems)).collect()
    }

    fn read(entry: Entry<'_>, problems: &mut Problems) -> Option<Self> {
        let name = entry.key.strip_prefix("Query.");
        if name.is_none() {
            problems.report(entry.place, format!("`{}` is not a field of `Query`; write `Query.NAME`", entry.key));
        }
        let mut field = entry.node.mapping(problems)?;
        let arguments = field.take("args").map(|node| ArgumentDefinition::read_all(node, problems)).unwrap_or_default();
        let request = field.require("request", problems);
        let path = request.and_then(|node| request_path(node, problems));
        let outcomes = field.require("on", problems).and_then(|node| outcomes(node, problems));
        let map = field.take("map").and_then(|node| node.mapping(problems)).map(Mapping::entries).unwrap_or_default();
        let map = map.into_iter().filter_map(|entry| mapped(entry, problems)).collect();
        field.finish(problems);

        let path = path?;
        for slot in path.arguments().filter(|slot| arguments.iter().all(|argument| argument.name != *slot)) {
            problems.report(request?.place, format!("the request uses `{slot}`, which is not one of the `args`"));
        }
        for unused in arguments.iter().filter(|argument| path.arguments().all(|slot| slot != argument.name)) {
            problems.report(unused.place, format!("the request does not use `{}`", unused.name));
        }
        if let [_, second, ..] = arguments.iter().filter(|argument| argument.subject).collect::<Vec<_>>().as_slice() {
            problems.report(second.place, "one argument names the subject, not two");
        }
        Some(Self { name: name?.to_owned(), place: entry.place, arguments, path, outcomes: outcomes?, map })
    }
}

impl ArgumentDefinition {
    fn read_all(node: &Node, problems: &mut Problems) -> Vec<Self> {
        let entries = node.mapping(problems).map(Mapping::entries).unwrap_or_default();
        entries.into_iter().filter_map(|entry| Self::read(entry, problems)).collect()
    }

    fn read(entry: Entry<'_>, problems: &mut Problems) -> Option<Self> {
        let mut argument = entry.node.mapping(problems)?;
        let subject = argument.take("subject").map_or(Some(false), |node| node.boolean(problems));
        let pattern = argument.take("pattern").map_or(Some(None), |node| {
            let text = node.text(problems)?;
            // The whole value must match, whether or not the author wrote `^` and `$`.
            let pattern = Regex::new(&format!("^(?:{text})$")).ok();
            if pattern.is_none() {
                problems.report(node.place, "this is not a regular expression");
            }
            pattern.map(Some)
        });
        argument.finish(problems);
        Some(Self { name: entry.key.to_owned(), place: entry.place, subject: subject?, pattern: pattern? })
    }
}

fn request_path(node: &Node, problems: &mut Problems) -> Option<PathTemplate> {
    let mut request = node.mapping(problems)?;
    let path = request.require("GET", problems);
    request.finish(problems);
    let path = path?;
    parsed(path, PathTemplate::parse, problems)
}

fn outcomes(node: &Node, problems: &mut Problems) -> Option<Outcomes> {
    let mut outcomes = Outcomes::default();
    for entry in node.mapping(problems)?.entries() {
        let status = Status::parse(entry.key).map_err(|message| problems.report(entry.place, message)).ok();
        let outcome = outcome(entry.node, problems);
        if let (Some(status), Some(outcome)) = (status, outcome) {
            outcomes.add(status, outcome);
        }
    }
    Some(outcomes)
}

/// `absent`, `{select: $.record}`, `{error: CODE}`
fn outcome(node: &Node, problems: &mut Problems) -> Option<Outcome> {
    if node.scalar().is_some() {
        let absent = node.scalar().and_then(Value::as_str) == Some("absent");
        if !absent {
            problems.report(node.place, "this must be `absent`, `{select: PATH}` or `{error: CODE}`");
        }
        return absent.then_some(Outcome::Absent);
    }
    let mut outcome = node.mapping(problems)?;
    let select = outcome.take("select").map(|node| parsed(node, Path::parse, problems));
    let error = outcome.take("error").map(|node| parsed(node, code, problems));
    outcome.finish(problems);
    match (select, error) {
        (Some(path), None) => path.map(Outcome::Select),
        (None, Some(code)) => code.map(Outcome::Error),
        _ => {
            problems.report(node.place, "this needs either `select` or `error`");
            None
        }
    }
}

fn code(text: &str) -> Result<String, String> {
    let fits = text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if fits { Ok(text.to_owned()) } else { Err(format!("`{text}` is not a code such as `PROVIDER_ERROR`")) }
}

/// `$.a | trim`, or `{from: $.a, else: nothing}`.
fn mapped(entry: Entry<'_>, problems: &mut Problems) -> Option<(String, Place, Mapped)> {
    let node = entry.node;
    let mapped = if node.scalar().is_some() {
        Mapped { from: parsed(node, Selection::parse, problems)?, otherwise: Value::Null }
    } else {
        let mut parts = node.mapping(problems)?;
        let from = parts.require("from", problems).and_then(|node| parsed(node, Selection::parse, problems));
        let otherwise = parts.take("else").map_or(Some(Value::Null), |node| {
            if node.scalar().is_none() {
                problems.report(node.place, "this must be text, a number, true, false or null");
            }
            node.scalar().cloned()
        });
        parts.finish(problems);
        Mapped { from: from?, otherwise: otherwise? }
    };
    Some((entry.key.to_owned(), entry.place, mapped))
}

fn parsed<T>(node: &Node, parse: impl Fn(&str) -> Result<T, String>, problems: &mut Problems) -> Option<T> {
    parse(node.text(problems)?).map_err(|message| problems.report(node.place, message)).ok()
}
