#![doc = include_str!("../README.md")]

mod call;

mod policy;

mod consent;

mod audit;

mod history;

pub use crate::{
    audit::RemoteAuditLog,
    call::{Proof, RemoteService},
    consent::RemoteConsentEngine,
    history::RemoteSubjectHistory,
    policy::RemotePolicyDecisionPoint,
};
