//! One suite for each of the gateway's three judges, and one for what the consent engine's pages ask. Each runs in process, over
//! HTTP with service tokens, and over TLS with certificates; on SQLite and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ways;

mod policy;

mod consent;

mod audit;

mod history;
