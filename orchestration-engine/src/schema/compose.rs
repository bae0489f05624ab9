//! Checks the consumer schema against the configuration and the provider schemas, and notes where each field comes from.
//!
//! Every mistake is reported, with its place in the consumer schema, what is wrong and what would be right.

mod arguments;

mod lookups;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Name, Node, Schema,
    schema::{ExtendedType, FieldDefinition, ObjectType},
};
use ndx_config::did_you_mean;
use ndx_contracts::{ProviderKey, SchemaId, audit::ProviderName};

use super::{Inputs, Leaf, Lookup, ProviderSchemas, Root, Source};

/// Line and column, from 1.
pub type Place = Option<(usize, usize)>;

/// What composition found.
#[derive(Debug, Default)]
pub struct Composed {
    pub sources: HashMap<(String, String), Source>,
    pub roots: HashMap<String, Root>,
    pub lookups: HashMap<(String, String), Lookup>,
    pub problems: Vec<(Place, String)>,
    pub warnings: Vec<(Place, String)>,
    /// Everything that a consumer can ask for and a provider must answer.
    pub leaves: Vec<Leaf>,
    /// Where each provider is named.
    pub named: Vec<(Place, Arc<ProviderName>)>,
}

struct Composer<'a> {
    schema: &'a Schema,
    query: &'a Node<ObjectType>,
    providers: &'a ProviderSchemas,
    inputs: &'a Inputs,
    found: Composed,
    /// Types that were walked already, with the list or object they stood in.
    walked: HashSet<(String, Option<Source>)>,
    /// The types between the root and the field that is walked now.
    path: Vec<Name>,
    /// The fields with `@lookup` that were met: they are checked when all roots are known.
    lookups: Vec<(Node<ObjectType>, Name)>,
}

/// Composes `schema`.
pub fn compose(schema: &Schema, providers: &ProviderSchemas, inputs: &Inputs) -> Composed {
    let query = schema.root_operation(apollo_compiler::ast::OperationType::Query);
    let Some(query) = query.and_then(|name| schema.get_object(name)) else {
        let nothing = (None, "there is no `Query` type, so nothing could be asked".to_owned());
        return Composed { problems: vec![nothing], ..Composed::default() };
    };
    let (found, walked, path, lookups) = (Composed::default(), HashSet::new(), Vec::new(), Vec::new());
    let mut composer = Composer { schema, query, providers, inputs, found, walked, path, lookups };
    for other in [&schema.schema_definition.mutation, &schema.schema_definition.subscription].into_iter().flatten() {
        let message = format!("the exchange only answers questions; remove the type `{}`", other.name);
        composer.found.problems.push((composer.place(&other.name), message));
    }
    for (name, field) in &query.fields {
        let mut reached = Vec::new();
        composer.field(query, name, field, None, &mut reached);
        composer.root(name, field, &reached);
    }
    composer.lookups();
    composer.one_provider_a_schema();
    composer.unreachable_types();
    composer.found
}

impl Composer<'_> {
    fn place(&self, name: &Name) -> Place {
        let range = name.location().and_then(|location| location.line_column_range(&self.schema.sources));
        range.map(|range| (range.start.line, range.start.column))
    }

    fn is_leaf(&self, type_name: &str) -> bool {
        self.schema.types.get(type_name).is_none_or(ExtendedType::is_leaf)
    }

    fn note(&mut self, field: &FieldDefinition, message: String) {
        let place = self.place(&field.name);
        self.found.problems.push((place, message));
    }

    /// No query can reach what no field leads to.
    fn unreachable_types(&mut self) {
        let reached: HashSet<&str> = self.walked.iter().map(|(name, _)| name.as_str()).collect();
        let lost = |(name, kind): (&'_ Name, &'_ ExtendedType)| match kind {
            ExtendedType::Object(object) => {
                (!kind.is_built_in() && object != self.query && !reached.contains(name.as_str())).then(|| {
                    (
                        self.place(&object.name),
                        format!("no query can reach the type `{name}`; use it in a field or remove it"),
                    )
                })
            }
            _ => None,
        };
        let warnings: Vec<_> = self.schema.types.iter().filter_map(lost).collect();
        self.found.warnings.extend(warnings);
    }

    /// Policy and consent know a field by schema and path, so a schema's id must say whose it is.
    fn one_provider_a_schema(&mut self) {
        let mut keys: BTreeMap<&SchemaId, &ProviderKey> = BTreeMap::new();
        let mut told = HashSet::new();
        let mut problems = Vec::new();
        for (place, provider) in &self.found.named {
            let first = *keys.entry(&provider.schema_id).or_insert(&provider.provider_key);
            if *first != provider.provider_key && told.insert(provider) {
                let ProviderName { provider_key, schema_id } = &**provider;
                let message = format!(
                    "`{schema_id}` is named with several provider keys, `{first}` and `{provider_key}`; a schema belongs to one provider"
                );
                problems.push((*place, message));
            }
        }
        self.found.problems.extend(problems);
    }

    /// Walks one field and everything below it; `reached` gathers the sources.
    fn field(
        &mut self,
        parent: &Node<ObjectType>,
        name: &str,
        field: &FieldDefinition,
        inside: Option<&Source>,
        reached: &mut Vec<Source>,
    ) {
        if field.directives.has("lookup") {
            self.lookups.push((parent.clone(), field.name.clone()));
            return;
        }
        let written = Source::from_directives(&field.directives);
        if written.is_none() && field.directives.has("sourceInfo") {
            self.note(
                field,
                format!("`{}.{name}`: `providerField` must be a dotted path such as `person.fullName`", parent.name),
            );
        }
        let source = written.as_ref().map(|source| source.within(inside));
        if let Some(source) = &source {
            self.source(parent, name, field, source);
            reached.push(source.clone());
            let place = self.place(&field.name);
            self.found.named.push((place, source.provider.clone()));
            if self.schema.types.get(field.ty.inner_named_type()).is_some_and(ExtendedType::is_leaf) {
                self.found.leaves.push(Leaf { name: format!("{}.{name}", parent.name), field: source.field(), place });
            }
        }
        if let Some(written) = written {
            self.found.sources.insert((parent.name.to_string(), name.to_owned()), written);
        }
        if parent != self.query && !field.arguments.is_empty() {
            self.note(field, format!("`{}.{name}` has arguments, which only root fields can hand on", parent.name));
        }
        let type_name = field.ty.inner_named_type().clone();
        match self.schema.types.get(&type_name) {
            Some(ExtendedType::Object(object)) => {
                if source.is_none() && field.ty.is_list() {
                    self.note(
                        field,
                        format!("`{}.{name}` is a list, so it needs `@sourceInfo` to say which", parent.name),
                    );
                }
                let below = source.or_else(|| inside.cloned());
                let new = self.walked.insert((type_name.to_string(), below.clone()));
                if below.is_none() && self.path.contains(&type_name) {
                    let message = format!(
                        "`{}.{name}` leads back to `{type_name}` without end; give it `@sourceInfo`",
                        parent.name
                    );
                    self.note(field, message);
                } else if new || below.is_none() {
                    let object = object.clone();
                    self.path.push(type_name);
                    for (name, field) in &object.fields {
                        self.field(&object, name, field, below.as_ref(), reached);
                    }
                    self.path.pop();
                }
            }
            Some(ExtendedType::Interface(_) | ExtendedType::Union(_)) => {
                self.note(
                    field,
                    format!("`{}.{name}` is an interface or union, which no provider field can fill", parent.name),
                );
            }
            _ if source.is_none() => {
                self.note(
                    field,
                    format!("`{}.{name}` has no `@sourceInfo`, so nothing could ever answer it", parent.name),
                );
            }
            _ => {}
        }
    }

    /// Checks that the provider has the field and that the types agree.
    fn source(&mut self, parent: &ObjectType, name: &str, field: &FieldDefinition, source: &Source) {
        if field.ty.is_non_null() {
            let message =
                format!("`{}.{name}` comes from a provider, so it must be nullable; remove the `!`", parent.name);
            self.note(field, message);
        }
        let Some(provider) = self.providers.get(&source.provider.schema_id) else { return };
        let definition = match provider.field(&source.path) {
            Ok(found) => found,
            Err((missing, known)) => {
                let hint = did_you_mean(&missing, &known);
                let path = source.path.join(".");
                self.note(
                    field,
                    format!("`{}.{name}`: `{}` has no `{missing}` of `{path}`{hint}", parent.name, source.provider),
                );
                return;
            }
        };
        let (ours, theirs) = (field.ty.inner_named_type().as_str(), definition.ty.inner_named_type().as_str());
        let our_leaf = self.schema.types.get(ours).is_none_or(ExtendedType::is_leaf);
        if our_leaf != provider.is_leaf(theirs) {
            self.note(field, format!("`{}.{name}` is `{ours}`, but `{source}` is `{theirs}`", parent.name));
        } else if our_leaf && !leaf_fits(ours, theirs) {
            self.note(field, format!("`{}.{name}` is `{ours}`, but `{source}` gives `{theirs}`", parent.name));
        }
        if definition.ty.is_list() != field.ty.is_list() {
            let (is, gives) = if field.ty.is_list() { ("a list", "one value") } else { ("one value", "a list") };
            self.note(field, format!("`{}.{name}` is {is}, but `{source}` gives {gives}", parent.name));
        }
    }
}

/// Whether a provider's leaf can stand where the consumer schema promises another.
fn leaf_fits(ours: &str, theirs: &str) -> bool {
    let built_in = |name| matches!(name, "Int" | "Float" | "String" | "Boolean" | "ID");
    ours == theirs
        || matches!((ours, theirs), ("Float", "Int") | ("ID", "Int" | "String") | ("String", "ID"))
        || (built_in(ours) && !built_in(theirs))
        || (!built_in(ours) && matches!(theirs, "String" | "ID"))
        || (!built_in(ours) && !built_in(theirs))
}
