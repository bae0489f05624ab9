//! Prepares an operation: parsed, valid against the consumer schema, within its limits, its variables coerced.
//!
//! The messages of the GraphQL library may quote a value of the request. They are passed on without it: a value may be
//! a person's identifier.

use apollo_compiler::{
    ExecutableDocument, Node,
    executable::Operation as Definition,
    introspection,
    parser::{Parser, SourceMap},
    request::{RequestError, coerce_variable_values},
    response::{GraphQLError, JsonMap},
    validation::{DiagnosticList, Valid},
};
use ndx_config::Limits;

use crate::{request::GraphqlRequest, schema::ConsumerSchema};

/// An operation that can be planned.
#[derive(Debug)]
pub struct Operation {
    /// The whole document: fragments are found in it.
    pub document: Valid<ExecutableDocument>,
    /// The operation that was asked.
    pub definition: Node<Definition>,
    /// Its variables, with defaults, as their types want them.
    pub variables: Valid<JsonMap>,
    /// The answers to `__schema` and `__type`, by response key: they come from no provider.
    pub introspection: JsonMap,
}

/// A place in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

/// One mistake in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub locations: Vec<Location>,
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
    schema: &ConsumerSchema,
    request: &GraphqlRequest,
    limits: &Limits,
) -> Result<Operation, OperationError> {
    let document = parse(schema, &request.query, limits)?;
    let found = document.operations.get(request.operation_name.as_deref());
    let definition = found.map_err(|error| OperationError::NotFound(mistake(&error, &document.sources)))?.clone();
    let actual = definition.root_fields(&document).count();
    if actual > limits.root_fields {
        return Err(OperationError::TooManyRoots { limit: limits.root_fields, actual });
    }
    let variables = coerce_variable_values(&schema.definition, &definition, &request.variables)
        .map_err(|error| OperationError::Variables(mistake(&error, &document.sources)))?;
    let introspection = introspect(schema, &document, &definition, &variables)?;
    Ok(Operation { document, definition, variables, introspection })
}

fn parse(schema: &ConsumerSchema, query: &str, limits: &Limits) -> Result<Valid<ExecutableDocument>, OperationError> {
    let mut parser = Parser::new().token_limit(limits.document_tokens).recursion_limit(limits.document_depth);
    let parsed = parser.parse_ast(query, "request");
    let document = parsed.map_err(|error| {
        if parser.tokens_reached() > limits.document_tokens {
            OperationError::TooLarge { limit: limits.document_tokens }
        } else if parser.recursion_reached() > limits.document_depth {
            OperationError::TooDeep { limit: limits.document_depth }
        } else {
            OperationError::Parse(mistakes(&error.errors))
        }
    })?;
    document
        .to_executable_validate(&schema.definition)
        .map_err(|errors| OperationError::Validation(mistakes(&errors.errors)))
}

fn introspect(
    schema: &ConsumerSchema,
    document: &Valid<ExecutableDocument>,
    definition: &Definition,
    variables: &Valid<JsonMap>,
) -> Result<JsonMap, OperationError> {
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

/// The library's mistakes in the document's order, each once. Where a field is unknown, the library also says that the
/// selection around it is empty; that is left out.
fn mistakes(list: &DiagnosticList) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = Vec::new();
    for diagnostic in list.iter() {
        let one = cleaned(&diagnostic.to_json());
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if found.iter().any(|one| !one.message.contains("subselection")) {
        found.retain(|one| !one.message.contains("subselection"));
    }
    found
}

fn mistake(error: &RequestError, sources: &SourceMap) -> Mistake {
    cleaned(&error.to_graphql_error(sources))
}

fn cleaned(error: &GraphQLError) -> Mistake {
    let locations = error.locations.iter().map(|at| Location { line: at.line, column: at.column }).collect();
    Mistake { message: without_values(&error.message), locations }
}

/// Replaces what may be a value of the request: everything in double quotes, every number of four digits or more, and
/// what the library quotes when a value does not fit a type.
fn without_values(message: &str) -> String {
    if let Some((what, rest)) = message.split_once(": ").filter(|(what, _)| what.starts_with("could not coerce")) {
        let to = rest.rsplit(" to type ").next().unwrap_or_default();
        return format!("{what} to type {to}");
    }
    let mut cleaned = String::new();
    let mut quoted = false;
    let mut escaped = false;
    let mut digits = String::new();
    for c in message.chars().chain([' ']) {
        let quote = c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        if quote {
            quoted = !quoted;
            if quoted {
                cleaned.push('…');
            }
        } else if !quoted && c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        cleaned.push_str(if digits.len() >= 4 { "…" } else { &digits });
        digits.clear();
        if !quoted && !quote {
            cleaned.push(c);
        }
    }
    cleaned.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_the_values_that_it_quotes() {
        for (message, expected) in [
            (
                "could not coerce variable nic: 199512345678 to type String",
                "could not coerce variable nic to type String",
            ),
            ("expected value of type String!, found 199512345678", "expected value of type String!, found …"),
            (r#"expected value of type Int, found "861234567V""#, "expected value of type Int, found …"),
            (r#"found "a\"Nayana Perera\\" there"#, "found … there"),
            ("type `Query` does not have a field `a1`", "type `Query` does not have a field `a1`"),
        ] {
            assert_eq!(without_values(message), expected);
        }
    }
}
