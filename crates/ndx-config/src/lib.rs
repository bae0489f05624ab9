#![doc = include_str!("../README.md")]

mod reference;

mod duration;

mod words;

mod theme;

mod network;

mod sections;

mod identifier;

mod problem;

mod document;

mod format;

mod secrecy;

mod did_you_mean;

mod shape;

mod json_schema;

mod check;

mod load;

pub use crate::{
    did_you_mean::{did_you_mean, nearest},
    document::{Document, Entry},
    duration::IsoDuration,
    identifier::CanonicalForm,
    json_schema::{json_schema, schema_of},
    load::{Reading, Secrets, folder_of, load, load_with, parse, read},
    network::{Network, may_connect},
    problem::{Problem, Problems},
    reference::{ReferenceError, Secret, SecretRef, variable},
    secrecy::names_a_secret,
    sections::{
        Application, ApplicationPurpose, ArgMapping, AskingLimits, Callee, CanonicalStep, ConsentRules, Edge, Exchange,
        Explorer, FieldReason, Identifier, IdentityProvider, Jwt, Limits, Member, Operations, OutsideCaller, OwnLimits,
        PolicySeed, Portal, Postgres, Proof, Provider, ProviderAuth, SchemaFiles, Service, Services, Store, Tls,
        Webhook, Webhooks,
    },
    words::{PSEUDO_LOCALES, languages_written},
};
