#![doc = include_str!("../README.md")]

mod config;
mod error;
mod credentials;
mod tokens;
mod guard;
mod births;
mod state;
mod api;
mod server;

pub use crate::{
    config::{BirthRecord, Config, Person},
    error::Error,
    server::router,
};
