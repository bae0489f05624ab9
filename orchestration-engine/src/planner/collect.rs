//! Collects the fields that are really asked: fragments expanded, skipped fields left out, the same response key merged
//! (GraphQL, "Field Collection").

use std::collections::HashSet;

use apollo_compiler::{
    Node,
    ast::{DirectiveList, InputValueDefinition, Value},
    collections::IndexMap,
    executable::{Field, Selection as Selected, SelectionSet},
    response::JsonMap,
};
use ndx_config::Limits;

use super::{
    FieldKind, PlannedArgument, PlannedField, PlannedLookup, PlannedRoot, QueryPlan, Selection, document,
    sources::{Reached, Within},
    text,
};
use crate::{
    operation::{Location, Operation},
    schema::{ConsumerSchema, Lookup},
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
    /// It goes from one person to the next too often.
    #[error("the operation goes from one person to another more than {limit} times in a row")]
    TooManyLookups {
        /// How often is allowed.
        limit: usize,
    },
    /// `@skip` or `@include` has a variable that is null.
    #[error("the condition of `@skip` or `@include` is null")]
    NullCondition,
}

/// Draws the plan of `operation`, of at most so many fields and levels of lookups as `limits` allow.
///
/// # Errors
/// When it asks for more, or a condition is null.
pub fn draw(schema: &ConsumerSchema, operation: &Operation, limits: &Limits) -> Result<QueryPlan, PlanError> {
    let mut collector =
        Collector { schema, operation, limits, size: 0, reached: Reached::default(), lookups: Vec::new() };
    let set = &operation.definition.selection_set;
    let mut roots = Vec::new();
    for (number, (key, fields)) in collector.collect(&[set])?.into_iter().enumerate() {
        roots.push(collector.root(Selection::Root(number), &set.ty, key, &fields, 0)?);
    }
    let Collector { size, reached, lookups, .. } = collector;
    let lookups: Vec<_> = lookups.into_iter().flatten().collect();
    let stages = 1 + lookups.iter().map(|lookup| lookup.stage).max().unwrap_or_default();
    let (fields, providers) = reached.into_parts();
    let labels = fields.iter().map(|field| schema.label(field)).collect();
    let (whole, text, hash) = (Vec::new(), String::new(), String::new());
    let mut plan = QueryPlan { roots, lookups, fields, labels, providers, stages, size, whole, text, hash };
    plan.whole = document::whole(&plan, schema);
    plan.hash = text::hash(&plan);
    plan.text = text::print(&plan);
    Ok(plan)
}

struct Collector<'a> {
    schema: &'a ConsumerSchema,
    operation: &'a Operation,
    limits: &'a Limits,
    size: usize,
    reached: Reached,
    /// Each gets its number before what it leads to is walked, and its content after.
    lookups: Vec<Option<PlannedLookup>>,
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
                Selected::Field(field) => collected.entry(field.response_key().as_str()).or_default().push(field),
                Selected::InlineFragment(fragment) => {
                    self.collect_into(&fragment.selection_set, collected, expanded)?;
                }
                Selected::FragmentSpread(spread) => {
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

    fn root(
        &mut self,
        selection: Selection,
        type_name: &str,
        response_key: &'a str,
        fields: &[&'a Field],
        stage: usize,
    ) -> Result<PlannedRoot, PlanError> {
        let mut within = Within::root(selection, stage);
        let field = self.field(type_name, response_key, fields, &mut within)?;
        // Validation made sure that all fields under one response key have the same arguments.
        let arguments = fields.first().map_or_else(Vec::new, |field| {
            let given =
                |name: &str| field.arguments.iter().find(|argument| argument.name == name).map(|one| &one.value);
            let planned = |definition: &'a Node<InputValueDefinition>| argument(definition, given(&definition.name));
            field.definition.arguments.iter().map(planned).collect()
        });
        Ok(self.planned_root(field, arguments, within))
    }

    fn planned_root(&self, field: PlannedField, arguments: Vec<PlannedArgument>, within: Within) -> PlannedRoot {
        let known = self.schema.root(&field.name);
        let data_owner = known.and_then(|root| root.data_owner.clone());
        let mappings = known.map_or(&[][..], |root| root.mappings.as_slice());
        let (sources, calls) = within.finish(&field, mappings, data_owner.is_some(), &self.reached, self.schema);
        PlannedRoot { field, arguments, data_owner, sources, calls }
    }

    fn field(
        &mut self,
        type_name: &str,
        response_key: &str,
        fields: &[&'a Field],
        within: &mut Within,
    ) -> Result<PlannedField, PlanError> {
        self.size += 1;
        if self.size > self.limits.planned_fields {
            return Err(PlanError::TooManyFields { limit: self.limits.planned_fields });
        }
        // `fields` holds at least the field that made its entry.
        let name = fields.first().map_or("", |field| field.name.as_str());
        let ty = fields.first().map(|field| field.ty().clone());
        let kind = match name {
            "__typename" => FieldKind::Typename(type_name.to_owned()),
            "__schema" | "__type" => FieldKind::Introspection,
            _ => match self.schema.lookup(type_name, name) {
                Some(lookup) => self.lookup(type_name, lookup, fields, within)?,
                None => self.kind(type_name, name, fields, within)?,
            },
        };
        let ty = ty.unwrap_or_else(|| apollo_compiler::ty!(String));
        let location = fields.first().and_then(|field| self.location(field));
        // A response key is a GraphQL name: it needs no escape.
        let written_key = format!("\"{response_key}\":");
        Ok(PlannedField {
            response_key: response_key.to_owned(),
            written_key,
            name: name.to_owned(),
            ty,
            location,
            kind,
        })
    }

    fn location(&self, field: &Field) -> Option<Location> {
        let name = field.alias.as_ref().unwrap_or(&field.name);
        let range = name.location()?.line_column_range(&self.operation.document.executable.sources)?;
        Some(Location { line: range.start.line, column: range.start.column })
    }

    fn kind(
        &mut self,
        type_name: &str,
        name: &str,
        fields: &[&'a Field],
        within: &mut Within,
    ) -> Result<FieldKind, PlanError> {
        let source = self.schema.source_within(type_name, name, within.innermost());
        let sets: Vec<_> = fields.iter().map(|field| &field.selection_set).collect();
        let Some(source) = source else { return Ok(FieldKind::Object(None, self.children(&sets, within)?)) };
        let mut planned = within.reach(&source, &mut self.reached, self.schema);
        if sets.iter().all(|set| set.is_empty()) {
            planned.field = self.reached.field(&source);
            return Ok(FieldKind::Leaf(planned));
        }
        within.enter(source.clone());
        let children = self.children(&sets, within)?;
        within.leave();
        let below = children.iter().flat_map(PlannedField::sources);
        let first = below.filter(|one| planned.holds(one)).map(|one| one.field).next();
        planned.field = first.unwrap_or_else(|| self.reached.field(&source));
        Ok(FieldKind::Object(Some(planned), children))
    }

    fn children(&mut self, sets: &[&'a SelectionSet], within: &mut Within) -> Result<Vec<PlannedField>, PlanError> {
        let type_name = sets.first().map_or("", |set| set.ty.as_str());
        let collected = self.collect(sets)?;
        collected.into_iter().map(|(key, fields)| self.field(type_name, key, &fields, within)).collect()
    }

    /// A field that leads to another root: the value that leads there is fetched here, what it leads to in the next stage.
    fn lookup(
        &mut self,
        type_name: &str,
        lookup: &Lookup,
        fields: &[&'a Field],
        within: &mut Within,
    ) -> Result<FieldKind, PlanError> {
        let stage = within.stage + 1;
        if stage > self.limits.lookup_depth {
            return Err(PlanError::TooManyLookups { limit: self.limits.lookup_depth });
        }
        // Composition made sure that `from` has a source.
        let key = self.schema.source_within(type_name, &lookup.from, within.innermost());
        let Some(source) = key else { return Ok(FieldKind::Object(None, Vec::new())) };
        let mut key = within.reach(&source, &mut self.reached, self.schema);
        key.field = self.reached.field(&source);
        let number = self.lookups.len();
        self.lookups.push(None);
        let mut beyond = Within::root(Selection::Lookup(number), stage);
        let kind = self.kind(self.schema.query_type(), &lookup.root, fields, &mut beyond)?;
        let definition = self.schema.root_definition(&lookup.root);
        let ty = definition.map_or_else(|| apollo_compiler::ty!(String), |definition| definition.ty.clone());
        let name = lookup.root.clone();
        let field =
            PlannedField { response_key: name.clone(), written_key: String::new(), name, ty, location: None, kind };
        let others = definition.into_iter().flat_map(|definition| definition.arguments.iter());
        let arguments = others.map(|definition| argument(definition, None)).collect();
        let root = self.planned_root(field, arguments, beyond);
        let argument = lookup.argument.clone();
        let planned = PlannedLookup { parent: within.selection, stage, key: key.clone(), argument, root };
        if let Some(place) = self.lookups.get_mut(number) {
            *place = Some(planned);
        }
        Ok(FieldKind::Lookup(key, number))
    }
}

fn argument(definition: &InputValueDefinition, given: Option<&Node<Value>>) -> PlannedArgument {
    PlannedArgument {
        name: definition.name.to_string(),
        given: given.cloned(),
        default: definition.default_value.clone(),
        nullable: !definition.ty.is_non_null(),
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
