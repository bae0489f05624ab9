#![doc = include_str!("../README.md")]

mod problem;
mod yaml;
mod template;
mod selection;
mod outcome;
mod failure;
mod definition;
mod contract;
mod guard;
mod upstream;
mod resolve;
mod adapter;
mod server;

pub use crate::{adapter::Adapter, problem::Problem, server::router};
