//! Collects the fields that are really asked: fragments expanded, skipped fields left out, the same response key merged
//! (GraphQL, "Field Collection").

use std::collections::HashSet;

use apollo_compiler::{
    ast::{DirectiveList, Value},
    collections::IndexMap,
    executable::{Field, Selection, SelectionSet},
    response::JsonMap,
};

use super::{FieldKind, PlannedField, PlannedRoot, QueryPlan, text};
use crate::{
    operation::Operation,
    schema::{ConsumerSchema, Source},
};

/// Plans `operation`.
pub fn plan(schema: &ConsumerSchema, operation: &Operation) -> QueryPlan {
    let collector = Collector { schema, operation };
    let roots: Vec<_> = collector
        .collect(&[&operation.definition.selection_set])
        .into_iter()
        .map(|(response_key, fields)| collector.root(&operation.definition.selection_set.ty, response_key, &fields))
        .collect();
    let text = text::print(&roots);
    QueryPlan { hash: text::hash(&text), roots, text }
}

struct Collector<'a> {
    schema: &'a ConsumerSchema,
    operation: &'a Operation,
}

/// The fields of a selection by response key, in the order of the query.
type Collected<'a> = IndexMap<&'a str, Vec<&'a Field>>;

impl<'a> Collector<'a> {
    fn collect(&self, sets: &[&'a SelectionSet]) -> Collected<'a> {
        let mut collected = Collected::default();
        // A fragment is expanded once a selection, so that fragments that spread each other stay cheap.
        let mut expanded = HashSet::new();
        for set in sets {
            self.collect_into(set, &mut collected, &mut expanded);
        }
        collected
    }

    fn collect_into(&self, set: &'a SelectionSet, collected: &mut Collected<'a>, expanded: &mut HashSet<&'a str>) {
        for selection in &set.selections {
            if self.is_skipped(selection.directives()) {
                continue;
            }
            match selection {
                Selection::Field(field) => collected.entry(field.response_key().as_str()).or_default().push(field),
                Selection::InlineFragment(fragment) => {
                    self.collect_into(&fragment.selection_set, collected, expanded);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.operation.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment.filter(|fragment| expanded.insert(fragment.name.as_str())) {
                        self.collect_into(&fragment.selection_set, collected, expanded);
                    }
                }
            }
        }
    }

    fn is_skipped(&self, directives: &DirectiveList) -> bool {
        let condition = |name: &str| {
            let value = directives.get(name)?.specified_argument_by_name("if")?;
            is_true(value, &self.operation.variables)
        };
        condition("skip") == Some(true) || condition("include") == Some(false)
    }

    fn root(&self, type_name: &str, response_key: &'a str, fields: &[&'a Field]) -> PlannedRoot {
        let field = self.field(type_name, response_key, fields, None);
        let known = self.schema.root(&field.name);
        // Validation made sure that all fields under one response key have the same arguments.
        let arguments = fields.first().map_or_else(Vec::new, |field| {
            let given =
                |name: &str| field.arguments.iter().find(|argument| argument.name == name).map(|one| &one.value);
            let with_default = |definition: &'a apollo_compiler::ast::InputValueDefinition| {
                let value = given(&definition.name).or(definition.default_value.as_ref())?;
                Some((definition.name.to_string(), value.clone()))
            };
            field.definition.arguments.iter().filter_map(|definition| with_default(definition)).collect()
        });
        let data_owner = known.and_then(|root| root.data_owner.clone());
        let mappings = known.map_or_else(Vec::new, |root| root.mappings.clone());
        PlannedRoot { field, arguments, data_owner, mappings }
    }

    fn field(
        &self,
        type_name: &str,
        response_key: &str,
        fields: &[&'a Field],
        inside: Option<&Source>,
    ) -> PlannedField {
        // `fields` holds at least the field that made its entry.
        let name = fields.first().map_or("", |field| field.name.as_str());
        let ty = fields.first().map(|field| field.ty().clone());
        let kind = match name {
            "__typename" => FieldKind::Typename(type_name.to_owned()),
            "__schema" | "__type" => FieldKind::Introspection,
            _ => self.kind(type_name, name, fields, inside),
        };
        let ty = ty.unwrap_or_else(|| apollo_compiler::ty!(String));
        PlannedField { response_key: response_key.to_owned(), name: name.to_owned(), ty, kind }
    }

    fn kind(&self, type_name: &str, name: &str, fields: &[&'a Field], inside: Option<&Source>) -> FieldKind {
        let source = self.schema.source(type_name, name).map(|source| source.within(inside));
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        let inner = sets.first().map_or("", |set| set.ty.as_str());
        match source {
            Some(source) if sets.iter().all(|set| set.is_empty()) => FieldKind::Leaf(source),
            source => {
                let below = source.as_ref().or(inside);
                let children =
                    self.collect(&sets).into_iter().map(|(key, fields)| self.field(inner, key, &fields, below));
                FieldKind::Object(source.clone(), children.collect())
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
