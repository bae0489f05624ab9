#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod register;

mod server;

mod issuer;

mod country;

mod reply;

mod exchange;

pub use crate::{
    country::{APPLICATION, Country, OTHER_APPLICATION, PURPOSE},
    exchange::Exchange,
    register::{Asked, AskedLeaf, Illness, Register},
    reply::Reply,
};
