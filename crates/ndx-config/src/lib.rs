#![doc = include_str!("../README.md")]

mod reference;

pub use crate::reference::{ReferenceError, Secret, SecretRef, variable};
