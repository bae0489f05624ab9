//! A mistake in an adapter's files, said so that its author finds it.

use std::fmt;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// In which file.
    pub file: String,
    /// Line and column, both from 1, where they are known.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// The mistakes found so far in one file.
#[derive(Debug)]
pub(crate) struct Problems {
    file: String,
    found: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: impl Into<String>) -> Self {
        Self { file: file.into(), found: Vec::new() }
    }

    pub(crate) fn report(&mut self, place: Option<(usize, usize)>, message: impl Into<String>) {
        self.found.push(Problem { file: self.file.clone(), place, message: message.into() });
    }

    /// `value`, unless anything was reported; then that, in the file's order.
    pub(crate) fn or<T>(mut self, value: Option<T>) -> Result<T, Vec<Problem>> {
        self.found.sort_by_key(|problem| problem.place);
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }
}
