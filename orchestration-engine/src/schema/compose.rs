//! Checks the consumer schema against the configuration and the provider schemas, and notes where each field comes from.
//!
//! Every mistake is reported, with its place, what is wrong and what would be right.

mod walk;

mod sources;

mod lists;

mod leaves;

mod arguments;

mod argument_types;

mod lookups;

mod labels;

mod settings;

mod reach;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Name, Node, Schema,
    schema::{ExtendedType, FieldDefinition, ObjectType},
};
use ndx_contracts::audit::ProviderName;

pub use self::{labels::Unlabelled, settings::Setting};
use self::{lookups::Pending, walk::Reached};
use super::{Inputs, Leaf, Lookup, ProviderSchemas, Root, RootFields, Source};

/// Line and column, from 1.
pub type Place = Option<(usize, usize)>;

/// What composition found.
#[derive(Debug, Default)]
pub struct Composed {
    pub sources: HashMap<(String, String), Source>,
    /// The lists, and what stands in them, whose fields are known by the last segment of their paths.
    pub last_segments: HashSet<Source>,
    pub roots: HashMap<String, Root>,
    pub lookups: HashMap<(String, String), Lookup>,
    pub problems: Vec<(Place, String)>,
    pub warnings: Vec<(Place, String)>,
    /// What is wrong with the settings that speak of the schemas.
    pub settings: Vec<Setting>,
    /// Everything that a consumer can ask for and a provider must answer.
    pub leaves: Vec<Leaf>,
    /// The provider fields that a consumer can ask for and some citizens could not read about.
    pub unlabelled: Vec<Unlabelled>,
    /// What can be asked below each root field.
    pub root_fields: Vec<RootFields>,
    /// Where each provider is named.
    pub named: Vec<(Place, Arc<ProviderName>)>,
}

struct Composer<'a> {
    schema: &'a Schema,
    query: &'a Node<ObjectType>,
    providers: &'a ProviderSchemas,
    inputs: &'a Inputs,
    found: Composed,
    /// What the root that is walked now asks of providers.
    reached: Vec<Reached>,
    /// Objects of that root that were walked already, with the object or list they stood in.
    walked: HashSet<(Name, Option<Source>)>,
    /// How many fields were walked, all roots together.
    count: usize,
    /// The types between the root and the field that is walked now.
    path: Vec<Name>,
    /// The types that some field leads to.
    led_to: HashSet<Name>,
    /// The fields with `@lookup` that were met: they are checked when all roots are known.
    lookups: Vec<Pending>,
}

/// Composes `schema`.
pub fn compose(schema: &Schema, providers: &ProviderSchemas, inputs: &Inputs) -> Composed {
    let query = schema.root_operation(apollo_compiler::ast::OperationType::Query);
    let Some(query) = query.and_then(|name| schema.get_object(name)) else {
        let nothing = (None, "there is no `Query` type, so nothing could be asked".to_owned());
        return Composed { problems: vec![nothing], ..Composed::default() };
    };
    let mut composer = Composer {
        schema,
        query,
        providers,
        inputs,
        found: Composed::default(),
        reached: Vec::new(),
        walked: HashSet::new(),
        count: 0,
        path: vec![query.name.clone()],
        led_to: HashSet::new(),
        lookups: Vec::new(),
    };
    composer.only_questions();
    for field in query.fields.values() {
        composer.walk(field);
        composer.root(field);
    }
    composer.lookups();
    composer.unlabelled();
    composer.settings();
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

    /// Nobody changes anything through the exchange, and nobody is told of changes.
    fn only_questions(&mut self) {
        let definition = &self.schema.schema_definition;
        for other in [&definition.mutation, &definition.subscription].into_iter().flatten() {
            let message = format!("the exchange only answers questions; remove the type `{}`", other.name);
            let name = self.schema.get_object(other).map_or(&other.name, |object| &object.name);
            self.found.problems.push((self.place(name), message));
            self.led_to.insert(other.name.clone());
        }
    }

    /// Policy and consent know a field by schema and path, so a schema's id must say whose it is.
    fn one_provider_a_schema(&mut self) {
        let mut keys = BTreeMap::new();
        let mut told = HashSet::new();
        let mut problems = Vec::new();
        for (place, provider) in &self.found.named {
            let ProviderName { provider_key, schema_id } = &**provider;
            let first = *keys.entry(schema_id).or_insert(provider_key);
            if first != provider_key && told.insert(provider) {
                let message = format!(
                    "`{schema_id}` is named with several provider keys, `{first}` and `{provider_key}`; a schema belongs to one provider"
                );
                problems.push((*place, message));
            }
        }
        self.found.problems.extend(problems);
    }
}

/// ` (line 42)` for a place that a message speaks of besides its own.
fn in_line(place: Place) -> String {
    place.map(|(line, _)| format!(" (line {line})")).unwrap_or_default()
}
