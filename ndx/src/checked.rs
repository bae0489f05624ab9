//! Everything that an exchange is made of, checked together: the configuration, the schemas, the policies' seed, and what no
//! single one of them shows. `ndx check` prints it, and nothing starts before it is fine.

mod inputs;

mod settings;

mod policies;

use std::{fmt, path::Path};

use ndx_config::{Exchange, Problem, Secrets, folder_of};
use orchestration_engine::schema::{self, SchemaProblem};
use policy_decision_point::seed;
use serde::Serialize;

use self::inputs::inputs;

/// One mistake or warning, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// What was found, file by file, in each file's order.
#[derive(Debug, Default)]
pub struct Checked {
    /// What keeps the exchange from starting.
    pub mistakes: Vec<Finding>,
    /// What is allowed but should be looked at.
    pub warnings: Vec<Finding>,
    /// The configuration, when it has no mistake itself.
    pub exchange: Option<Exchange>,
    /// How many fields consumers can ask for.
    pub fields: usize,
    /// How many providers they come from.
    pub providers: usize,
}

/// Checks everything that `config` names, and reports all of it; the secrets that are `needed` must be there.
pub fn check(config: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> Checked {
    let mut reading = ndx_config::read(config, needed, rewrite);
    let mut checked = Checked { exchange: reading.exchange.take(), ..Checked::default() };
    let file = reading.file.clone();
    checked.mistakes.extend(reading.mistakes.iter().map(|one| in_file(&file, one)));
    checked.warnings.extend(reading.warnings.iter().map(|one| in_file(&file, one)));
    let Some(root) = reading.root() else { return checked };
    let folder = folder_of(config);
    checked.languages(&reading, &root);
    let composition = inputs(&root, folder).map(|inputs| (schema::check(&inputs), inputs));
    if let Some((composition, inputs)) = &composition {
        checked.mistakes.extend(composition.mistakes.iter().map(in_schema));
        checked.warnings.extend(composition.warnings.iter().map(in_schema));
        (checked.fields, checked.providers) = (composition.leaves.len(), composition.providers_named());
        checked.reasons(&reading, &root, composition, inputs);
        checked.settings(&reading, &root, composition);
        checked.weights(&reading, &root, composition);
    }
    let files = (root.find(["policy", "fields"]), root.find(["policy", "grants"]));
    if let (Some(fields), Some(grants)) = (files.0.and_then(|it| it.text()), files.1.and_then(|it| it.text())) {
        let (fields, grants) = (folder.join(fields), folder.join(grants));
        let seed = seed::check(&fields, &grants);
        checked.mistakes.extend(seed.problems.iter().map(|problem| {
            let (line, column) = problem.place.unwrap_or((1, 1));
            Finding { file: problem.file.clone(), line, column, message: problem.message.clone() }
        }));
        checked.grants(&root, &seed, &grants);
        if let Some((composition, inputs)) = &composition {
            checked.policies(composition, &seed, &fields);
            checked.unreachable(composition, &seed, inputs);
            checked.subjects(composition, &seed, inputs);
            checked.labels(composition, &seed);
        }
    }
    in_order(&mut checked.mistakes);
    in_order(&mut checked.warnings);
    checked
}

/// The configuration that `config` holds, if everything that it names is fine. Warnings go to the log.
///
/// # Errors
/// With every mistake in any of the files.
pub fn exchange(config: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> anyhow::Result<Exchange> {
    let checked = check(config, needed, rewrite);
    for warning in &checked.warnings {
        tracing::warn!("{warning}");
    }
    match checked.exchange {
        Some(exchange) if checked.mistakes.is_empty() => Ok(exchange),
        _ => {
            let list: String = checked.mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect();
            Err(anyhow::anyhow!("{}{list}", counted(checked.mistakes.len(), "mistake")))
        }
    }
}

/// `3 mistakes`, `1 mistake`.
pub fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

impl Checked {
    /// Makes every warning a mistake.
    pub fn take_warnings_seriously(&mut self) {
        self.mistakes.append(&mut self.warnings);
        in_order(&mut self.mistakes);
    }
}

fn in_file(file: &str, problem: &Problem) -> Finding {
    let Problem { line, column, message } = problem.clone();
    Finding { file: file.to_owned(), line, column, message }
}

fn in_schema(problem: &SchemaProblem) -> Finding {
    let (line, column) = problem.place.unwrap_or((1, 1));
    Finding { file: problem.file.clone(), line, column, message: problem.message.clone() }
}

/// File by file as they were met first, in each file's order.
fn in_order(findings: &mut Vec<Finding>) {
    let mut files: Vec<String> = Vec::new();
    for finding in findings.iter() {
        if !files.contains(&finding.file) {
            files.push(finding.file.clone());
        }
    }
    findings.sort_by_key(|one| (files.iter().position(|file| *file == one.file), one.line, one.column));
    findings.dedup();
}
