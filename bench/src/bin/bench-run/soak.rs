//! W12 and W13: does it stay as it is for a long time, and how does it begin?

use std::time::{Duration, Instant};

use bench::{load::Load, people::nic, procfs};
use serde_json::json;

use crate::{
    exchange::{Server, Stage},
    measure::{self, Effort},
    report::median,
    workloads::{self, Case},
};

/// The load of the soak, of what the gateway can do at most.
const SHARE: f64 = 0.7;
/// How often the configuration is read anew.
const RELOAD: Duration = Duration::from_secs(60);
/// How often memory is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often the start is measured.
const STARTS: usize = 5;

fn small() -> Option<Case> {
    workloads::all().into_iter().find(|case| case.workload == "w1" && case.connections == 64)
}

/// Seven tenths of the greatest load for `time`, the configuration read anew each minute.
pub async fn soak(stage: &mut Stage, effort: &Effort, time: Duration) -> anyhow::Result<String> {
    let case = small().ok_or_else(|| anyhow::anyhow!("there is no small case"))?;
    measure::prepare(stage, &case, effort).await?;
    let most = stage.programs.load(&measure::load_of(stage, &case, Server::Gateway, effort)?).await?.throughput();
    let load = Load { rate: Some(most * SHARE), time, ..measure::load_of(stage, &case, Server::Gateway, effort)? };
    let process = stage.process(Server::Gateway)?;
    let mut samples = Vec::new();
    let watching = async {
        let begun = Instant::now();
        let mut reload_at = RELOAD;
        loop {
            tokio::time::sleep(LOOK).await;
            samples.push((begun.elapsed().as_secs_f64() / 60.0, procfs::memory(process)?.now));
            if begun.elapsed() >= reload_at {
                reload_at += RELOAD;
                if let Some(gateway) = &stage.gateway {
                    gateway.reload().await?;
                }
            }
        }
    };
    let outcome = tokio::select! {
        outcome = stage.programs.load(&load) => outcome?,
        ended = watching => return ended,
    };
    let at = |place: usize| samples.get(place).map_or(f64::NAN, |(_, memory)| *memory);
    let half = samples.get(samples.len() / 2..).unwrap_or_default();
    Ok(format!(
        "W12: {:.0} answers/s ({:.0} % of the most) for {:.1} minutes, the configuration read anew each minute: {} answers, \
         {} failures, {} with errors; p50 {:.2} ms, p99 {:.2} ms. Memory in MiB: {:.0} at first, {:.0} half-way, {:.0} at the \
         end; in the second half it grows by {:.2} MiB a minute.\n",
        outcome.throughput(),
        SHARE * 100.0,
        outcome.seconds / 60.0,
        outcome.answers,
        outcome.failures,
        outcome.partial,
        outcome.p50,
        outcome.p99,
        at(0),
        at(samples.len() / 2),
        at(samples.len().saturating_sub(1)),
        slope(half),
    ))
}

/// The slope of the line through `points` (least squares).
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let over = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum::<f64>();
    let under = points.iter().map(|point| (point.0 - x).powi(2)).sum::<f64>();
    over / under
}

/// From the start of the program to its first answer, and its memory then and after a load.
pub async fn starts(stage: &mut Stage, effort: &Effort) -> anyhow::Result<String> {
    let case = small().ok_or_else(|| anyhow::anyhow!("there is no small case"))?;
    measure::prepare(stage, &case, effort).await?;
    let authorization = stage.authorization(&case.question)?;
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let begun = stage.restart_gateway(&json!({})).await?;
        loop {
            let answer = stage.ask(Server::Gateway, &case.question, &nic(0), &authorization).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
        memories.push(procfs::memory(stage.process(Server::Gateway)?)?.now);
    }
    Ok(format!(
        "W13: first answer {:.0} ms after the start; {:.0} MiB then (medians of {STARTS} starts).\n",
        median(times),
        median(memories)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_is_its_own() {
        let slope = slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]);
        assert!((slope - 2.0).abs() < 1e-9);
    }
}
