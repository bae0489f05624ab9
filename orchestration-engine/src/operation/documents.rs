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
    executable::{Selection, SelectionSet},
    parser::Parser,
    validation::Valid,
};
use moka::sync::Cache;
use ndx_config::Limits;

use super::{OperationError, mistakes::mistakes};
use crate::schema::ConsumerSchema;

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
        text: &str,
        limits: &Limits,
    ) -> Result<Arc<Document>, OperationError> {
        if let Some(known) = self.0.get(text) {
            return Ok(known);
        }
        let document = Arc::new(parse(schema, text, limits)?);
        if text.len() <= LONGEST_KEPT {
            self.0.insert(text.into(), Arc::clone(&document));
        }
        Ok(document)
    }
}

fn parse(schema: &ConsumerSchema, text: &str, limits: &Limits) -> Result<Document, OperationError> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut parser = Parser::new().token_limit(limits.document_tokens).recursion_limit(limits.document_depth);
    let parsed = parser.parse_ast(text, "request").map_err(|error| {
        if parser.tokens_reached() > limits.document_tokens {
            OperationError::TooLarge { limit: limits.document_tokens }
        } else if parser.recursion_reached() > limits.document_depth {
            OperationError::TooDeep { limit: limits.document_depth }
        } else {
            OperationError::Parse(mistakes(&error.errors))
        }
    })?;
    let valid = parsed.to_executable_validate(&schema.definition);
    let executable = valid.map_err(|errors| OperationError::Validation(mistakes(&errors.errors)))?;
    let conditions = conditions(&executable);
    Ok(Document { number: NEXT.fetch_add(1, Ordering::Relaxed), executable, conditions })
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
