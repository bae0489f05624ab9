#![doc = include_str!("../README.md")]

pub mod config;

pub mod schema;

pub mod request;

pub mod authentication;

pub mod operation;

pub mod planner;

pub mod policy;

pub mod consent;

pub mod execution;

pub mod projection;

pub mod error;

pub mod audit;

pub mod explanation;

pub mod response;

pub mod state;

pub mod pipeline;

pub mod store;

pub mod registry;

pub mod server;
