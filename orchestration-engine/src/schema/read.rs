//! Reads one schema file, with every mistake that the GraphQL library finds in it.

use std::{fmt, path::Path};

use apollo_compiler::{Schema, ast, diagnostic::Diagnostic, validation::Valid};

/// One mistake in a schema, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaProblem {
    /// The file.
    pub file: String,
    /// Line and column, from 1, where there is a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// All mistakes of the schemas.
#[derive(Debug, thiserror::Error)]
pub struct SchemaProblems(pub Vec<SchemaProblem>);

impl fmt::Display for SchemaProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0.len() == 1 { "" } else { "s" };
        writeln!(f, "{} mistake{s} in the schemas", self.0.len())?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  {problem}"))
    }
}

/// The schema in `text`, the content of `file`: valid, or with mistakes. Nothing when it is not even GraphQL.
pub fn read(text: &str, file: &Path) -> (Option<Result<Valid<Schema>, Schema>>, Vec<SchemaProblem>) {
    let mistakes = match Schema::parse_and_validate(text, file) {
        Ok(schema) => return (Some(Ok(schema)), Vec::new()),
        Err(mistakes) => mistakes,
    };
    let one = |mistake: Diagnostic<'_, _>| SchemaProblem {
        file: file.display().to_string(),
        place: mistake.line_column_range().map(|range| (range.start.line, range.start.column)),
        message: Diagnostic::to_json(&mistake).message,
    };
    let problems = mistakes.errors.iter().map(one).collect();
    let is_graphql = ast::Document::parse(text, file).is_ok();
    (is_graphql.then_some(Err(mistakes.partial)), problems)
}

/// The content of `file`.
///
/// # Errors
/// When it cannot be read.
pub fn text(file: &Path) -> Result<String, SchemaProblem> {
    std::fs::read_to_string(file).map_err(|cause| unreadable(file, &cause))
}

/// The schema in `file` by itself, whatever it is composed with.
///
/// # Errors
/// With every mistake in it.
pub fn alone(file: &Path) -> Result<Schema, SchemaProblems> {
    let text = text(file).map_err(|problem| SchemaProblems(vec![problem]))?;
    match read(&text, file) {
        (Some(Ok(schema)), _) => Ok(schema.into_inner()),
        (_, problems) => Err(SchemaProblems(problems)),
    }
}

/// A file or folder that cannot be read.
pub fn unreadable(file: &Path, cause: &std::io::Error) -> SchemaProblem {
    SchemaProblem { file: file.display().to_string(), place: None, message: format!("cannot be read: {cause}") }
}
