//! Micro-benchmarks: `cargo bench -p bench`. How the cost of a stage grows, not how long it takes on this machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a benchmark fails by panicking"
)]

use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use bench::{
    provider::Shape,
    questions::{LARGE, SMALL},
    stages::{Answered, Stages, wide},
    world::{Ports, Size},
};
use divan::{Bencher, counter::BytesCount};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// The stages of a country of this size, in a folder that ends with the process.
fn stages(size: Size) -> Stages {
    let folder = std::env::temp_dir().join(format!("ndx-bench-{size:?}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let stages = Stages::new(&folder, Ports::from(21_100), size).unwrap();
    std::fs::remove_dir_all(folder).unwrap();
    stages
}

static WIDE: LazyLock<Stages> = LazyLock::new(|| stages(Size::Wide));
static USUAL: LazyLock<Stages> = LazyLock::new(|| stages(Size::Usual));
static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Reads, validates and plans a document that was never seen.
#[divan::bench(args = [10, 100, 500])]
fn parse_validate_plan(bencher: Bencher<'_, '_>, fields: usize) {
    let stages = &*WIDE;
    bencher
        .with_inputs(|| stages.request(&wide(fields, NUMBER.fetch_add(1, Relaxed))).unwrap())
        .bench_values(|request| stages.compile(&request).unwrap());
}

/// Plans an operation that was read and validated.
#[divan::bench(args = [10, 100, 500])]
fn plan(bencher: Bencher<'_, '_>, fields: usize) {
    let stages = &*WIDE;
    let operation = stages.read(&stages.request(&wide(fields, u64::MAX)).unwrap()).unwrap();
    bencher.bench(|| stages.draw(&operation).unwrap());
}

/// Finds a document and its plan that were seen before.
#[divan::bench(args = [10, 100, 500])]
fn plan_that_is_known(bencher: Bencher<'_, '_>, fields: usize) {
    let stages = &*WIDE;
    let request = stages.request(&wide(fields, u64::MAX)).unwrap();
    stages.compile(&request).unwrap();
    bencher.bench(|| stages.compile(&request).unwrap());
}

fn answered(application: &str, document: &str, bytes: usize) -> Answered {
    let shape = |key: &str| match key {
        "drp" => Shape::Person,
        "rgd" => Shape::Birth,
        _ => Shape::Records(bytes),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(USUAL.answered(application, document, shape)).unwrap()
}

/// Opens and merges two small answers.
#[divan::bench]
fn project_small(bencher: Bencher<'_, '_>) {
    let answered = answered("small", SMALL, 0);
    bencher.counter(BytesCount::new(answered.bytes())).bench(|| USUAL.project(&answered));
}

/// Opens and merges a list from each of two providers, each so long.
#[divan::bench(args = [1_000, 100_000, 1_000_000])]
fn project(bencher: Bencher<'_, '_>, bytes: usize) {
    let answered = answered("large", LARGE, bytes);
    bencher.counter(BytesCount::new(answered.bytes())).bench(|| USUAL.project(&answered));
}
