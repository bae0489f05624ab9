//! How large a document is, told from its text before it is validated: each selection is looked at once, however often
//! fragments spread it, so that no document is worth more work than its length.

use std::collections::{HashMap, HashSet};

use apollo_compiler::{
    Name,
    ast::{Definition, DirectiveList, Document, FragmentDefinition, OperationDefinition, Selection},
};
use ndx_config::Limits;

use super::OperationError;
use crate::schema::ConsumerSchema;

/// The sizes of a document.
#[derive(Debug)]
pub(super) struct Measure {
    tokens: usize,
    /// Levels of nesting: as it is written, and with its fragments in their places.
    depth: usize,
    aliases: usize,
    directives: usize,
    /// What each operation costs, by its name.
    costs: HashMap<Option<Name>, usize>,
}

/// Fields with a weight that the consumer schema does not have.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`limits.fieldWeights` weighs what the consumer schema does not have: `{}`", .0.join("`, `"))]
pub struct UnknownWeights(pub Vec<String>);

/// Looks for every field that `limits` weigh in `schema`.
///
/// # Errors
/// With all that are not there.
pub fn check_weights(schema: &ConsumerSchema, limits: &Limits) -> Result<(), UnknownWeights> {
    let known = |name: &&String| {
        let parts = name.split_once('.');
        parts.is_some_and(|(ty, field)| schema.definition.type_field(ty, field).is_ok())
    };
    let unknown: Vec<String> = limits.field_weights.keys().filter(|name| !known(name)).cloned().collect();
    if unknown.is_empty() { Ok(()) } else { Err(UnknownWeights(unknown)) }
}

/// The size of a selection with its fragments in their places.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    depth: usize,
    cost: usize,
}

impl Measure {
    /// Measures `document`, of which `read` tokens and levels were read. `limits` say what a field costs.
    pub(super) fn of(
        document: &Document,
        (tokens, depth): (usize, usize),
        schema: &ConsumerSchema,
        limits: &Limits,
    ) -> Self {
        let mut fragments: HashMap<&str, &FragmentDefinition> = HashMap::new();
        let mut operations: Vec<&OperationDefinition> = Vec::new();
        let mut counted = Counted::default();
        for definition in &document.definitions {
            match definition {
                Definition::FragmentDefinition(fragment) => {
                    fragments.insert(&fragment.name, fragment);
                    counted.add(&fragment.directives, &fragment.selection_set);
                }
                Definition::OperationDefinition(operation) => {
                    operations.push(operation);
                    counted.directives += operation.variables.iter().map(|one| one.directives.len()).sum::<usize>();
                    counted.add(&operation.directives, &operation.selection_set);
                }
                _ => {}
            }
        }
        let mut scale = Scale { schema, limits, sizes: HashMap::new() };
        for name in inner_first(&fragments) {
            if let Some(fragment) = fragments.get(name) {
                let size = scale.size(&fragment.selection_set, Some(&fragment.type_condition));
                scale.sizes.insert(name, size);
            }
        }
        let mut measure =
            Self { tokens, depth, aliases: counted.aliases, directives: counted.directives, costs: HashMap::new() };
        for operation in operations {
            let root = schema.definition.root_operation(operation.operation_type);
            let size = scale.size(&operation.selection_set, root.map(|name| name.as_str()));
            measure.depth = measure.depth.max(size.depth);
            measure.costs.insert(operation.name.clone(), size.cost);
        }
        measure
    }

    /// Whether an application with these limits may send the document.
    pub(super) fn within(&self, limits: &Limits) -> Result<(), OperationError> {
        let over = |actual: usize, limit: usize| (actual > limit).then_some((limit, actual));
        if let Some((limit, actual)) = over(self.tokens, limits.document_tokens) {
            return Err(OperationError::TooLarge { limit, actual: Some(actual) });
        }
        if let Some((limit, actual)) = over(self.depth, limits.document_depth) {
            return Err(OperationError::TooDeep { limit, actual: Some(actual) });
        }
        if let Some((limit, actual)) = over(self.aliases, limits.aliases) {
            return Err(OperationError::TooManyAliases { limit, actual });
        }
        if let Some((limit, actual)) = over(self.directives, limits.directives) {
            return Err(OperationError::TooManyDirectives { limit, actual });
        }
        Ok(())
    }

    /// Whether an application with these limits may have the operation of this name carried out.
    pub(super) fn affordable(&self, operation: Option<&Name>, limits: &Limits) -> Result<(), OperationError> {
        let actual = self.costs.get(&operation.cloned()).copied().unwrap_or_default();
        if actual > limits.cost {
            return Err(OperationError::TooCostly { limit: limits.cost, actual });
        }
        Ok(())
    }
}

/// What is counted as it is written.
#[derive(Default)]
struct Counted {
    aliases: usize,
    directives: usize,
}

impl Counted {
    fn add(&mut self, directives: &DirectiveList, selections: &[Selection]) {
        self.directives += directives.len();
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.alias.is_some());
                    self.add(&field.directives, &field.selection_set);
                }
                Selection::InlineFragment(inline) => self.add(&inline.directives, &inline.selection_set),
                Selection::FragmentSpread(spread) => self.directives += spread.directives.len(),
            }
        }
    }
}

/// The fragments that are spread, each after those that it spreads itself. Where they go round in a circle, which validation
/// will tell, the circle is cut somewhere. Without recursion: a chain of fragments may be as long as the document.
fn inner_first<'a>(fragments: &HashMap<&'a str, &'a FragmentDefinition>) -> Vec<&'a str> {
    let mut met: HashSet<&str> = HashSet::new();
    let mut done = Vec::new();
    for start in fragments.values() {
        if !met.insert(&start.name) {
            continue;
        }
        let mut way = vec![(start.name.as_str(), spreads(&start.selection_set))];
        while let Some((name, left)) = way.last_mut() {
            match left.pop() {
                Some(next) => {
                    if let Some(fragment) = fragments.get(next).filter(|_| met.insert(next)) {
                        way.push((fragment.name.as_str(), spreads(&fragment.selection_set)));
                    }
                }
                None => {
                    done.push(*name);
                    way.pop();
                }
            }
        }
    }
    done
}

/// The fragments that a selection spreads itself, however deep in it.
fn spreads(selections: &[Selection]) -> Vec<&str> {
    let mut found = Vec::new();
    let mut left: Vec<&Selection> = selections.iter().collect();
    while let Some(selection) = left.pop() {
        match selection {
            Selection::Field(field) => left.extend(&field.selection_set),
            Selection::InlineFragment(inline) => left.extend(&inline.selection_set),
            Selection::FragmentSpread(spread) => found.push(spread.fragment_name.as_str()),
        }
    }
    found
}

struct Scale<'a> {
    schema: &'a ConsumerSchema,
    limits: &'a Limits,
    /// Of the fragments that were measured.
    sizes: HashMap<&'a str, Size>,
}

impl<'a> Scale<'a> {
    /// The size of what is selected of the type `of`. It is as deep in itself as the document is written, which the parser
    /// has limited.
    fn size(&self, selections: &[Selection], of: Option<&str>) -> Size {
        let mut size = Size::default();
        // Spread twice in one selection, a fragment selects nothing more than once.
        let mut spread_here = HashSet::new();
        for selection in selections {
            let one = match selection {
                Selection::Field(field) => self.field(&field.name, &field.selection_set, of),
                Selection::InlineFragment(inline) => {
                    self.size(&inline.selection_set, inline.type_condition.as_ref().map(Name::as_str).or(of))
                }
                // A spread is a level of its own: whoever walks the document goes one deeper.
                Selection::FragmentSpread(spread) if !spread_here.insert(&spread.fragment_name) => continue,
                Selection::FragmentSpread(spread) => {
                    let inside = self.sizes.get(spread.fragment_name.as_str()).copied().unwrap_or_default();
                    Size { depth: inside.depth.saturating_add(1), ..inside }
                }
            };
            size = Size { depth: size.depth.max(one.depth), cost: size.cost.saturating_add(one.cost) };
        }
        size
    }

    fn field(&self, name: &str, selections: &[Selection], of: Option<&str>) -> Size {
        // The schema costs nothing: it is not asked of anybody.
        let meta = name.starts_with("__");
        let ty = of.and_then(|of| self.schema.definition.type_field(of, name).ok()).map(|field| &field.ty);
        let below = self.size(selections, ty.map(|ty| ty.inner_named_type().as_str()));
        let weight = match of {
            Some(of) if !self.limits.field_weights.is_empty() => self.limits.field_weights.get(&format!("{of}.{name}")),
            _ => None,
        };
        let times = if ty.is_some_and(|ty| ty.is_list()) { self.limits.assumed_list_size } else { 1 };
        let cost = if meta { 0 } else { weight.copied().unwrap_or(1).saturating_add(below.cost.saturating_mul(times)) };
        Size { depth: below.depth.saturating_add(1), cost }
    }
}
