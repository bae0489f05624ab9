#![doc = include_str!("../README.md")]

pub mod error;

pub mod sealed;

pub mod root_key;

pub mod tables;

pub mod place;

pub mod connection;

pub mod migrate;

pub mod database;

pub mod keyring;

pub mod copy;

pub use crate::{
    database::Database,
    error::StoreError,
    keyring::Keyring,
    place::{Engine, Place, PostgresDatabase},
    root_key::RootKey,
    sealed::{LookupHash, Sealed},
    tables::{Step, Tables},
};
