//! The file as it is read: each part with its place, and every mistake with the place where it is.

use std::fmt;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

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

impl<'a> Page<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, problems: Vec::new() }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The mistakes in the file's order, each once.
    pub(crate) fn problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| (problem.line, problem.column));
        self.problems.dedup();
        self.problems
    }

    /// Notes that the file as a whole cannot be read.
    pub(crate) fn unreadable(&mut self, error: &serde_json::Error) {
        self.problems.push(Problem { line: error.line(), column: error.column(), message: words(error) });
    }

    pub(crate) fn one<T: DeserializeOwned>(&mut self, raw: &RawValue) -> Option<Placed<T>> {
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

    pub(crate) fn list<T: DeserializeOwned>(&mut self, raw: &[&RawValue]) -> Vec<Placed<T>> {
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
