//! The gateway as a GraphQL server: one test for each everyday feature, by its number in the table of behaviours, and the
//! ways in which somebody might hide whom a question is about. Over HTTP, with real judges, between registers of the test's
//! own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod case;

mod documents;

mod values;

mod shapes;

mod people;

mod registers;

mod lookups;

mod edges;

mod hidden;

mod explain;

mod grounds;
