//! `ndx check --migrate`: reads the configuration of an OpenDIF deployment, says what is unsafe in it, and writes one of ours.
//!
//! No secret of the old file is ever printed: each becomes a reference to an environment variable.

mod dangers;

mod convert;

mod parties;

use std::{fmt::Write as _, path::Path};

use ndx_config::{Document, Problem};
use serde_json::Value;

/// A configuration of ours, and what its reader must know.
#[derive(Debug)]
pub struct Migrated {
    /// The configuration, as JSON.
    pub configuration: String,
    /// What was unsafe, what was left out, what must be set and filled in.
    pub explanation: String,
}

/// What came out, and what a person must still do.
#[derive(Debug, Default)]
struct Outcome {
    configuration: Value,
    /// What of the old file could not be taken over, and why.
    left_out: Vec<Problem>,
    /// Environment variables, and what each holds.
    variables: Vec<(String, String)>,
    /// Places in the new file that nobody but a person can fill in, and with what.
    to_fill_in: Vec<(String, String)>,
    /// Places where the usual stands because the old file does not say.
    usual: Vec<(String, String)>,
}

/// Reads `file`, the old configuration.
///
/// # Errors
/// When it is no JSON.
pub fn migrate(file: &Path) -> Result<Migrated, Problem> {
    let document = Document::read(file)?;
    let root = document.root();
    if let Some(services) = root.get("services").filter(|services| services.get("gateway").is_some()) {
        return Err(services.key_problem("this file is an exchange's already; `ndx check --config FILE` checks it"));
    }
    let mut dangers = dangers::find(&root);
    let mut outcome = convert::convert(&root);
    dangers.sort();
    outcome.left_out.sort();
    let configuration = format!("{:#}\n", outcome.configuration);
    let explanation = explain(file, &dangers, &outcome, &configuration);
    Ok(Migrated { configuration, explanation })
}

fn explain(file: &Path, dangers: &[Problem], outcome: &Outcome, configuration: &str) -> String {
    let file = file.display().to_string();
    let placed = |one: &Problem| format!("{file}:{}:{}: {}", one.line, one.column, one.message);
    let named = |(name, what): &(String, String)| format!("{name}: {what}");
    let mut text = String::new();
    let mut list = |title: &str, entries: Vec<String>| {
        if !entries.is_empty() {
            let _ = writeln!(text, "{title}");
            for entry in entries {
                let _ = writeln!(text, "  {entry}");
            }
            text.push('\n');
        }
    };
    list("What is unsafe in it, and what becomes of it", dangers.iter().map(placed).collect());
    list("What was left out", outcome.left_out.iter().map(placed).collect());
    list(
        "Set these environment variables. Make new secrets: the old ones have been seen",
        outcome.variables.iter().map(named).collect(),
    );
    list("Fill these in: only a person can know them", outcome.to_fill_in.iter().map(named).collect());
    list("Look at these: the usual stands there", outcome.usual.iter().map(named).collect());
    list("What `ndx check` says of it besides", wrong(configuration));
    let _ = writeln!(text, "Then: ndx check --config <the new file>");
    text
}

/// What our own reader finds in the new file; the variables are not set yet.
fn wrong(configuration: &str) -> Vec<String> {
    let found = match ndx_config::parse("", configuration, Path::new("")) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.all,
    };
    let unset = |one: &Problem| one.message.contains("the environment variable");
    found.into_iter().filter(|one| !unset(one)).map(|one| format!("line {}: {}", one.line, one.message)).collect()
}
