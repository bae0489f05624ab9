//! How fast the ledger says what a person shares when very many people share something: a PostgreSQL of its own, filled with
//! so many consents, and the look-up that every request for somebody's data waits for.
//!
//! Some people really said yes, through the engine. The others are copies of one of them under other ids and other people's
//! hashes: rows of the same size in the same tables, so that indexes and pages are as large as they would be. Nobody looks
//! for them.

mod ledger;
mod report;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::ensure;
use clap::Parser;
use ndx_contracts::consent::ConsentEngine as _;

use crate::{
    ledger::Ledger,
    report::{Measured, Report},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    /// How many consents the ledger holds.
    #[arg(long, default_value_t = 1_000_000)]
    consents: u32,
    /// How many of them are people's who really said yes, and are looked up.
    #[arg(long, default_value_t = 2_000)]
    people: u32,
    /// How many look-ups are measured for each number of callers.
    #[arg(long, default_value_t = 50_000)]
    lookups: u32,
    /// How many look at the same time.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    callers: Vec<u32>,
    /// The configuration of the country.
    #[arg(long, default_value = "fl-config.json")]
    config: PathBuf,
    /// Where the table is written.
    #[arg(long, default_value = "bench/results")]
    results: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.people > 0 && arguments.people <= arguments.consents, "--people is not between 1 and --consents");
    eprintln!("{} people say yes…", arguments.people);
    let ledger = Ledger::of(&arguments.config, arguments.people).await?;
    eprintln!("{} consents are filled in…", arguments.consents);
    let began = Instant::now();
    ledger.fill(arguments.consents - arguments.people);
    eprintln!("filled in {:.0} s", began.elapsed().as_secs_f64());
    let mut report =
        Report { consents: ledger.count(), size: ledger.size(), plan: ledger.plan(), measured: Vec::new() };
    ensure!(!report.plan.contains("Seq Scan"), "a table is read whole:\n{}", report.plan);
    for callers in arguments.callers {
        // Pages that nobody has touched since they were written are read once.
        measure(&ledger, callers, arguments.people).await?;
        let measured = measure(&ledger, callers, arguments.lookups).await?;
        eprintln!("{measured}");
        report.measured.push(measured);
    }
    let place = report.write(&arguments.results)?;
    print!("{report}");
    eprintln!("written to {}", place.display());
    Ok(())
}

/// `lookups` look-ups by `callers` who each wait for one before they ask the next.
async fn measure(ledger: &Ledger, callers: u32, lookups: u32) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let mut all = Vec::with_capacity(lookups as usize);
    let callers_at_once = (0..callers).map(|caller| one_caller(ledger, caller, lookups / callers));
    for latencies in futures::future::try_join_all(callers_at_once).await? {
        all.extend(latencies);
    }
    Ok(Measured::of(callers, began.elapsed(), all))
}

async fn one_caller(ledger: &Ledger, caller: u32, lookups: u32) -> anyhow::Result<Vec<Duration>> {
    let mut chance = fastrand::Rng::with_seed(u64::from(caller));
    let mut latencies = Vec::with_capacity(lookups as usize);
    for _ in 0..lookups {
        let question = ledger.question(chance.u32(..ledger.people));
        let began = Instant::now();
        let answer = ledger.engine.require(&question).await?;
        latencies.push(began.elapsed());
        ensure!(answer.covered.len() == question.fields.len(), "somebody who said yes is asked again");
    }
    Ok(latencies)
}
