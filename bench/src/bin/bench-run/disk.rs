//! How long the disk takes to keep a small record: part of every durable answer, and not ours to shorten.

use std::{fs::File, io::Write as _, path::Path, time::Instant};

/// So many records are written.
const RECORDS: usize = 200;
/// About the size of a record's page in a log.
const BYTES: usize = 4096;

/// The median time, in milliseconds, of appending a page to a file in `folder` and waiting until the disk has it.
pub fn sync_p50(folder: &Path) -> anyhow::Result<f64> {
    let place = folder.join("disk-probe");
    let mut file = File::create(&place)?;
    let page = [7; BYTES];
    let mut times = Vec::with_capacity(RECORDS);
    for _ in 0..RECORDS {
        let begun = Instant::now();
        file.write_all(&page)?;
        file.sync_data()?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(place)?;
    times.sort_by(f64::total_cmp);
    Ok(times.get(RECORDS / 2).copied().unwrap_or_default())
}
