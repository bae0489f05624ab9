//! Mistakes and warnings, each with the place where it is.

use std::fmt;

/// One mistake or warning, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: usize,
    /// Column in the line, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Problem {
    /// Whether both are in the same place.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        (self.line, self.column) == (other.line, other.column)
    }
}

/// All mistakes of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    /// The file.
    pub file: String,
    /// Each mistake, in the file's order.
    pub all: Vec<Problem>,
    /// What is allowed but should be looked at, in the file's order.
    pub warnings: Vec<Problem>,
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
