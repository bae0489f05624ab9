#![doc = include_str!("../README.md")]

pub mod sqlite;

pub mod root_key;

pub mod keyring;

pub mod sealed;

pub use crate::{
    keyring::Keyring,
    root_key::RootKey,
    sealed::{LookupHash, Sealed},
};
