#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ports;

mod farajaland;

mod ask;

pub use citizen::{Choice, Citizen, WalkError};

pub use crate::{
    ask::Reply,
    farajaland::{Farajaland, Part},
    ports::Ports,
};
