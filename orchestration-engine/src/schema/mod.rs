//! The consumer schema and where its fields come from: loaded and composed once, then only read.

mod read;

mod provider;

mod source;

mod lookup;

mod compose;

mod told;

mod clean;

mod load;

pub mod versions;

pub mod compare;

pub mod drift;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Schema,
    ast::OperationType,
    schema::{ExtendedType, FieldDefinition},
    validation::Valid,
};
use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, audit::ProviderName};

pub use self::{
    compose::{Setting, Unlabelled},
    load::{Composition, Inputs, Leaf, RootFields, check, check_text, load, load_text},
    lookup::Lookup,
    provider::{ProviderSchema, ProviderSchemas},
    read::{SchemaProblem, SchemaProblems, alone},
    source::Source,
    told::{Label, Personal, Told},
};

/// What consumers may ask, with the source of every field.
#[derive(Debug)]
pub struct ConsumerSchema {
    /// Its text.
    pub text: SchemaText,
    /// The schema as the GraphQL library knows it.
    pub definition: Valid<Schema>,
    /// The schema as consumers see it: without our directives, and with what they are told of each field.
    pub clean: Valid<Schema>,
    /// What consumers are told of each field with a source, by type and field.
    told: HashMap<(String, String), Told>,
    /// Where a field's value comes from, by type and field; containers have no source.
    sources: HashMap<(String, String), Source>,
    /// The lists, and what stands in them, where only the last segment of a path counts (`legacyListPaths`).
    last_segments: HashSet<Source>,
    /// The fields that lead to another person, by type and field.
    lookups: HashMap<(String, String), Lookup>,
    /// What is known of each root field's arguments.
    roots: HashMap<String, Root>,
    /// The providers' own schemas, as far as they are known.
    pub providers: ProviderSchemas,
    /// The providers that the schema names and the configuration lacks.
    pub not_configured: Vec<ProviderName>,
    /// Where a provider says whose record it is, where it does.
    echoes: HashMap<ProviderName, Vec<String>>,
}

/// The text of the consumer schema, and where it comes from.
#[derive(Debug, Clone)]
pub struct SchemaText {
    /// The text.
    pub sdl: String,
    /// SHA-256 of it, in hexadecimal.
    pub checksum: String,
    /// Its file, as the configuration names it; who made it, when it is a version of the store.
    pub file: String,
    /// When it was last written.
    pub written_at: DateTime<Utc>,
}

impl SchemaText {
    /// SHA-256 of `sdl`, in hexadecimal.
    pub fn checksum_of(sdl: &str) -> String {
        digest(&SHA256, sdl.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The name under which a text is known that has no other.
    pub fn short_checksum(&self) -> String {
        self.checksum.chars().take(12).collect()
    }
}

/// What is known of a root field's arguments.
#[derive(Debug, Clone, Default)]
pub struct Root {
    /// The argument that names the person whom the data is about.
    pub data_owner: Option<String>,
    /// How its arguments reach providers.
    pub mappings: Vec<Mapping>,
}

/// Carries one argument of a root field to one field of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The root field's argument.
    pub argument: String,
    /// The provider.
    pub provider: Arc<ProviderName>,
    /// The provider's root field.
    pub root_field: String,
    /// The provider's argument.
    pub target: String,
}

impl ConsumerSchema {
    /// Where `field` of `type_name` comes from, as it is written in the schema.
    pub fn source(&self, type_name: &str, field: &str) -> Option<&Source> {
        self.sources.get(&(type_name.to_owned(), field.to_owned()))
    }

    /// Where `field` of `type_name` comes from when it stands in the object or list that comes from `inside`.
    pub fn source_within(&self, type_name: &str, field: &str, inside: Option<&Source>) -> Option<Source> {
        let written = self.source(type_name, field)?;
        Some(match inside {
            Some(inside) if self.last_segments.contains(inside) => written.by_last_segment(inside),
            _ => written.within(inside),
        })
    }

    /// How `field` of `type_name` leads to another person, if it does.
    pub fn lookup(&self, type_name: &str, field: &str) -> Option<&Lookup> {
        self.lookups.get(&(type_name.to_owned(), field.to_owned()))
    }

    /// What consumers are told of a field that has a source.
    pub fn told(&self, type_name: &str, field: &str) -> Option<&Told> {
        self.told.get(&(type_name.to_owned(), field.to_owned()))
    }

    /// What is known of a root field.
    pub fn root(&self, field: &str) -> Option<&Root> {
        self.roots.get(field)
    }

    /// The name of the type that holds the root fields.
    pub fn query_type(&self) -> &str {
        self.definition.root_operation(OperationType::Query).map_or("", |name| name.as_str())
    }

    /// A root field as the schema defines it.
    pub fn root_definition(&self, field: &str) -> Option<&FieldDefinition> {
        let query = self.definition.root_operation(OperationType::Query)?;
        self.definition.get_object(query)?.fields.get(field).map(|field| &***field)
    }

    /// Where `provider` says whose record it is: a path from its `Query` type.
    pub fn echo(&self, provider: &ProviderName) -> Option<&[String]> {
        self.echoes.get(provider).map(Vec::as_slice)
    }

    /// Whether values of the type `name` are leaves.
    pub fn is_leaf(&self, name: &str) -> bool {
        self.definition.types.get(name).is_none_or(ExtendedType::is_leaf)
    }

    /// What citizens read for a field.
    pub fn label(&self, field: &FieldRef) -> Label {
        let provider = self.providers.get(&field.schema_id);
        provider.and_then(|schema| schema.label(&field.field_name)).unwrap_or_else(|| Label {
            name: plain_words(&field.field_name).into(),
            form: None,
            sensitive: provider.and_then(|schema| schema.personal(&field.field_name)).is_some_and(|it| it.sensitive),
        })
    }
}

/// `person.permanentAddress` → `Permanent address`.
fn plain_words(path: &str) -> String {
    let mut words = String::new();
    for c in path.rsplit('.').next().unwrap_or(path).chars() {
        if words.is_empty() {
            words.extend(c.to_uppercase());
        } else if c.is_uppercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
    }
    words
}
