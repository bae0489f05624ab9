//! Plans an operation: which provider is asked for which fields, root by root, stage by stage, and what shape the answer
//! has.
//!
//! A plan is pure: it knows the schema and the operation and nothing else, no caller, no token, no value of a variable
//! (but for the outcome of `@skip` and `@include`). So it is made once and kept ([`Plans`]). [`bind`] makes it a
//! [`Question`] with values and people.

mod shape;

mod collect;

mod sources;

mod document;

mod text;

mod kept;

mod bind;

use std::sync::Arc;

use apollo_compiler::{
    Node,
    ast::{Type, Value},
};
use ndx_contracts::{FieldRef, audit::ProviderName};

pub use self::{
    bind::{BindError, BoundRoot, Question, bind, bind_found},
    collect::{PlanError, draw},
    document::{ProviderDocument, Slot, alias, documents},
    kept::{Plans, plan},
    shape::Shape,
};
use crate::{operation::Location, schema::Label};

/// What is asked of whom, and the shape of the answer.
#[derive(Debug)]
pub struct QueryPlan {
    /// The root fields in the order of the query, each once by its response key.
    pub roots: Vec<PlannedRoot>,
    /// The people (or things) that are found by what a provider answers: asked in later stages.
    pub lookups: Vec<PlannedLookup>,
    /// Every field that a provider is asked for, each once: what policy and consent are asked about. A source knows its
    /// field by its number here.
    pub fields: Vec<FieldRef>,
    /// What citizens read for each field, by the fields' numbers.
    pub labels: Vec<Label>,
    /// The providers, each once; a source knows its provider by its number here.
    pub providers: Vec<PlannedProvider>,
    /// How often providers are asked one after the other: 1, and 1 for each level of lookups.
    pub stages: usize,
    /// How many fields the answer's shape has.
    pub size: usize,
    /// What the first stage asks when everything may be fetched, which is the usual case.
    pub whole: Vec<Arc<ProviderDocument>>,
    /// The plan in words.
    pub text: String,
    /// SHA-256 of what is asked of whom, in hexadecimal; the same whatever the application calls it.
    pub hash: String,
}

/// A provider that the plan asks.
#[derive(Debug)]
pub struct PlannedProvider {
    /// Its name.
    pub name: Arc<ProviderName>,
    /// Whether the configuration says how to reach it.
    pub configured: bool,
}

/// One selection of a root field, with its own arguments: a response key of the query, or what a lookup leads to.
#[derive(Debug)]
pub struct PlannedRoot {
    /// What is answered under it.
    pub field: PlannedField,
    /// Its arguments.
    pub arguments: Vec<PlannedArgument>,
    /// The argument that names the person.
    pub data_owner: Option<String>,
    /// What is fetched for it, each once, in the order of the query.
    pub sources: Vec<PlannedSource>,
    /// What is asked of providers when all of it may be fetched.
    pub calls: Vec<ProviderCall>,
}

/// A field that leads to another root: as if the consumer had asked that root with the value that a provider gave.
#[derive(Debug)]
pub struct PlannedLookup {
    /// Where the value is found.
    pub parent: Selection,
    /// The stage in which it is asked: one more than that of its parent.
    pub stage: usize,
    /// The value.
    pub key: PlannedSource,
    /// The argument of the root that takes it.
    pub argument: String,
    /// The root.
    pub root: PlannedRoot,
}

/// Names a root or a lookup of the plan by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// One of the query's own.
    Root(usize),
    /// One that is found.
    Lookup(usize),
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
    /// The key as it is written in the answer: `"fullName":`.
    pub written_key: String,
    /// Its name in the schema.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where the document asks for it.
    pub location: Option<Location>,
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
    Leaf(PlannedSource),
    /// An object or a list of objects; with a source where it is a provider's, without where it only holds others.
    Object(Option<PlannedSource>, Vec<PlannedField>),
    /// What is found by the value of the source: the lookup with this number.
    Lookup(PlannedSource, usize),
}

/// A provider's field, and where in its answer it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedSource {
    /// Its provider's number in [`QueryPlan::providers`].
    pub provider: usize,
    /// Its provider.
    pub provider_name: Arc<ProviderName>,
    /// Its number in [`QueryPlan::fields`]; of an object of which values are asked, that of the first of them.
    pub field: usize,
    /// Its path from the provider's `Query` type.
    pub path: Vec<String>,
    /// From where it is reached.
    pub from: Place,
    /// The numbers of the keys that lead from there to it.
    pub steps: Vec<usize>,
}

/// A place in providers' answers from which sources are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The answer to this call of the root.
    Call(usize),
    /// The object around, counted from the outermost that is a provider's.
    Inside(usize),
}

/// One root field of one provider, with the fields that are asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderCall {
    /// The provider's number in [`QueryPlan::providers`].
    pub provider: usize,
    /// Its root field.
    pub root_field: String,
    /// What its arguments are: each with the root's argument that it takes.
    pub arguments: Vec<CallArgument>,
    /// The paths that are asked, from the root field on, each once, in the order of the query.
    pub paths: Vec<Vec<String>>,
    /// Where the provider says whose record it is: asked only to be compared, never handed on.
    pub echo: Option<Echo>,
    /// By which its answer is opened, whatever of it is asked in the end.
    pub shape: Shape,
}

/// Where a provider says whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Echo {
    /// The path from the provider's `Query` type.
    pub path: Vec<String>,
    /// The numbers of its keys in the shape of the call.
    pub steps: Vec<usize>,
}

/// One argument of a provider's root field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallArgument {
    /// Its name.
    pub target: String,
    /// The argument of the consumer's root whose value it takes.
    pub argument: String,
    /// Its type, where the provider's schema is known.
    pub ty: Option<String>,
}

impl QueryPlan {
    /// The root or lookup that `selection` names; `None` for one of another plan.
    pub fn selection(&self, selection: Selection) -> Option<&PlannedRoot> {
        match selection {
            Selection::Root(number) => self.roots.get(number),
            Selection::Lookup(number) => self.lookups.get(number).map(|lookup| &lookup.root),
        }
    }

    /// The roots and what their lookups lead to.
    pub fn all_roots(&self) -> impl Iterator<Item = &PlannedRoot> {
        self.roots.iter().chain(self.lookups.iter().map(|lookup| &lookup.root))
    }

    /// Whether one of its roots, or what a lookup leads to, is about a person.
    pub fn is_about_people(&self) -> bool {
        self.all_roots().any(|root| root.data_owner.is_some())
    }
}

impl PlannedRoot {
    /// Whether it is answered from the schema alone: `__typename`, `__schema`, `__type`.
    pub fn is_meta(&self) -> bool {
        matches!(self.field.kind, FieldKind::Typename(_) | FieldKind::Introspection)
    }
}

impl PlannedSource {
    /// Whether `other` is this one or lies inside it.
    pub fn holds(&self, other: &Self) -> bool {
        other.provider == self.provider && other.path.starts_with(&self.path)
    }
}

impl PlannedField {
    /// The sources of this field and of everything below it, in the order of the query. An object of a provider of which
    /// no value is asked (only its `__typename`, or only another provider's fields) counts itself: that it is there, or how
    /// many there are, is information.
    /// Of a lookup it is the value that leads on; what is found is fetched on its own.
    pub fn sources(&self) -> Vec<&PlannedSource> {
        match &self.kind {
            FieldKind::Typename(_) | FieldKind::Introspection => Vec::new(),
            FieldKind::Leaf(source) | FieldKind::Lookup(source, _) => vec![source],
            FieldKind::Object(source, fields) => {
                let below: Vec<_> = fields.iter().flat_map(Self::sources).collect();
                let itself = source.iter().filter(|source| !below.iter().any(|one| source.holds(one)));
                itself.chain(below.iter().copied()).collect()
            }
        }
    }
}
