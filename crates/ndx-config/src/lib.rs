#![doc = include_str!("../README.md")]

mod reference;

mod duration;

mod sections;

mod identifier;

mod page;

mod check;

mod load;

pub use crate::{
    duration::IsoDuration,
    identifier::CanonicalForm,
    load::{load, parse},
    page::{Problem, Problems},
    reference::{ReferenceError, Secret, SecretRef, variable},
    sections::{
        Application, ApplicationPurpose, ArgMapping, CanonicalStep, ConsentRules, Exchange, FieldReason, Identifier,
        IdentityProvider, Jwt, Limits, Member, PolicySeed, Portal, Provider, ProviderAuth, SchemaFiles, Service,
        Services, Store,
    },
};
