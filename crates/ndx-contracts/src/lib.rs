#![doc = include_str!("../README.md")]

mod names;

mod words;

mod field;

mod subject;

mod basis;

mod reference;

mod judge;

mod nullable;

pub mod policy;

pub mod consent;

pub mod audit;

pub mod history;

pub use crate::{
    basis::{CourtOrder, Days, Display, LegalBasis, StatutoryTask},
    field::{FieldRef, Need},
    judge::JudgeError,
    names::{ApplicationId, MemberId, ProviderKey, Purpose, SchemaId, TraceId},
    reference::{NoReference, Reference},
    subject::Subject,
    words::Words,
};
