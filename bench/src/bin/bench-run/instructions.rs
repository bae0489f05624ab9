//! Instructions for each request, counted by valgrind: a number that says the same on a noisy machine as on a quiet one. A
//! stage, or the whole gateway, does its work so many times and then more often; the difference is the work itself.

use std::path::Path;

use anyhow::Context as _;
use tokio::process::Command;

use crate::{
    exchange::{Server, Stage},
    measure::{self, Effort},
    process::last_words,
    workloads::Case,
};

/// The stages that `bench-stages` knows, in words, and how often each is done, first and then.
const STAGES: [(&str, &str, u64, u64); 9] = [
    ("authenticate", "authenticate: a token that was never seen", 20, 120),
    ("plan-known", "plan: a small question that was asked before", 100, 1100),
    ("plan-new", "plan: a small question that was never asked", 100, 600),
    ("plan10", "plan: 10 fields that were never asked", 20, 120),
    ("plan500", "plan: 500 fields that were never asked", 5, 25),
    ("project-small", "project: 2 small answers", 100, 1100),
    ("project1k", "project: 2 × 1 kB", 100, 600),
    ("project100k", "project: 2 × 100 kB", 2, 22),
    ("project1m", "project: 2 × 1 MB", 1, 5),
];

/// How many questions the gateway is asked, first and then.
const QUESTIONS: (u64, u64) = (100, 600);

/// Counts everything; a table.
pub async fn count(stage: &mut Stage, case: &Case, effort: &Effort) -> anyhow::Result<String> {
    let mut table = String::from("| What | instructions each |\n| --- | --- |\n");
    let folder = stage.folder.join("stages");
    std::fs::create_dir_all(&folder)?;
    let mut plans = Vec::new();
    for (name, words, few, many) in STAGES {
        let program = stage.programs.folder.join("bench-stages");
        let first = counted(&program, &folder, name, few).await?;
        let then = counted(&program, &folder, name, many).await?;
        let each = then.saturating_sub(first) / (many - few);
        table.push_str(&line(words, each));
        plans.extend(
            name.strip_prefix("plan").and_then(|fields| fields.parse::<u64>().ok()).map(|fields| (fields, each)),
        );
    }
    if let [(few, cheap), (many, dear)] = *plans {
        let words = format!("plan: {many} fields cost so many times what {few} fields cost");
        table.push_str(&format!("| {words} | {:.1} |\n", dear as f64 / cheap as f64));
    }
    measure::prepare(stage, case, effort).await?;
    let first = whole(stage, case, effort, QUESTIONS.0).await?;
    let then = whole(stage, case, effort, QUESTIONS.1).await?;
    let each = then.saturating_sub(first) / (QUESTIONS.1 - QUESTIONS.0);
    table.push_str(&line(
        "the whole exchange in one process: a small question, with its record and both provider calls",
        each,
    ));
    Ok(table)
}

fn line(words: &str, instructions: u64) -> String {
    format!("| {words} | {instructions} |\n")
}

/// Instructions of one stage, done so often.
async fn counted(program: &Path, folder: &Path, name: &str, times: u64) -> anyhow::Result<u64> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program);
    command.args([name, &times.to_string(), "--folder"]).arg(folder);
    let output = command.output().await.context("valgrind is needed")?;
    let words = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name}: {words}");
    collected(&words).with_context(|| format!("{name}: valgrind does not say what it counted"))
}

/// Instructions of the whole gateway, from its start to its end with so many questions between.
async fn whole(stage: &mut Stage, case: &Case, effort: &Effort, questions: u64) -> anyhow::Result<u64> {
    stage.programs.counted = true;
    let started = stage.start_gateway(&case.limits).await;
    stage.programs.counted = false;
    started?;
    let load = bench::load::Load {
        connections: 1,
        questions: Some(questions),
        time: std::time::Duration::from_secs(600),
        ..measure::load_of(stage, case, Server::Gateway, effort)?
    };
    let outcome = stage.programs.load(&load).await?;
    let failure = outcome.failure.unwrap_or_default();
    anyhow::ensure!(outcome.failures == 0, "{} questions failed: {failure}", outcome.failures);
    stage.gateway.take().context("the gateway does not run")?.stop().await?;
    let words = last_words(&stage.programs.logs, "ndx");
    collected(&words).context("valgrind does not say what it counted")
}

/// What callgrind says that it counted, the last time.
fn collected(words: &str) -> Option<u64> {
    let (_, number) = words.rsplit_once("Collected :")?;
    number.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_what_valgrind_says() {
        assert_eq!(collected("==1== Events    : Ir\n==1== Collected : 123\n==1==\n"), Some(123));
        assert_eq!(collected("nothing"), None);
    }
}
