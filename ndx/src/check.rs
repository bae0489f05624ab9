//! `ndx check`: tells everything that is wrong with an exchange before it starts. Makes no connection.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use ndx_config::Secrets;
use serde_json::json;

use crate::{
    checked::{self, Checked, counted},
    from_opendif,
    stdout::print,
};

/// Checks the configuration and the files that it names.
#[derive(Debug, Args)]
pub struct Check {
    /// The exchange's configuration.
    #[arg(long, value_name = "FILE", default_value = "fl-config.json")]
    config: PathBuf,
    /// Count warnings as mistakes.
    #[arg(long)]
    strict: bool,
    /// Print what was found as JSON.
    #[arg(long)]
    json: bool,
    /// Instead: read the configuration of an OpenDIF deployment, say what is unsafe in it, and print one of ours.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["config", "strict", "json"])]
    migrate: Option<PathBuf>,
}

impl Check {
    /// Prints what was found: 0 when it is fine, 1 when there is a mistake.
    pub fn run(&self) -> ExitCode {
        match &self.migrate {
            Some(file) => migrated(file),
            None => self.checked(),
        }
    }

    fn checked(&self) -> ExitCode {
        let mut checked = checked::check(&self.config, Secrets::All, |text| text);
        if self.strict {
            checked.take_warnings_seriously();
        }
        let told = if self.json { as_json(&checked) } else { as_text(&checked) };
        print(&told);
        if checked.mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn migrated(file: &Path) -> ExitCode {
    match from_opendif::migrate(file) {
        Ok(migrated) => {
            eprint!("{}", migrated.explanation);
            print(&migrated.configuration);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{}:{}:{}: {}", file.display(), problem.line, problem.column, problem.message);
            ExitCode::FAILURE
        }
    }
}

fn as_text(checked: &Checked) -> String {
    let mut lines: Vec<String> = checked.mistakes.iter().map(ToString::to_string).collect();
    lines.extend(
        checked
            .warnings
            .iter()
            .map(|one| format!("{}:{}:{}: warning: {}", one.file, one.line, one.column, one.message)),
    );
    let warnings = counted(checked.warnings.len(), "warning");
    let end = if !checked.mistakes.is_empty() {
        format!("{}, {warnings}", counted(checked.mistakes.len(), "mistake"))
    } else {
        let applications = checked.exchange.as_ref().map_or(0, |exchange| exchange.applications.len());
        let (fields, providers) = (counted(checked.fields, "field"), counted(checked.providers, "provider"));
        format!("fine: {fields} of {providers} for {}; {warnings}", counted(applications, "application"))
    };
    lines.push(end);
    lines.join("\n") + "\n"
}

fn as_json(checked: &Checked) -> String {
    format!("{:#}\n", json!({ "mistakes": checked.mistakes, "warnings": checked.warnings }))
}
