#![doc = include_str!("../README.md")]

pub mod error;

pub mod opendif;

pub mod store;

pub mod interrupted;

pub mod group_commit;

pub mod indexing;

pub mod state;

mod api;

pub mod server;

pub use crate::{error::WriteError, interrupted::Role, state::Audit};
