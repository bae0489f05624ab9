#![doc = include_str!("../README.md")]

mod config;
mod error;
mod random;
mod calendar;
mod item;
mod answer;
mod gateway;
mod typed;
mod kept;
mod session;
mod state;
mod pages;
mod server;

pub use crate::{
    config::{Client, Config},
    error::Error,
    server::router,
};
