//! Merges the providers' answers into the shape that was asked, in the order of the query.
//!
//! It walks the types of the plan, never the shape of what a provider sent: what was not asked never passes, and what is
//! missing gets an error with its path. Values are copied as the provider wrote them; a null in a non-null place takes
//! its parent with it (GraphQL, "Handling Execution Errors").

mod leaf;

mod outcomes;

mod within;

mod merge;

use std::sync::Arc;

use ndx_contracts::audit::ProviderName;

pub use self::{merge::merge, outcomes::Outcomes};
use crate::{
    consent::{RootRefusal, Withheld},
    execution::ProviderFailure,
    operation::Location,
};

/// The answer, merged.
#[derive(Debug)]
pub struct Merged {
    /// The JSON text of `data`; `None` when it is null.
    pub data: Option<String>,
    /// Why each missing value is missing.
    pub errors: Vec<FieldError>,
    /// What became of each field of each instance.
    pub outcomes: Outcomes,
}

/// A value that is missing, and why.
#[derive(Debug)]
pub struct FieldError {
    /// Where in the answer.
    pub path: Vec<PathSegment>,
    /// Where in the query.
    pub location: Option<Location>,
    /// Why.
    pub cause: Cause,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathSegment {
    /// A response key.
    Key(String),
    /// A place in a list, from 0.
    Index(usize),
}

/// Why a value is missing.
#[derive(Debug, Clone)]
pub enum Cause {
    /// The whole root is refused.
    Refused(Arc<RootRefusal>),
    /// More people are found than one request may find, which are so many.
    TooManyFound(usize),
    /// The answer would be larger than it may be, which is so many bytes.
    TooLarge(usize),
    /// The field is withheld.
    Withheld(Withheld, Arc<ProviderName>),
    /// The provider gave nothing that can be used.
    Provider(ProviderFailure, Arc<ProviderName>),
}

/// What became of a field.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is in the answer.
    Released,
    /// That there is nothing is in the answer: a null that the register returned, or a list without elements.
    Nothing,
    /// It is not.
    Missing(Cause),
}
