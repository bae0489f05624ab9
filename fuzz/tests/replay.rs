//! What was ever found is run again; and each target takes a few thousand inputs, always the same, without a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use ndx_test_fuzz::{Lab, Mutator, Target};

#[test]
fn what_was_found_is_mended() {
    let lab = Lab::default();
    for (name, target) in Target::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("findings").join(name);
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            lab.run(target, &std::fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn no_input_makes_a_reader_panic() {
    let lab = Lab::default();
    for (_, target) in Target::ALL {
        let mut mutator = Mutator::new(1, target.seeds());
        (0..500).for_each(|_| lab.run(target, &mutator.input()));
    }
}
