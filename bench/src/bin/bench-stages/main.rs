//! Does one stage so many times and nothing else, for a program that counts instructions: the difference between two
//! numbers of times is the stage itself.

use std::path::PathBuf;

use bench::{
    provider::Shape,
    questions::{LARGE, SMALL},
    stages::{Stages, filled, token, wide},
    world::{Ports, Size},
};
use clap::{Parser, ValueEnum};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
struct Arguments {
    /// What to do.
    stage: Stage,
    /// How often.
    times: u64,
    /// A folder for the configuration.
    #[arg(long)]
    folder: PathBuf,
    /// Where the issuer of tokens listens.
    #[arg(long, default_value_t = 21_100)]
    first_port: u16,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Stage {
    /// A token that was never seen before, by keys that are known.
    Authenticate,
    /// A small question that was asked before.
    PlanKnown,
    /// A small question that was never asked before.
    PlanNew,
    /// 10 fields, never asked before.
    Plan10,
    /// 500 fields, never asked before.
    Plan500,
    /// Two small answers.
    ProjectSmall,
    /// 1 kB from each of two providers.
    Project1k,
    /// 100 kB from each of two providers.
    Project100k,
    /// 1 MB from each of two providers.
    Project1m,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let ports = Ports::from(arguments.first_port);
    let size = if matches!(arguments.stage, Stage::Plan10 | Stage::Plan500) { Size::Wide } else { Size::Usual };
    let stages = Stages::new(&arguments.folder, ports, size)?;
    let times = arguments.times;
    match arguments.stage {
        Stage::Authenticate => {
            let token = token(ports.issuer, "small").await?;
            for _ in 0..times {
                stages.authenticate(&token).await?;
            }
        }
        Stage::PlanKnown => {
            let request = stages.request(SMALL)?;
            for _ in 0..times {
                stages.compile(&request)?;
            }
        }
        Stage::PlanNew => compile(&stages, times, |number| filled(&SMALL.replace("Measured", "Measured{n}"), number))?,
        Stage::Plan10 => compile(&stages, times, |number| wide(10, number))?,
        Stage::Plan500 => compile(&stages, times, |number| wide(500, number))?,
        Stage::ProjectSmall => project(&stages, times, "small", SMALL, 0).await?,
        Stage::Project1k => project(&stages, times, "large", LARGE, 1_000).await?,
        Stage::Project100k => project(&stages, times, "large", LARGE, 100_000).await?,
        Stage::Project1m => project(&stages, times, "large", LARGE, 1_000_000).await?,
    }
    Ok(())
}

fn compile(stages: &Stages, times: u64, document: impl Fn(u64) -> String) -> anyhow::Result<()> {
    for number in 0..times {
        stages.compile(&stages.request(&document(number))?)?;
    }
    Ok(())
}

async fn project(stages: &Stages, times: u64, application: &str, document: &str, bytes: usize) -> anyhow::Result<()> {
    let shape = |key: &str| match key {
        "drp" => Shape::Person,
        "rgd" => Shape::Birth,
        _ => Shape::Records(bytes),
    };
    let answered = stages.answered(application, document, shape).await?;
    for _ in 0..times {
        anyhow::ensure!(stages.project(&answered) > 0, "nothing was merged");
    }
    Ok(())
}
