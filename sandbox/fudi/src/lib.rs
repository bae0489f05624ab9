#![doc = include_str!("../README.md")]

mod config;
mod error;
mod digests;
mod people;
mod assurance;
mod scope;
mod authorization;
mod sessions;
mod attempts;
mod form_key;
mod authorization_codes;
mod keys;
mod tokens;
mod revoked;
mod pages;
mod state;
mod api;
mod server;
mod provider;

pub use crate::{
    config::{Client, Config, Grant, Person, RegisteredUri, SigningAlg, Trial},
    error::Error,
    provider::Provider,
    server::router,
};
