#![doc = include_str!("../README.md")]

pub mod basis;

pub mod policy;

pub mod history;

pub mod decision;

pub mod error;

pub mod seed;

pub mod store;

mod held;

pub mod state;

#[expect(unused_qualifications, reason = "the macros that describe the API write longer paths than a person would")]
mod api;

pub mod server;

pub use crate::{
    error::PolicyStoreError,
    state::{Pdp, Purposes},
};
