#![doc = include_str!("../README.md")]

pub mod store;

mod writer;

pub mod state;

mod api;

pub mod server;

pub use crate::state::Audit;
