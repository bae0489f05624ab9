//! Binds a plan to the values of one request: the arguments that providers receive, and the person of each root.

use std::sync::Arc;

use apollo_compiler::{
    Name,
    ast::Value,
    response::{JsonMap, JsonValue},
};
use ndx_config::CanonicalForm;
use ndx_contracts::Subject;

use super::{PlannedLookup, PlannedRoot, QueryPlan};
use crate::operation::Operation;

/// A plan with the values of one request.
#[derive(Debug)]
pub struct Question {
    /// The plan.
    pub plan: Arc<QueryPlan>,
    /// One entry for each root of the plan.
    pub roots: Vec<Arc<BoundRoot>>,
}

/// The values of one root.
#[derive(Debug, PartialEq, Eq)]
pub struct BoundRoot {
    /// The arguments; the one that names the person is in its canonical form.
    pub arguments: JsonMap,
    /// The person whom the data is about.
    pub subject: Option<Subject>,
}

/// A value that cannot be bound.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BindError {
    /// It names a person, and nobody could have this identifier.
    #[error("the argument `{argument}` is not an identifier that anybody could have")]
    NotAnIdentifier {
        /// The response key of the root.
        root: String,
        /// The argument.
        argument: String,
    },
    /// A key in it is no name of GraphQL, so no provider could have such a field.
    #[error("the argument `{argument}` has a key that is no GraphQL name")]
    NotAName {
        /// The response key of the root.
        root: String,
        /// The argument.
        argument: String,
    },
    /// It is null where the schema wants a value.
    #[error("the argument `{argument}` must not be null")]
    Null {
        /// The response key of the root.
        root: String,
        /// The argument.
        argument: String,
    },
}

/// Binds `plan` to the variables of `operation`. Identifiers of people are made canonical here, once, before anybody
/// hashes, compares or sends them.
///
/// # Errors
/// When an argument that names a person is not an identifier.
pub fn bind(plan: Arc<QueryPlan>, operation: &Operation, identifier: &CanonicalForm) -> Result<Question, BindError> {
    let bound = |root: &PlannedRoot| Ok(Arc::new(bind_root(root, &operation.variables, identifier, None)?));
    let roots = plan.roots.iter().map(bound).collect::<Result<_, BindError>>()?;
    Ok(Question { plan, roots })
}

/// Binds what `lookup` leads to, with the `value` that a provider gave.
///
/// # Errors
/// When the value is not an identifier that anybody could have.
pub fn bind_found(
    lookup: &PlannedLookup,
    value: JsonValue,
    identifier: &CanonicalForm,
) -> Result<Arc<BoundRoot>, BindError> {
    let given = Some((lookup.argument.as_str(), value));
    Ok(Arc::new(bind_root(&lookup.root, &JsonMap::new(), identifier, given)?))
}

fn bind_root(
    root: &PlannedRoot,
    variables: &JsonMap,
    identifier: &CanonicalForm,
    mut found: Option<(&str, JsonValue)>,
) -> Result<BoundRoot, BindError> {
    let mut arguments = JsonMap::new();
    for argument in &root.arguments {
        let found = found.take_if(|(name, _)| *name == argument.name).map(|(_, value)| value);
        // A variable that has no value is as if the argument were not there: then the default counts.
        let given = found.or_else(|| argument.given.as_ref().and_then(|value| to_json(value, variables)));
        let value = given.or_else(|| argument.default.as_ref().and_then(|value| to_json(value, variables)));
        match value {
            Some(JsonValue::Null) if !argument.nullable => {
                let root = root.field.response_key.clone();
                return Err(BindError::Null { root, argument: argument.name.clone() });
            }
            Some(value) if !has_names(&value) => {
                let root = root.field.response_key.clone();
                return Err(BindError::NotAName { root, argument: argument.name.clone() });
            }
            Some(value) => drop(arguments.insert(argument.name.as_str(), value)),
            None => {}
        }
    }
    let mut subject = None;
    if let Some((argument, value)) =
        root.data_owner.as_ref().and_then(|name| Some((name, arguments.get(name.as_str())?)))
    {
        let written = match value {
            JsonValue::Null => None,
            JsonValue::String(text) => Some(text.as_str().to_owned()),
            other => Some(other.to_string()),
        };
        if let Some(written) = written {
            let found = identifier.subject(&written);
            let error =
                || BindError::NotAnIdentifier { root: root.field.response_key.clone(), argument: argument.clone() };
            let found = found.ok_or_else(error)?;
            arguments.insert(argument.as_str(), found.expose().into());
            subject = Some(found);
        }
    }
    Ok(BoundRoot { arguments, subject })
}

/// Whether every key at any depth is a GraphQL name. INVARIANT: a key may be written into a provider's document as it is.
fn has_names(value: &JsonValue) -> bool {
    match value {
        JsonValue::Array(items) => items.iter().all(has_names),
        JsonValue::Object(fields) => {
            fields.iter().all(|(name, value)| Name::is_valid_syntax(name.as_str()) && has_names(value))
        }
        _ => true,
    }
}

/// A value of the document as JSON; `None` for a variable that has no value, which is as if the argument were not there.
fn to_json(value: &Value, variables: &JsonMap) -> Option<JsonValue> {
    Some(match value {
        Value::Variable(name) => return variables.get(name.as_str()).cloned(),
        Value::Null => JsonValue::Null,
        Value::Enum(name) => name.as_str().into(),
        Value::String(text) => text.as_str().into(),
        Value::Boolean(value) => (*value).into(),
        Value::Int(number) => number_to_json(number.as_str()),
        Value::Float(number) => number_to_json(number.as_str()),
        Value::List(items) => {
            JsonValue::Array(items.iter().map(|item| to_json(item, variables).unwrap_or(JsonValue::Null)).collect())
        }
        Value::Object(fields) => {
            let known = fields.iter().filter_map(|(name, value)| Some((name.as_str(), to_json(value, variables)?)));
            JsonValue::Object(known.map(|(name, value)| (name.into(), value)).collect())
        }
    })
}

fn number_to_json(text: &str) -> JsonValue {
    serde_json::from_str::<JsonValue>(text).unwrap_or_else(|_| text.into())
}
