//! Whether there is room where the data lies: without room for its record, nothing leaves.

use super::{Finding, Patient, State};

const MIB: u64 = 1024 * 1024;
/// Below this, it is a problem.
const NEEDED: u64 = 256 * MIB;
/// Below this, it will be one.
const WISHED: u64 = 2048 * MIB;

/// Looks at the data folder's disk.
pub(super) fn look(patient: &Patient) -> Finding {
    let folder = patient.data.display();
    let space = match rustix::fs::statvfs(&patient.data) {
        Ok(space) => space,
        Err(error) => {
            let remedy = "name the exchange's data folder with `--data`";
            let words = format!("`{folder}` cannot be looked at: {error}");
            return Finding::wrong("disk", "data", State::Unknown, words, remedy);
        }
    };
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let words = format!("{} MiB are free where `{folder}` lies", free / MIB);
    let remedy = "make room, or move the data folder: without room for its record, no answer leaves";
    match free {
        free if free < NEEDED => Finding::wrong("disk", "data", State::Problem, words, remedy),
        free if free < WISHED => Finding::wrong("disk", "data", State::Warning, words, remedy),
        _ => Finding::fine("disk", "data", words),
    }
}
