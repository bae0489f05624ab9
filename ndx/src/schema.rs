//! `ndx schema`: what has changed between two consumer schemas.

use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use orchestration_engine::schema::{
    self,
    compare::{self, Change, Level},
};
use serde_json::json;

use crate::{checked::counted, stdout::print};

/// Looks at consumer schemas.
#[derive(Debug, Subcommand)]
pub enum Schema {
    /// List what has changed between two consumer schemas, each change as breaking, dangerous or safe. Exit code 1 when one is
    /// breaking.
    Diff(Diff),
}

/// Which schemas are compared.
#[derive(Debug, Args)]
pub struct Diff {
    /// The file of the schema that is in force.
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The file of the schema that is to be.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Print JSON: `{compatible, changes: [{level, place, what}]}`.
    #[arg(long)]
    json: bool,
}

impl Schema {
    /// Does it.
    ///
    /// # Errors
    /// When a file cannot be read, or a change is breaking.
    pub fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Diff(diff) => diff.run(),
        }
    }
}

impl Diff {
    fn run(self) -> anyhow::Result<()> {
        let changes = compare::compare(&schema::alone(&self.old)?, &schema::alone(&self.new)?);
        if self.json {
            print(&format!("{:#}\n", json!({"compatible": !compare::is_breaking(&changes), "changes": changes})));
        } else {
            print(&in_words(&changes));
        }
        match changes.iter().filter(|change| change.level == Level::Breaking).count() {
            0 => Ok(()),
            number => Err(anyhow!("{}", counted(number, "breaking change"))),
        }
    }
}

fn in_words(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing has changed\n".to_owned();
    }
    changes.iter().map(|change| format!("{change}\n")).collect()
}
