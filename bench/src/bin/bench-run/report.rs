//! The table: medians over the rounds, the gateway beside the floor.

use bench::load::Outcome;

use crate::measure::{Measured, Run};

/// The middle one.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
    (at(low) + at(high)) / 2.0
}

fn of(runs: &[Run], figure: impl Fn(&Outcome) -> f64) -> f64 {
    median(runs.iter().map(|run| figure(&run.outcome)))
}

/// Two figures and their ratio.
fn beside(measured: &Measured, digits: usize, figure: impl Fn(&Outcome) -> f64) -> String {
    let (gateway, floor) = (of(&measured.gateway, &figure), of(&measured.floor, &figure));
    format!("{gateway:.digits$} / {floor:.digits$} = **{:.2}**", gateway / floor)
}

/// The heads of the table.
pub const HEAD: &str = "\
| Workload | | answers/s | p50 ms | p99 ms | p99.9 ms | CPU s per 1000 | peak MiB | provider requests per answer | provider connections | with errors | fsync p50 ms | disturbed |\n\
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

/// The row of a case.
pub fn row(measured: &Measured) -> String {
    let asked = |runs: &[Run]| median(runs.iter().map(|run| run.asked_per_answer));
    let opened = |runs: &[Run]| median(runs.iter().map(|run| run.connections as f64));
    let disturbance = measured.gateway.iter().chain(&measured.floor).map(|run| run.disturbance).fold(0.0, f64::max);
    let partial = of(&measured.gateway, |outcome| outcome.partial as f64 / outcome.answers as f64);
    let cells = [
        measured.case.workload.to_uppercase(),
        measured.case.name.clone(),
        beside(measured, 0, Outcome::throughput),
        beside(measured, 2, |outcome| outcome.p50),
        beside(measured, 2, |outcome| outcome.p99),
        beside(measured, 2, |outcome| outcome.p999),
        beside(measured, 4, Outcome::cpu_per_1000),
        beside(measured, 0, |outcome| outcome.memory.peak),
        format!("{:.2} / {:.2}", asked(&measured.gateway), asked(&measured.floor)),
        format!("{:.0} / {:.0}", opened(&measured.gateway), opened(&measured.floor)),
        if partial > 0.0 { format!("{:.1} %", partial * 100.0) } else { "none".to_owned() },
        format!("{:.2}", median(measured.disk.iter().copied())),
        format!("{:.0} %", disturbance * 100.0),
    ];
    let mut row = String::new();
    for cell in cells {
        row.push_str("| ");
        row.push_str(&cell);
        row.push(' ');
    }
    row.push_str("|\n");
    row
}

/// Every run, so that the spread can be seen.
pub fn spread(all: &[Measured]) -> String {
    let mut text = String::from(
        "| Workload | | server | answers/s, each round | CPU s per 1000, each round |\n| --- | --- | --- | --- | --- |\n",
    );
    for measured in all {
        for (name, runs) in [("gateway", &measured.gateway), ("floor", &measured.floor)] {
            let each = |figure: &dyn Fn(&Outcome) -> String| {
                runs.iter().map(|run| figure(&run.outcome)).collect::<Vec<_>>().join(", ")
            };
            let throughput = each(&|outcome| format!("{:.0}", outcome.throughput()));
            let cpu = each(&|outcome| format!("{:.4}", outcome.cpu_per_1000()));
            let (workload, case) = (measured.case.workload.to_uppercase(), &measured.case.name);
            text.push_str(&format!("| {workload} | {case} | {name} | {throughput} | {cpu} |\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median([]).is_nan());
    }
}
