#![doc = include_str!("../README.md")]

mod config;
mod error;
mod state;
mod server;
mod api;

pub use crate::{
    config::{Config, Person, PersonRecord},
    server::router,
};
