#![doc = include_str!("../README.md")]

pub mod bearer;

pub mod capped;

pub mod key_set;

mod verified;

pub mod verifier;

pub mod service_token;

mod oauth_http;

pub mod openid;

pub mod application_tokens;

pub use crate::{
    application_tokens::{ApplicationTokens, NoToken},
    key_set::{KeySet, KeySetError},
    service_token::{PublicKey, ServiceKey, ServiceKeyError, ServiceVerifier},
    verifier::{Rejection, TokenVerifier},
};
