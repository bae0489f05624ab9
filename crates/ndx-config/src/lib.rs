#![doc = include_str!("../README.md")]

mod reference;

mod duration;

mod sections;

mod load;

mod check;

pub use crate::{
    duration::IsoDuration,
    load::{Problem, Problems, load, parse},
    reference::{ReferenceError, Secret, SecretRef, variable},
    sections::{
        Application, ApplicationPurpose, ArgMapping, CanonicalStep, ConsentRules, Exchange, FieldReason, Identifier,
        IdentityProvider, Jwt, Limits, Member, PolicySeed, Portal, Provider, ProviderAuth, SchemaFiles, Service,
        Services, Store,
    },
};
