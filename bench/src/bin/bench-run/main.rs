//! Measures the gateway beside the floor, and writes a table. `bench/README.md` says what the figures mean.

mod ask;

mod process;

mod workloads;

mod exchange;

mod disk;

mod measure;

mod report;

mod soak;

mod instructions;

use std::{io::Write as _, path::PathBuf, time::Duration};

use anyhow::Context as _;
use bench::world::Ports;
use clap::Parser;

use self::{exchange::Stage, measure::Effort, process::Programs};

#[derive(Debug, Parser)]
struct Arguments {
    /// The workloads, e.g. `w1 w4`; a part of a case's name after a colon picks cases: `w1:c = 64`. All but w12 when absent.
    workloads: Vec<String>,
    /// How often each is measured.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// One short round: does it run?
    #[arg(long)]
    quick: bool,
    /// Seconds of each run.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How many people have shared.
    #[arg(long, default_value_t = 1000)]
    people: u64,
    /// How often a disturbed run is repeated.
    #[arg(long, default_value_t = 1)]
    repeats: usize,
    /// No core is anybody's own.
    #[arg(long)]
    unpinned: bool,
    /// Minutes of w12.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// The first of 20 ports.
    #[arg(long, default_value_t = 21_000)]
    first_port: u16,
    /// The folder of the programs.
    #[arg(long)]
    programs: PathBuf,
    /// An empty folder for configuration, data and logs, on the disk that is to be measured.
    #[arg(long)]
    folder: PathBuf,
    /// The folder of the results.
    #[arg(long)]
    results: PathBuf,
    /// Count instructions instead of measuring times.
    #[arg(long)]
    instructions: bool,
    /// Stop after the stage is set, say what runs where, and wait for Ctrl-C: for looking at the gateway with a profiler.
    #[arg(long)]
    hold: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let folder = arguments.folder.canonicalize()?;
    let programs = Programs {
        folder: arguments.programs.clone(),
        pinned: !arguments.unpinned,
        logs: folder.clone(),
        counted: false,
    };
    let ports = Ports::from(arguments.first_port);
    let mut stage = Stage::set(programs, ports, folder.clone()).await?;
    let done = run(&arguments, &mut stage).await;
    if let Some(gateway) = stage.gateway.take() {
        gateway.stop().await?;
    }
    if done.is_err() {
        say(&process::last_words(&folder, "ndx"))?;
    }
    done
}

async fn run(arguments: &Arguments, stage: &mut Stage) -> anyhow::Result<()> {
    let seconds = if arguments.quick { 1.0 } else { arguments.seconds };
    let effort = Effort {
        rounds: if arguments.quick { 1 } else { arguments.rounds },
        warm_up: Duration::from_secs_f64(seconds / 4.0),
        time: Duration::from_secs_f64(seconds),
        people: if arguments.quick { 50 } else { arguments.people },
        repeats: if arguments.quick { 0 } else { arguments.repeats },
    };
    if arguments.hold {
        return hold(arguments, stage, &effort).await;
    }
    if arguments.instructions {
        let case = workloads::all().into_iter().next().context("there is no case")?;
        let table = instructions::count(stage, &case, &effort).await?;
        say(&table)?;
        return write(
            arguments,
            "instructions-",
            &format!("# Instructions, {}\n\n{table}", today().format("%Y-%m-%d")),
        );
    }
    let wanted = |workload: &str, name: &str| match arguments.workloads.as_slice() {
        [] => workload != "w12",
        some => some.iter().any(|one| match one.split_once(':') {
            None => one == workload,
            Some((of, part)) => of == workload && name.contains(part),
        }),
    };
    let (mut all, mut notes, mut number) = (Vec::new(), String::new(), 0);
    say(report::HEAD.trim_end())?;
    for case in workloads::all().into_iter().filter(|case| wanted(case.workload, &case.name)) {
        let measured = measure::measure(stage, &case, &effort, &mut number).await?;
        say(report::row(&measured).trim_end())?;
        all.push(measured);
    }
    if wanted("w12", "") {
        notes.push_str(&soak::soak(stage, &effort, Duration::from_secs_f64(arguments.minutes * 60.0)).await?);
    }
    if wanted("w13", "") {
        notes.push_str(&soak::starts(stage, &effort).await?);
    }
    say(&notes)?;
    if !arguments.quick {
        write(arguments, "", &report(arguments, &effort, &all, &notes))?;
    }
    Ok(())
}

/// Sets the stage for the first wanted case and waits.
async fn hold(arguments: &Arguments, stage: &mut Stage, effort: &Effort) -> anyhow::Result<()> {
    let wanted = arguments.workloads.first().map_or("w1", String::as_str);
    let case =
        workloads::all().into_iter().find(|case| case.workload == wanted).context("there is no such workload")?;
    measure::prepare(stage, &case, effort).await?;
    let load = measure::load_of(stage, &case, exchange::Server::Gateway, effort)?;
    say(&format!(
        "gateway: process {}\nload: {}",
        stage.process(exchange::Server::Gateway)?,
        serde_json::to_string(&load)?
    ))?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn report(arguments: &Arguments, effort: &Effort, all: &[measure::Measured], notes: &str) -> String {
    let mut text = format!(
        "# The gateway beside the floor, {}\n\n{} rounds of {} s each, {} people, {}. gateway / floor = **ratio**; medians of \
         the rounds.\n\n",
        today().format("%Y-%m-%d"),
        effort.rounds,
        effort.time.as_secs_f64(),
        effort.people,
        if arguments.unpinned { "no core of its own for anybody" } else { "the server on a core of its own" },
    );
    text.push_str(report::HEAD);
    all.iter().for_each(|measured| text.push_str(&report::row(measured)));
    text.push('\n');
    text.push_str(notes);
    text.push_str("\nEvery round:\n\n");
    text.push_str(&report::spread(all));
    text
}

fn today() -> chrono::DateTime<chrono::Utc> {
    std::time::SystemTime::now().into()
}

fn write(arguments: &Arguments, kind: &str, text: &str) -> anyhow::Result<()> {
    std::fs::create_dir_all(&arguments.results)?;
    let file = arguments.results.join(format!("{}.md", today().format(&format!("{kind}%Y-%m-%d-%H%M"))));
    std::fs::write(&file, text)?;
    say(&format!("written to {}", file.display()))
}

fn say(text: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
