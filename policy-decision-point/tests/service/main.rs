//! The decision point over HTTP, with real stores on both engines and real service tokens.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ground;

mod decisions;

mod field_policies;

mod allow_lists;

mod store;

mod several;

mod description;
