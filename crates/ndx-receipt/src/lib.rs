#![doc = include_str!("../README.md")]

pub mod record;

mod refusal;

mod key;

mod key_set;

mod signature;

mod receipt;

pub use crate::{
    key::{KeyError, PublicKey, SigningKey},
    key_set::{KeySet, KeySetError, PublishedKey},
    receipt::{Genuine, LARGEST, Receipt, verify},
    record::Record,
    refusal::Refusal,
    signature::{ALGORITHM, Signed, TYPE, digest, sign, verify_signature},
};
