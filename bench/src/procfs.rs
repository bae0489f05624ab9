//! What the system says of a process and of itself, from `/proc`.

use std::fs;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// Ticks of the kernel's clock in a second: the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// CPU time of one process, in seconds.
///
/// # Errors
/// When it is not there.
pub fn cpu_seconds(process: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).with_context(|| format!("process {process}"))?;
    // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / TICKS)
}

/// Memory of one process.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Memory {
    /// Held now, in MiB.
    pub now: f64,
    /// The most since it was last forgotten, in MiB.
    pub peak: f64,
}

/// Memory of one process.
///
/// # Errors
/// When it is not there.
pub fn memory(process: u32) -> anyhow::Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).with_context(|| format!("process {process}"))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes =
            line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<f64>().ok());
        kilobytes.unwrap_or_default() / 1024.0
    };
    Ok(Memory { now: of("VmRSS:"), peak: of("VmHWM:") })
}

/// Forgets the peak of a process's memory. Where that is not allowed the peak stays that of its whole life.
pub fn forget_peak(process: u32) {
    drop(fs::write(format!("/proc/{process}/clear_refs"), "5"));
}

/// CPU time of the whole machine, in seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine {
    /// Spent on anything.
    pub busy: f64,
    /// Taken by the machine's host.
    pub steal: f64,
}

/// CPU time of the whole machine since it was started.
///
/// # Errors
/// When the system does not say.
pub fn machine() -> anyhow::Result<Machine> {
    let stat = fs::read_to_string("/proc/stat").context("/proc/stat")?;
    let line = stat.lines().next().unwrap_or_default();
    let all: Vec<f64> = line.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal
    let sum = |places: &[usize]| places.iter().filter_map(|place| all.get(*place)).sum::<f64>() / TICKS;
    Ok(Machine { busy: sum(&[0, 1, 2, 5, 6]), steal: sum(&[7]) })
}
