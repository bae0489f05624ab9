#![doc = include_str!("../README.md")]

mod call;

mod policy;

mod consent;

mod audit;

pub use crate::{
    audit::RemoteAuditLog,
    call::{Proof, RemoteService},
    consent::RemoteConsentEngine,
    policy::RemotePolicyDecisionPoint,
};
