//! Collects the fields that are really asked: fragments expanded, skipped fields left out, the same response key merged
//! (GraphQL, "Field Collection").

use std::{cell::Cell, collections::HashSet};

use apollo_compiler::{
    Node,
    ast::{DirectiveList, InputValueDefinition, Value},
    collections::IndexMap,
    executable::{Field, Selection, SelectionSet},
    response::JsonMap,
};

use super::{FieldKind, PlannedArgument, PlannedField, PlannedRoot, QueryPlan, text};
use crate::{
    operation::Operation,
    schema::{ConsumerSchema, Source},
};

/// Why an operation is not planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Its answer would have too many fields. A short document can ask for very many, by spreading a fragment under many
    /// aliases.
    #[error("the operation asks for more than {limit} fields")]
    TooManyFields {
        /// How many are allowed.
        limit: usize,
    },
    /// `@skip` or `@include` has a variable that is null.
    #[error("the condition of `@skip` or `@include` is null")]
    NullCondition,
}

/// Plans `operation`, of at most `limit` fields.
///
/// # Errors
/// When it asks for more, or a condition is null.
pub fn plan(schema: &ConsumerSchema, operation: &Operation, limit: usize) -> Result<QueryPlan, PlanError> {
    let collector = Collector { schema, operation, limit, planned: Cell::new(0) };
    let set = &operation.definition.selection_set;
    let collected = collector.collect(&[set])?;
    let roots = collected.into_iter().map(|(key, fields)| collector.root(&set.ty, key, &fields));
    let roots = roots.collect::<Result<Vec<_>, _>>()?;
    Ok(QueryPlan { hash: text::hash(&roots), text: text::print(&roots), roots })
}

struct Collector<'a> {
    schema: &'a ConsumerSchema,
    operation: &'a Operation,
    limit: usize,
    planned: Cell<usize>,
}

/// The fields of a selection by response key, in the order of the query.
type Collected<'a> = IndexMap<&'a str, Vec<&'a Field>>;

impl<'a> Collector<'a> {
    fn collect(&self, sets: &[&'a SelectionSet]) -> Result<Collected<'a>, PlanError> {
        let mut collected = Collected::default();
        // A fragment is expanded once a selection, so that fragments that spread each other stay cheap.
        let mut expanded = HashSet::new();
        for set in sets {
            self.collect_into(set, &mut collected, &mut expanded)?;
        }
        Ok(collected)
    }

    fn collect_into(
        &self,
        set: &'a SelectionSet,
        collected: &mut Collected<'a>,
        expanded: &mut HashSet<&'a str>,
    ) -> Result<(), PlanError> {
        for selection in &set.selections {
            if self.is_skipped(selection.directives())? {
                continue;
            }
            match selection {
                Selection::Field(field) => collected.entry(field.response_key().as_str()).or_default().push(field),
                Selection::InlineFragment(fragment) => {
                    self.collect_into(&fragment.selection_set, collected, expanded)?;
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.operation.document.executable.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment.filter(|fragment| expanded.insert(fragment.name.as_str())) {
                        self.collect_into(&fragment.selection_set, collected, expanded)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn is_skipped(&self, directives: &DirectiveList) -> Result<bool, PlanError> {
        let condition = |name: &str| match directives.get(name).and_then(|one| one.specified_argument_by_name("if")) {
            Some(value) => is_true(value, &self.operation.variables).map(Some).ok_or(PlanError::NullCondition),
            None => Ok(None),
        };
        Ok(condition("skip")? == Some(true) || condition("include")? == Some(false))
    }

    fn root(&self, type_name: &str, response_key: &'a str, fields: &[&'a Field]) -> Result<PlannedRoot, PlanError> {
        let field = self.field(type_name, response_key, fields, None)?;
        let known = self.schema.root(&field.name);
        // Validation made sure that all fields under one response key have the same arguments.
        let arguments = fields.first().map_or_else(Vec::new, |field| {
            let given =
                |name: &str| field.arguments.iter().find(|argument| argument.name == name).map(|one| &one.value);
            let argument = |definition: &'a Node<InputValueDefinition>| PlannedArgument {
                name: definition.name.to_string(),
                given: given(&definition.name).cloned(),
                default: definition.default_value.clone(),
                nullable: !definition.ty.is_non_null(),
            };
            field.definition.arguments.iter().map(argument).collect()
        });
        let data_owner = known.and_then(|root| root.data_owner.clone());
        let mappings = known.map_or_else(Vec::new, |root| root.mappings.clone());
        Ok(PlannedRoot { field, arguments, data_owner, mappings })
    }

    fn field(
        &self,
        type_name: &str,
        response_key: &str,
        fields: &[&'a Field],
        inside: Option<&Source>,
    ) -> Result<PlannedField, PlanError> {
        self.planned.set(self.planned.get() + 1);
        if self.planned.get() > self.limit {
            return Err(PlanError::TooManyFields { limit: self.limit });
        }
        // `fields` holds at least the field that made its entry.
        let name = fields.first().map_or("", |field| field.name.as_str());
        let ty = fields.first().map(|field| field.ty().clone());
        let kind = match name {
            "__typename" => FieldKind::Typename(type_name.to_owned()),
            "__schema" | "__type" => FieldKind::Introspection,
            _ => self.kind(type_name, name, fields, inside)?,
        };
        let ty = ty.unwrap_or_else(|| apollo_compiler::ty!(String));
        Ok(PlannedField { response_key: response_key.to_owned(), name: name.to_owned(), ty, kind })
    }

    fn kind(
        &self,
        type_name: &str,
        name: &str,
        fields: &[&'a Field],
        inside: Option<&Source>,
    ) -> Result<FieldKind, PlanError> {
        let source = self.schema.source_within(type_name, name, inside);
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        let inner = sets.first().map_or("", |set| set.ty.as_str());
        match source {
            Some(source) if sets.iter().all(|set| set.is_empty()) => Ok(FieldKind::Leaf(source)),
            source => {
                let below = source.as_ref().or(inside);
                let collected = self.collect(&sets)?.into_iter();
                let children = collected.map(|(key, fields)| self.field(inner, key, &fields, below));
                let children = children.collect::<Result<_, _>>()?;
                Ok(FieldKind::Object(source, children))
            }
        }
    }
}

/// The value of a condition, which is a literal or a variable that has been coerced to a Boolean.
fn is_true(value: &Value, variables: &JsonMap) -> Option<bool> {
    match value {
        Value::Boolean(value) => Some(*value),
        Value::Variable(name) => variables.get(name.as_str())?.as_bool(),
        _ => None,
    }
}
