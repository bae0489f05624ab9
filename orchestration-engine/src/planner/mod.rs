//! Plans an operation: which provider is asked for which fields, root by root, and what shape the answer has.
//!
//! A plan is pure: it knows the schema and the operation and nothing else, no caller, no token, no value of a variable
//! (but for the outcome of `@skip` and `@include`). [`bind`] makes it a [`Question`] with values and people.

mod bind;

mod collect;

mod text;

use std::{collections::BTreeSet, sync::Arc};

use apollo_compiler::{
    Node,
    ast::{Type, Value},
};
use ndx_contracts::{FieldRef, audit::ProviderName};

pub use self::{
    bind::{BindError, BoundRoot, Question, bind},
    collect::{PlanError, plan},
};
use crate::schema::{Mapping, Source};

/// What is asked of whom, and the shape of the answer.
#[derive(Debug)]
pub struct QueryPlan {
    /// The root fields in the order of the query, each once by its response key.
    pub roots: Vec<PlannedRoot>,
    /// The plan in words.
    pub text: String,
    /// SHA-256 of what is asked of whom, in hexadecimal; the same whatever the application calls it.
    pub hash: String,
}

/// One instance of a root field: a response key with its own arguments and its own person.
#[derive(Debug)]
pub struct PlannedRoot {
    /// What is answered under it.
    pub field: PlannedField,
    /// Its arguments.
    pub arguments: Vec<PlannedArgument>,
    /// The argument that names the person.
    pub data_owner: Option<String>,
    /// How the arguments reach providers.
    pub mappings: Vec<Mapping>,
}

/// One argument of a root field.
#[derive(Debug)]
pub struct PlannedArgument {
    /// Its name.
    pub name: String,
    /// What the operation gives: a literal or a variable.
    pub given: Option<Node<Value>>,
    /// What the schema gives where the operation gives nothing.
    pub default: Option<Node<Value>>,
    /// Whether it may be null.
    pub nullable: bool,
}

/// One field of the answer.
#[derive(Debug)]
pub struct PlannedField {
    /// Its key in the answer.
    pub response_key: String,
    /// Its name in the schema.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where its value comes from.
    pub kind: FieldKind,
}

/// Where the value of a field comes from.
#[derive(Debug)]
pub enum FieldKind {
    /// `__typename`: the name of the type it stands in.
    Typename(String),
    /// `__schema` or `__type`.
    Introspection,
    /// A value, or a list of values, of a provider.
    Leaf(Source),
    /// An object or a list of objects; with a source where it is a provider's, without where it only holds others.
    Object(Option<Source>, Vec<PlannedField>),
}

/// One root field of one provider, with the fields that are asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCall {
    /// The provider.
    pub provider: Arc<ProviderName>,
    /// Its root field.
    pub root_field: String,
    /// The paths that are asked, from the root field on, each once, in the order of the query.
    pub paths: Vec<Vec<String>>,
}

impl QueryPlan {
    /// Whether one of its roots is about a person whom an argument names.
    pub fn is_about_people(&self) -> bool {
        self.roots.iter().any(|root| root.data_owner.is_some())
    }
}

impl PlannedRoot {
    /// Whether it is answered from the schema alone: `__typename`, `__schema`, `__type`.
    pub fn is_meta(&self) -> bool {
        matches!(self.field.kind, FieldKind::Typename(_) | FieldKind::Introspection)
    }

    /// The sources that are asked, each once, in the order of the query.
    pub fn sources(&self) -> Vec<&Source> {
        let mut seen = BTreeSet::new();
        self.field.sources().into_iter().filter(|source| seen.insert(*source)).collect()
    }

    /// The fields that policy and consent are asked about: exactly what would be fetched.
    pub fn fields(&self) -> Vec<FieldRef> {
        self.sources().into_iter().map(Source::field).collect()
    }

    /// What is asked of providers when only the sources that `allowed` lets through are.
    pub fn calls(&self, allowed: impl Fn(&Source) -> bool) -> Vec<ProviderCall> {
        let mut calls: Vec<ProviderCall> = Vec::new();
        for source in self.sources().into_iter().filter(|source| allowed(source)) {
            let same = calls
                .iter_mut()
                .find(|call| call.provider == source.provider && call.root_field == source.root_field());
            match same {
                Some(call) => call.paths.push(source.path.clone()),
                None => calls.push(ProviderCall {
                    provider: source.provider.clone(),
                    root_field: source.root_field().to_owned(),
                    paths: vec![source.path.clone()],
                }),
            }
        }
        calls
    }
}

impl PlannedField {
    /// The sources of this field and of everything below it, in the order of the query. An object of a provider of which
    /// no value is asked (only its `__typename`) counts itself: that it is there, or how many there are, is information.
    pub fn sources(&self) -> Vec<&Source> {
        match &self.kind {
            FieldKind::Typename(_) | FieldKind::Introspection => Vec::new(),
            FieldKind::Leaf(source) => vec![source],
            FieldKind::Object(source, fields) => {
                let below: Vec<_> = fields.iter().flat_map(Self::sources).collect();
                if below.is_empty() { source.iter().collect() } else { below }
            }
        }
    }
}
