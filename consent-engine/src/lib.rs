#![doc = include_str!("../README.md")]

pub mod config;
pub mod error;
pub mod ledger;
pub mod store;
mod current;
mod engine;
mod neighbours;
pub mod pages;
mod state;
mod api;
mod portal;
pub mod server;

pub use crate::{
    config::Config,
    current::{Current, Decision},
    engine::Engine,
    error::EngineError,
    neighbours::Neighbours,
    store::{Recorded, TABLES},
};
