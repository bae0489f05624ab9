#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod setting;

mod ports;

mod part;

mod authority;

mod farajaland;

mod issuer;

mod ask;

mod store;

pub use ndx_test_postgres::TestDatabase;

pub use citizen::{Choice, Citizen, WalkError};

pub use crate::{
    ask::{Reply, send},
    authority::Authority,
    farajaland::Farajaland,
    issuer::Issuer,
    part::Part,
    ports::Ports,
    setting::{Setting, Shape, Stores},
};
