//! The pure stages together: a query, the judges' answers and the providers' answers in; plan, requests and answer out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod case;

mod small;

mod composing;

mod composing_arguments;

mod composing_oddities;

mod composing_shapes;

mod correlation;

mod gates;

mod looking_up;

mod merging;

mod planning;
