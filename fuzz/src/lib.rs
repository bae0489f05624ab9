#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod targets;

mod mutate;

pub use crate::{
    mutate::Mutator,
    targets::{Lab, Target},
};
