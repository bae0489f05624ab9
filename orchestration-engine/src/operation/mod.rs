//! Prepares an operation: parsed, valid against the consumer schema, within its limits, its variables coerced.
//!
//! What follows from the text alone is done once and kept ([`Documents`]); what follows from the request, each time.

mod mistakes;

mod measure;

mod documents;

mod persisted;

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
    measure::{UnknownWeights, check_weights},
    mistakes::{Location, Mistake},
    persisted::{ListError, PersistedError, PersistedOperations, operation_id},
};
use crate::{config::Allowance, request::GraphqlRequest, schema::ConsumerSchema};

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
        /// How many there are, where they were counted to the end.
        actual: Option<usize>,
    },
    /// It is nested too deeply.
    #[error("the document is nested more than {limit} levels deep")]
    TooDeep {
        /// How many levels are allowed.
        limit: usize,
        /// How many there are, where they were counted to the end.
        actual: Option<usize>,
    },
    /// It has too many aliases.
    #[error("the document has {actual} aliases, more than {limit}")]
    TooManyAliases {
        /// How many are allowed.
        limit: usize,
        /// How many there are.
        actual: usize,
    },
    /// It has too many directives.
    #[error("the document has {actual} directives, more than {limit}")]
    TooManyDirectives {
        /// How many are allowed.
        limit: usize,
        /// How many there are.
        actual: usize,
    },
    /// It has too many root fields.
    #[error("the operation has {actual} root fields, more than {limit}")]
    TooManyRoots {
        /// How many are allowed.
        limit: usize,
        /// How many there are.
        actual: usize,
    },
    /// It costs too much.
    #[error("the operation costs {actual}, more than {limit}")]
    TooCostly {
        /// What is allowed.
        limit: usize,
        /// What it costs.
        actual: usize,
    },
    /// It came by GET and is not a query (GraphQL over HTTP, "GET").
    #[error("send the request as POST: by GET, only queries are answered")]
    UsePost,
}

/// Prepares the operation that `request` asks.
///
/// # Errors
/// With every mistake that was found at the first stage that found any.
pub fn prepare(
    documents: &Documents,
    schema: &ConsumerSchema,
    request: &GraphqlRequest,
    allowance: Allowance<'_>,
) -> Result<Operation, OperationError> {
    let prepared = prepared(documents, schema, request, allowance);
    prepared.map_err(|error| if allowance.sees_schema { error } else { error.without_the_schema() })
}

fn prepared(
    documents: &Documents,
    schema: &ConsumerSchema,
    request: &GraphqlRequest,
    Allowance { limits, sees_schema }: Allowance<'_>,
) -> Result<Operation, OperationError> {
    let document = documents.read(schema, request, limits)?;
    let wrong = |error: &RequestError| mistake(error, &document.executable.sources);
    let found = document.executable.operations.get(request.operation_name.as_deref());
    let definition = found.map_err(|error| OperationError::NotFound(wrong(&error)))?.clone();
    let actual = definition.root_fields(&document.executable).count();
    if actual > limits.root_fields {
        return Err(OperationError::TooManyRoots { limit: limits.root_fields, actual });
    }
    document.measure.affordable(definition.name.as_ref(), limits)?;
    let asks_the_schema = asks_the_schema(&document, &definition);
    if asks_the_schema && !sees_schema {
        return Err(OperationError::Validation(Vec::new()));
    }
    let variables = coerce_variable_values(&schema.definition, &definition, &request.variables)
        .map_err(|error| OperationError::Variables(wrong(&error)))?;
    let introspection =
        if asks_the_schema { introspect(schema, &document, &definition, &variables)? } else { JsonMap::new() };
    Ok(Operation { document, definition, variables, introspection })
}

/// The names of the operations in `text`, which must be valid and within `limits`; none for one without a name.
///
/// # Errors
/// With every mistake that was found at the first stage that found any.
pub fn check(schema: &ConsumerSchema, text: &str, limits: &Limits) -> Result<Vec<Option<String>>, OperationError> {
    let request = GraphqlRequest { query: text.to_owned(), ..GraphqlRequest::default() };
    let document = Documents::default().read(schema, &request, limits)?;
    let operations = document.executable.operations.iter();
    let mut names = Vec::new();
    for operation in operations {
        document.measure.affordable(operation.name.as_ref(), limits)?;
        names.push(operation.name.as_ref().map(ToString::to_string));
    }
    Ok(names)
}

fn asks_the_schema(document: &Document, definition: &Definition) -> bool {
    let mut roots = definition.root_fields(&document.executable);
    roots.any(|field| matches!(field.name.as_str(), "__schema" | "__type"))
}

fn introspect(
    schema: &ConsumerSchema,
    document: &Document,
    definition: &Definition,
    variables: &Valid<JsonMap>,
) -> Result<JsonMap, OperationError> {
    let document = &document.executable;
    let failed = |error: RequestError| OperationError::Validation(vec![mistake(&error, &document.sources)]);
    introspection::check_max_depth(document, definition).map_err(failed)?;
    // Consumers see the clean schema, whoever asks.
    let implementers = schema.clean.implementers_map();
    let answer = introspection::partial_execute(&schema.clean, &implementers, document, definition, variables);
    Ok(answer.map_err(failed)?.data.unwrap_or_default())
}

impl OperationError {
    /// The same for a caller who may not see the schema: where a document does not fit it, and not why. A question for the
    /// schema is told in the words of a field that there is not.
    fn without_the_schema(self) -> Self {
        let told = |message: &str, locations| Mistake { message: message.to_owned(), locations };
        match self {
            Self::Validation(mistakes) => {
                let locations = mistakes.into_iter().flat_map(|mistake| mistake.locations).collect();
                Self::Validation(vec![told("the document does not fit the schema", locations)])
            }
            Self::Variables(mistake) => {
                Self::Variables(told("the variables do not fit the operation", mistake.locations))
            }
            other => other,
        }
    }
}
