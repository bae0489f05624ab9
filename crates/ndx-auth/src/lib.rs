#![doc = include_str!("../README.md")]

pub mod bearer;

pub mod capped;

pub mod key_set;

mod verified;

pub mod verifier;

pub mod service_token;

pub mod openid;

pub use crate::{
    key_set::{KeySet, KeySetError},
    service_token::{PublicKey, ServiceKey, ServiceKeyError, ServiceVerifier},
    verifier::{Rejection, TokenVerifier},
};
