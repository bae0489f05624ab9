#![doc = include_str!("../README.md")]

mod config;
mod error;
mod digests;
mod authorization;
mod sessions;
mod attempts;
mod form_key;
mod codes;
mod keys;
mod tokens;
mod pages;
mod state;
mod api;
mod server;

pub use crate::{
    config::{Client, Config, Grant, Person},
    error::Error,
    server::router,
};
