#![doc = include_str!("../README.md")]

pub mod policy;

pub mod decision;

pub mod error;

pub mod seed;

pub mod store;

pub mod state;

mod api;

pub mod server;

pub use crate::{error::PolicyStoreError, state::Pdp};
