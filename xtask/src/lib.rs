#![doc = include_str!("../README.md")]

mod tree;

mod members;

mod documents;

pub mod tidy;

pub mod generate;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use clap::{Parser, Subcommand};

/// Looks after the house: its walls, and what is written from the code.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
pub struct Arguments {
    /// What is wanted.
    #[command(subcommand)]
    pub task: Task,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Task {
    /// Check every wall and tell all findings at once.
    Tidy,
    /// Write the documents that are made from the code.
    Generate {
        /// Write nothing; fail when a file would change.
        #[arg(long)]
        check: bool,
    },
}

/// One thing that is not as the house wants it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, from the root.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub fn new(file: impl Into<String>, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.into(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// The root of the house: the folder in which `xtask/` lies.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}
