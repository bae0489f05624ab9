//! What was measured, as a table.

use std::{
    fmt,
    path::{Path, PathBuf},
    time::Duration,
};

use ndx_clock::{Clock as _, SystemClock};

/// The figures for so many callers.
pub struct Measured {
    callers: u32,
    a_second: f64,
    /// Milliseconds: the median, the 99th and the 99.9th part of a hundred, the longest.
    parts: [f64; 4],
}

impl Measured {
    /// Of these latencies, which took `time` in all.
    pub fn of(callers: u32, time: Duration, mut latencies: Vec<Duration>) -> Self {
        latencies.sort_unstable();
        let last = latencies.len().saturating_sub(1);
        let at = |part: f64| {
            let place = (last as f64 * part).round() as usize;
            latencies.get(place).map_or(f64::NAN, |latency| latency.as_micros() as f64 / 1000.0)
        };
        let a_second = latencies.len() as f64 / time.as_secs_f64();
        Self { callers, a_second, parts: [0.5, 0.99, 0.999, 1.0].map(at) }
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, p999, most] = self.parts;
        write!(f, "| {} | {:.0} | {p50:.2} | {p99:.2} | {p999:.2} | {most:.2} |", self.callers, self.a_second)
    }
}

/// All of it.
pub struct Report {
    pub consents: String,
    pub size: String,
    pub plan: String,
    pub measured: Vec<Measured>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# What a person shares, among {} consents in PostgreSQL\n", self.consents)?;
        writeln!(f, "{} of tables and indexes. The ledger and its database share this machine.\n", self.size)?;
        writeln!(f, "| callers | look-ups/s | p50 ms | p99 ms | p99.9 ms | longest ms |")?;
        writeln!(f, "| --- | --- | --- | --- | --- | --- |")?;
        for measured in &self.measured {
            writeln!(f, "{measured}")?;
        }
        writeln!(f, "\nThe statement, as PostgreSQL carries it out:\n\n```text\n{}\n```", self.plan)
    }
}

impl Report {
    /// Writes it to a file of its own in `folder`.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        let place = folder.join(SystemClock.now().format("%Y-%m-%d-%H%M-consents.md").to_string());
        std::fs::write(&place, self.to_string())?;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_those_of_the_sorted_latencies() {
        let latencies = (1..=1001).rev().map(Duration::from_millis).collect();
        let measured = Measured::of(2, Duration::from_secs(10), latencies);
        assert_eq!(measured.parts, [501.0, 991.0, 1000.0, 1001.0]);
        assert_eq!(measured.to_string(), "| 2 | 100 | 501.00 | 991.00 | 1000.00 | 1001.00 |");
    }
}
