#![doc = include_str!("../README.md")]

mod names;

mod words;

mod field;

mod subject;

mod judge;

pub mod policy;

pub mod consent;

pub mod audit;

pub use crate::{
    field::{FieldRef, Need},
    judge::JudgeError,
    names::{ApplicationId, MemberId, ProviderKey, Purpose, SchemaId, TraceId},
    subject::Subject,
    words::Words,
};
