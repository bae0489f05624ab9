#![doc = include_str!("../README.md")]

pub mod config;
pub mod error;
pub mod ledger;
pub mod store;
mod current;
mod evidence;
mod engine;
mod neighbours;
mod outbox;
mod pages;
mod state;
mod api;
mod portal;
pub mod server;

pub use crate::{
    config::Config,
    current::{Current, Decision, Narrowing},
    engine::Engine,
    error::EngineError,
    evidence::{Proofs, Unproved},
    neighbours::Neighbours,
    pages::known_languages,
    store::{History, Recorded, TABLES},
};
