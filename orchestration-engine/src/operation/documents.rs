//! Documents that were read already: parsed and validated once for the schema that is in force.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use apollo_compiler::{
    ExecutableDocument, Name,
    ast::{self, Definition, OperationType},
    executable::{Selection, SelectionSet},
    parser::Parser,
    validation::Valid,
};
use moka::sync::Cache;
use ndx_config::Limits;

use super::{OperationError, measure::Measure, mistakes::mistakes};
use crate::{request::GraphqlRequest, schema::ConsumerSchema};

/// Bytes of document text that are kept: a parsed document takes some fifty times its text.
const KEPT_BYTES: u64 = 2 * 1024 * 1024;
/// A longer document is read anew each time: those that applications send again and again are shorter.
const LONGEST_KEPT: usize = 64 * 1024;

/// A document that is valid against the schema.
#[derive(Debug)]
pub struct Document {
    /// Its number: no other document that was ever read by this process has it.
    pub number: u64,
    /// The document as the GraphQL library knows it.
    pub executable: Valid<ExecutableDocument>,
    /// The variables on which `@skip` and `@include` depend: with them, what is asked changes.
    pub conditions: Vec<Name>,
    /// Its size, of which not every application may send as much.
    pub(super) measure: Measure,
}

/// The documents that applications sent lately. They belong to one schema and end with it.
#[derive(Debug)]
pub struct Documents(Cache<Arc<str>, Arc<Document>>);

impl Default for Documents {
    fn default() -> Self {
        let weigh = |text: &Arc<str>, _: &Arc<Document>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT_BYTES).weigher(weigh).build())
    }
}

impl Documents {
    /// The document in `text`. INVARIANT: it is found by its whole text, never by a digest that another text could share.
    pub(super) fn read(
        &self,
        schema: &ConsumerSchema,
        request: &GraphqlRequest,
        limits: &Limits,
    ) -> Result<Arc<Document>, OperationError> {
        let text = request.query.as_str();
        if let Some(known) = self.0.get(text) {
            // Another application may have sent it, which may send more than this one.
            known.measure.within(limits)?;
            return Ok(known);
        }
        let document = Arc::new(parse(schema, request, limits)?);
        if text.len() <= LONGEST_KEPT {
            self.0.insert(text.into(), Arc::clone(&document));
        }
        Ok(document)
    }
}

fn parse(schema: &ConsumerSchema, request: &GraphqlRequest, limits: &Limits) -> Result<Document, OperationError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut parser = Parser::new().token_limit(limits.document_tokens).recursion_limit(limits.document_depth);
    let parsed = parser.parse_ast(request.query.as_str(), "request").map_err(|error| {
        if parser.tokens_reached() > limits.document_tokens {
            OperationError::TooLarge { limit: limits.document_tokens, actual: None }
        } else if parser.recursion_reached() > limits.document_depth {
            OperationError::TooDeep { limit: limits.document_depth, actual: None }
        } else {
            OperationError::Parse(mistakes(&error.errors))
        }
    })?;
    let read = (parser.tokens_reached(), parser.recursion_reached());
    let measure = Measure::of(&parsed, read, schema, limits);
    measure.within(limits)?;
    if request.by_get && !is_query(&parsed, request.operation_name.as_deref()) {
        return Err(OperationError::UsePost);
    }
    let valid = parsed.to_executable_validate(&schema.definition);
    let executable = valid.map_err(|errors| OperationError::Validation(mistakes(&errors.errors)))?;
    let conditions = conditions(&executable);
    Ok(Document { number: NEXT.fetch_add(1, Ordering::Relaxed), executable, conditions, measure })
}

fn conditions(document: &ExecutableDocument) -> Vec<Name> {
    let operations = document.operations.iter().map(|operation| &operation.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.selection_set);
    let mut left: Vec<&SelectionSet> = operations.chain(fragments).collect();
    let mut found = BTreeSet::new();
    while let Some(set) = left.pop() {
        for selection in &set.selections {
            let conditional = ["skip", "include"].into_iter().filter_map(|name| selection.directives().get(name));
            let values = conditional.filter_map(|directive| directive.specified_argument_by_name("if"));
            found.extend(values.filter_map(|value| value.as_variable().cloned()));
            match selection {
                Selection::Field(field) => left.push(&field.selection_set),
                Selection::InlineFragment(fragment) => left.push(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    found.into_iter().collect()
}

/// Whether the operation of this name, or the only one, is a query, as far as can be told. The schema has nothing else, but
/// what it has not is told otherwise than what may not come by GET.
fn is_query(document: &ast::Document, name: Option<&str>) -> bool {
    let mut operations = document.definitions.iter().filter_map(|definition| match definition {
        Definition::OperationDefinition(operation) => Some(operation),
        _ => None,
    });
    let asked =
        operations.find(|operation| name.is_none_or(|name| operation.name.as_ref().is_some_and(|one| one == name)));
    asked.is_none_or(|operation| operation.operation_type == OperationType::Query)
}
