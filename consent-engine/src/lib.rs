#![doc = include_str!("../README.md")]

pub mod config;
pub mod error;
pub mod ledger;
mod store;
mod engine;
pub mod pages;
mod state;
mod api;
mod portal;
pub mod server;

pub use crate::{
    config::Config,
    engine::{Decision, Engine},
    error::EngineError,
    store::Recorded,
};
