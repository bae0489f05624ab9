//! The audit log seen from outside: one program, so that it is linked once.
//!
//! | Module | What it tests |
//! | --- | --- |
//! | `ground` | a folder, a database, and a service that runs on them |
//! | `log` | the record, on both engines |
//! | `broken` | a store that fails |
//! | `several` | several processes that keep one log |
//! | `api` | the endpoints over HTTP |
//! | `history` | who asked about whom, and what people find wrong with it |
//! | `people_index` | the index of people beside the record |
//! | `kept_back` | what a law or a court keeps back from a person, for a time or for good |
//! | `opendif` | what OpenDIF's callers post and read |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ground;

mod log;

mod broken;

mod several;

mod api;

mod history;

mod people_index;

mod kept_back;

mod opendif;
