//! `ndx-test-fuzz TARGET SECONDS [SEED]`: runs a target for a time, and watches it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use ndx_test_fuzz::{Lab, Mutator, Target};

/// An input that takes longer is a finding.
const SLOW: Duration = Duration::from_secs(1);
/// One that takes longer than this never ends.
const HANGS: Duration = Duration::from_secs(20);
/// Memory, in kilobytes, above which a run is a finding.
const TOO_MUCH: usize = 1_500_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let target = arguments.first().and_then(|name| Target::named(name));
    let seconds = arguments.get(1).and_then(|text| text.parse().ok());
    let (Some(target), Some(seconds)) = (target, seconds) else {
        eprintln!("usage: ndx-test-fuzz document|variables|provider|sdl|receipt SECONDS [SEED]");
        return ExitCode::from(2);
    };
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(1, |time| time.as_secs());
    let seed = arguments.get(2).and_then(|text| text.parse().ok()).unwrap_or_else(now);
    println!("{} for {seconds} s, seed {seed}", arguments[0]);
    run(target, &arguments[0], Duration::from_secs(seconds), seed)
}

fn run(target: Target, name: &str, time: Duration, seed: u64) -> ExitCode {
    let lab = Lab::default();
    let mut mutator = Mutator::new(seed, target.seeds());
    let current: Arc<Mutex<(Instant, Vec<u8>)>> = Arc::new(Mutex::new((Instant::now(), Vec::new())));
    watch(name.to_owned(), Arc::clone(&current));
    let (begun, mut inputs, mut findings, mut slowest) = (Instant::now(), 0_u64, 0_u64, Duration::ZERO);
    while begun.elapsed() < time {
        let input = mutator.input();
        let started = Instant::now();
        *current.lock().unwrap() = (started, input.clone());
        let panicked = catch_unwind(AssertUnwindSafe(|| lab.run(target, &input))).is_err();
        let mut took = started.elapsed();
        if took > SLOW && !panicked {
            // It may have been the machine: what is slow is slow again.
            let again = Instant::now();
            *current.lock().unwrap() = (again, input.clone());
            lab.run(target, &input);
            took = took.min(again.elapsed());
        }
        slowest = slowest.max(took);
        inputs += 1;
        if panicked || took > SLOW {
            findings += 1;
            let why = if panicked { "panic" } else { "slow" };
            println!("{why} after {took:?}: {}", keep(name, why, &input).display());
        }
        if inputs.is_multiple_of(1000) && memory() > TOO_MUCH {
            println!("memory: {} kB after {inputs} inputs", memory());
            findings += 1;
            break;
        }
    }
    let (spent, memory) = (begun.elapsed().as_secs(), memory());
    println!(
        "{name}: {inputs} inputs in {spent} s, {findings} findings, slowest {slowest:?}, memory {memory} kB, seed {seed}"
    );
    if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Ends the run when an input never ends.
fn watch(name: String, current: Arc<Mutex<(Instant, Vec<u8>)>>) {
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_secs(1));
            let (started, input) = current.lock().unwrap().clone();
            if started.elapsed() > HANGS {
                println!("hangs: {}", keep(&name, "hang", &input).display());
                std::process::exit(1);
            }
        }
    });
}

/// Keeps a finding where the tests run it again.
fn keep(target: &str, why: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings").join(target);
    std::fs::create_dir_all(&folder).unwrap();
    let hash = input
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let file = folder.join(format!("{why}-{hash:016x}"));
    std::fs::write(&file, input).unwrap();
    file
}

/// The resident memory in kilobytes.
fn memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
