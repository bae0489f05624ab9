//! `cargo xtask`: looks after the walls, writes what is written from the code.
//!
//! Exit codes: 0 fine, 1 found a problem, 2 wrong use.

use std::process::ExitCode;

use clap::Parser;
use xtask::{Arguments, Task, generate, tidy};

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all is well.
fn run(task: Task) -> anyhow::Result<bool> {
    let root = xtask::root();
    match task {
        Task::Tidy => report(&tidy::run(&root)?),
        Task::Generate { check: true } => report(&generate::check(&root)?),
        Task::Generate { check: false } => {
            let written = generate::write(&root)?;
            for file in &written {
                eprintln!("wrote {file}");
            }
            Ok(true)
        }
    }
}

fn report(findings: &[xtask::Finding]) -> anyhow::Result<bool> {
    for finding in findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => Ok(true),
        1 => Err(anyhow::anyhow!("1 finding")),
        many => Err(anyhow::anyhow!("{many} findings")),
    }
}
