//! Reads the file. Sections and list entries are read one by one, so that a mistake in one hides none in another.

use std::{fmt, path::Path};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{Exchange, check, sections::*};

/// One mistake, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

/// All mistakes of a file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// The file.
    pub file: String,
    /// Each mistake, in the file's order.
    pub all: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.all.len() == 1 { "" } else { "s" };
        writeln!(f, "{} mistake{s} in the configuration", self.all.len())?;
        for Problem { line, column, message } in &self.all {
            writeln!(f, "  {}:{line}:{column}: {message}", self.file)?;
        }
        Ok(())
    }
}

/// The sections as they stand in the file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sections<'a> {
    #[serde(borrow)]
    services: &'a RawValue,
    #[serde(borrow)]
    schema: &'a RawValue,
    #[serde(borrow)]
    policy: &'a RawValue,
    #[serde(borrow)]
    consent: &'a RawValue,
    #[serde(borrow)]
    portal: &'a RawValue,
    #[serde(borrow)]
    jwt: &'a RawValue,
    #[serde(borrow)]
    identifiers: &'a RawValue,
    #[serde(borrow)]
    members: Vec<&'a RawValue>,
    #[serde(borrow)]
    applications: Vec<&'a RawValue>,
    #[serde(borrow)]
    providers: Vec<&'a RawValue>,
    #[serde(borrow)]
    arg_mappings: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    foundational_id_arg_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    limits: Option<&'a RawValue>,
    #[serde(borrow, default)]
    store: Option<&'a RawValue>,
}

/// Reads and checks `file`.
///
/// # Errors
/// With every mistake in it.
pub fn load(file: &Path, rewrite: impl FnOnce(String) -> String) -> Result<Exchange, Problems> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| Problems {
        file: name.clone(),
        all: vec![Problem { line: 1, column: 1, message: format!("the file cannot be read: {cause}") }],
    })?;
    parse(&name, &rewrite(text), file.parent().unwrap_or(Path::new("")))
}

/// Reads and checks `text`, the content of `file`; relative paths begin at `folder`.
///
/// # Errors
/// With every mistake in it.
pub fn parse(file: &str, text: &str, folder: &Path) -> Result<Exchange, Problems> {
    let mut page = Page { text, problems: Vec::new() };
    let read = page.read(folder);
    page.problems.sort_by_key(|problem| (problem.line, problem.column));
    page.problems.dedup();
    match read {
        Some(exchange) if page.problems.is_empty() => Ok(exchange),
        _ => Err(Problems { file: file.to_owned(), all: page.problems }),
    }
}

/// The text and the mistakes found in it so far.
pub(crate) struct Page<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

/// Something that was read, and the place in the text where it begins.
pub(crate) struct Placed<T> {
    pub(crate) at: usize,
    pub(crate) value: T,
}

impl Page<'_> {
    fn read(&mut self, folder: &Path) -> Option<Exchange> {
        let sections: Sections<'_> = match serde_json::from_str(self.text) {
            Ok(sections) => sections,
            Err(error) => {
                self.problems.push(Problem { line: error.line(), column: error.column(), message: words(&error) });
                return None;
            }
        };
        let services = self.one(sections.services);
        let schema = self.one(sections.schema);
        let policy = self.one(sections.policy);
        let consent = self.one(sections.consent);
        let portal = self.one(sections.portal);
        let jwt = self.one(sections.jwt);
        let identifiers = self.one(sections.identifiers);
        let members = self.list(&sections.members);
        let applications = self.list(&sections.applications);
        let providers = self.list(&sections.providers);
        let arg_mappings = self.list(&sections.arg_mappings);
        let foundational = sections.foundational_id_arg_name.map_or(Some(None), |raw| self.one(raw).map(Some));
        let limits =
            sections.limits.map_or_else(|| Some(Limits::default()), |raw| self.one(raw).map(|read| read.value));
        let store = sections.store.map_or_else(|| Some(Store::default()), |raw| self.one(raw).map(|read| read.value));
        let parts = check::Parts {
            services: services?,
            schema: schema?,
            policy: policy?,
            consent: consent?,
            portal: portal?,
            jwt: jwt?,
            identifiers: identifiers?,
            members,
            applications,
            providers,
            arg_mappings,
            foundational_id_arg_name: foundational?.map(|read| read.value),
            limits: limits?,
            store: store?,
        };
        Some(check::whole(parts, folder, self))
    }

    fn one<T: DeserializeOwned>(&mut self, raw: &RawValue) -> Option<Placed<T>> {
        let at = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(Placed { at, value }),
            Err(error) => {
                let start = self.place(at);
                let line = start.0 + error.line().max(1) - 1;
                let column = if error.line() <= 1 { start.1 + error.column() - 1 } else { error.column() };
                self.problems.push(Problem { line, column: column.max(1), message: words(&error) });
                None
            }
        }
    }

    fn list<T: DeserializeOwned>(&mut self, raw: &[&RawValue]) -> Vec<Placed<T>> {
        raw.iter().filter_map(|entry| self.one(entry)).collect()
    }

    /// Notes a mistake in what begins at byte `at`.
    pub(crate) fn note(&mut self, at: usize, message: impl Into<String>) {
        let (line, column) = self.place(at);
        self.problems.push(Problem { line, column, message: message.into() });
    }

    fn place(&self, at: usize) -> (usize, usize) {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

/// The reader's own words without the place that it adds.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
