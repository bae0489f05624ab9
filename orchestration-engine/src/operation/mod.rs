//! Prepares an operation: parsed, valid against the consumer schema, within its limits, its variables coerced.
//!
//! What follows from the text alone is done once and kept ([`Documents`]); what follows from the request, each time.

mod mistakes;

mod documents;

use std::sync::Arc;

use apollo_compiler::{
    Node,
    executable::Operation as Definition,
    introspection,
    request::{RequestError, coerce_variable_values},
    response::JsonMap,
    validation::Valid,
};
use ndx_config::Limits;

use self::mistakes::mistake;
pub use self::{
    documents::{Document, Documents},
    mistakes::{Location, Mistake},
};
use crate::{request::GraphqlRequest, schema::ConsumerSchema};

/// An operation that can be planned.
#[derive(Debug)]
pub struct Operation {
    /// The whole document: fragments are found in it.
    pub document: Arc<Document>,
    /// The operation that was asked.
    pub definition: Node<Definition>,
    /// Its variables, with defaults, as their types want them.
    pub variables: Valid<JsonMap>,
    /// The answers to `__schema` and `__type`, by response key: they come from no provider.
    pub introspection: JsonMap,
}

/// Why an operation cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum OperationError {
    /// It is not GraphQL.
    #[error("the document cannot be parsed")]
    Parse(Vec<Mistake>),
    /// It does not fit the schema.
    #[error("the document is not valid")]
    Validation(Vec<Mistake>),
    /// It has no such operation, or several and none was named.
    #[error("the operation was not found")]
    NotFound(Mistake),
    /// The variables do not fit.
    #[error("the variables do not fit the operation")]
    Variables(Mistake),
    /// It has too many tokens.
    #[error("the document has more than {limit} tokens")]
    TooLarge {
        /// How many are allowed.
        limit: usize,
    },
    /// It is nested too deeply.
    #[error("the document is nested more than {limit} levels deep")]
    TooDeep {
        /// How many levels are allowed.
        limit: usize,
    },
    /// It has too many root fields.
    #[error("the operation has {actual} root fields, more than {limit}")]
    TooManyRoots {
        /// How many are allowed.
        limit: usize,
        /// How many there are.
        actual: usize,
    },
}

/// Prepares the operation that `request` asks.
///
/// # Errors
/// With every mistake that was found at the first stage that found any.
pub fn prepare(
    documents: &Documents,
    schema: &ConsumerSchema,
    request: &GraphqlRequest,
    limits: &Limits,
) -> Result<Operation, OperationError> {
    let document = documents.read(schema, &request.query, limits)?;
    let wrong = |error: &RequestError| mistake(error, &document.executable.sources);
    let found = document.executable.operations.get(request.operation_name.as_deref());
    let definition = found.map_err(|error| OperationError::NotFound(wrong(&error)))?.clone();
    let actual = definition.root_fields(&document.executable).count();
    if actual > limits.root_fields {
        return Err(OperationError::TooManyRoots { limit: limits.root_fields, actual });
    }
    let variables = coerce_variable_values(&schema.definition, &definition, &request.variables)
        .map_err(|error| OperationError::Variables(wrong(&error)))?;
    let introspection = introspect(schema, &document, &definition, &variables)?;
    Ok(Operation { document, definition, variables, introspection })
}

fn introspect(
    schema: &ConsumerSchema,
    document: &Document,
    definition: &Definition,
    variables: &Valid<JsonMap>,
) -> Result<JsonMap, OperationError> {
    let document = &document.executable;
    let failed = |error: RequestError| OperationError::Validation(vec![mistake(&error, &document.sources)]);
    let asked = definition.root_fields(document).any(|field| matches!(field.name.as_str(), "__schema" | "__type"));
    if !asked {
        return Ok(JsonMap::new());
    }
    introspection::check_max_depth(document, definition).map_err(failed)?;
    let implementers = schema.definition.implementers_map();
    let answer = introspection::partial_execute(&schema.definition, &implementers, document, definition, variables);
    Ok(answer.map_err(failed)?.data.unwrap_or_default())
}
