//! Measures one case: gateway and floor in turn, the order turned each round, and answers checked before and after.

use std::time::Duration;

use bench::{
    load::{Load, Outcome},
    world::{self, Size},
};
use serde_json::json;

use crate::{
    disk,
    exchange::{Server, Stage},
    workloads::{Case, People},
};

/// How long and how often is measured.
#[derive(Debug, Clone)]
pub struct Effort {
    pub rounds: usize,
    pub warm_up: Duration,
    pub time: Duration,
    pub people: u64,
    /// How often a run is repeated that others disturbed.
    pub repeats: usize,
}

/// A run in which others had more than this share of a core is disturbed.
const DISTURBED: f64 = 0.15;

/// One run against one server.
#[derive(Debug, Clone)]
pub struct Run {
    pub outcome: Outcome,
    /// What providers were asked for each answer.
    pub asked_per_answer: f64,
    /// New connections to providers.
    pub connections: u64,
    /// CPU that others had, and that the host took, in cores.
    pub disturbance: f64,
}

/// All runs of a case.
#[derive(Debug, Clone)]
pub struct Measured {
    pub case: Case,
    pub gateway: Vec<Run>,
    pub floor: Vec<Run>,
    /// Medians of the disk's time for one record, one a round.
    pub disk: Vec<f64>,
}

/// Measures `case`. `number` counts the runs of the whole measurement.
pub async fn measure(stage: &mut Stage, case: &Case, effort: &Effort, number: &mut u64) -> anyhow::Result<Measured> {
    prepare(stage, case, effort).await?;
    let mut measured = Measured { case: case.clone(), gateway: Vec::new(), floor: Vec::new(), disk: Vec::new() };
    for round in 0..effort.rounds {
        measured.disk.push(disk::sync_p50(&stage.folder)?);
        let order = [Server::Gateway, Server::Floor];
        let turned = if round % 2 == 0 { order } else { [Server::Floor, Server::Gateway] };
        for server in turned {
            let run = quietest(stage, case, server, effort, number).await?;
            match server {
                Server::Gateway => measured.gateway.push(run),
                Server::Floor => measured.floor.push(run),
            }
        }
    }
    for weather in &case.weather {
        stage.asker.put(&stage.at_providers(&format!("behaviour/{}", weather.provider)), &json!({})).await?;
    }
    Ok(measured)
}

/// Starts the gateway under the case's limits, has people share, teaches the floor, and lets the weather begin.
pub async fn prepare(stage: &mut Stage, case: &Case, effort: &Effort) -> anyhow::Result<()> {
    stage.start_gateway(&case.limits).await?;
    for provider in world::providers(Size::Usual) {
        stage.asker.put(&stage.at_providers(&format!("behaviour/{}", provider.key)), &json!({})).await?;
    }
    stage.share(&case.question, effort.people).await?;
    stage.teach_the_floor(&case.question).await?;
    for server in [Server::Gateway, Server::Floor] {
        stage.check(server, &case.question, 0).await?;
    }
    for weather in &case.weather {
        let url = stage.at_providers(&format!("behaviour/{}", weather.provider));
        stage.asker.put(&url, &weather.behaviour).await?;
    }
    Ok(())
}

/// Runs until nobody disturbs, at most so often as the effort allows; then the least disturbed run counts.
async fn quietest(
    stage: &mut Stage,
    case: &Case,
    server: Server,
    effort: &Effort,
    number: &mut u64,
) -> anyhow::Result<Run> {
    let mut best: Option<Run> = None;
    for _ in 0..=effort.repeats {
        let run = one_run(stage, case, server, effort, number).await?;
        let quiet = run.disturbance <= DISTURBED;
        if best.as_ref().is_none_or(|best| run.disturbance < best.disturbance) {
            best = Some(run);
        }
        if quiet {
            break;
        }
    }
    best.ok_or_else(|| anyhow::anyhow!("nothing was run"))
}

async fn one_run(
    stage: &mut Stage,
    case: &Case,
    server: Server,
    effort: &Effort,
    number: &mut u64,
) -> anyhow::Result<Run> {
    *number += 1;
    let once_each = case.people == People::OnceEach;
    if once_each && server == Server::Gateway {
        stage.start_gateway(&case.limits).await?;
    }
    let load = Load {
        // The floor remembers nobody, so it is asked for as long as ever.
        questions: (once_each && server == Server::Gateway).then_some(effort.people),
        first_number: *number * 100_000_000,
        ..load_of(stage, case, server, effort)?
    };
    let (asked, connections) = stage.counts().await?;
    let outcome = stage.programs.load(&load).await?;
    let (asked_after, connections_after) = stage.counts().await?;
    anyhow::ensure!(
        outcome.failures == 0 && outcome.answers > 0,
        "{} {}: {} of {} questions failed at the {}: {}",
        case.workload,
        case.name,
        outcome.failures,
        outcome.failures + outcome.answers_in_all,
        server.name(),
        outcome.failure.as_deref().unwrap_or("no answers"),
    );
    anyhow::ensure!(
        case.partial || outcome.partial == 0,
        "{} {}: {} answers of the {} held errors",
        case.workload,
        case.name,
        outcome.partial,
        server.name(),
    );
    if !case.partial {
        stage.check(server, &case.question, 1).await?;
    }
    Ok(Run {
        asked_per_answer: (asked_after - asked) as f64 / outcome.answers_in_all as f64,
        connections: connections_after - connections,
        disturbance: (outcome.other_cpu + outcome.steal) / outcome.seconds,
        outcome,
    })
}

/// The load of a case.
pub fn load_of(stage: &Stage, case: &Case, server: Server, effort: &Effort) -> anyhow::Result<Load> {
    let other = if server == Server::Gateway { Server::Floor } else { Server::Gateway };
    Ok(Load {
        server: ([127, 0, 0, 1], stage.port(server)).into(),
        watch: vec![stage.process(server)?],
        aside: vec![stage.process(other)?, stage.providers_process()?],
        connections: case.connections,
        rate: None,
        warm_up: effort.warm_up,
        time: effort.time,
        questions: None,
        first_number: 0,
        people: if case.people == People::One { 0..1 } else { 0..effort.people },
        authorization: stage.authorization(&case.question)?,
        body: case.question.body(),
    })
}
