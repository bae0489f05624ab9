//! What becomes of a call when a register does what it should not: with real sockets, each promise under the name of its case.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod register;

mod connections;

mod answers;

mod tokens;

mod trouble;
