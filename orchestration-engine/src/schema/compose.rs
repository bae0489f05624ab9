//! Checks the consumer schema against the configuration and the provider schemas, and notes where each field comes from.
//!
//! Every mistake is reported, with its place in the consumer schema, what is wrong and what would be right.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition, ObjectType},
};
use ndx_contracts::{ProviderKey, SchemaId, audit::ProviderName};

use super::{Mapping, ProviderSchemas, Root, Source};
use crate::config::Config;

type Place = Option<(usize, usize)>;

/// What composition found.
#[derive(Default)]
pub struct Composed {
    pub sources: HashMap<(String, String), Source>,
    pub roots: HashMap<String, Root>,
    pub problems: Vec<(Place, String)>,
}

struct Composer<'a> {
    schema: &'a Schema,
    query: &'a ObjectType,
    providers: &'a ProviderSchemas,
    config: &'a Config,
    found: Composed,
    /// Types that were walked already, with the list or object they stood in.
    walked: HashSet<(String, Option<Source>)>,
}

/// Composes `schema`.
pub fn compose(schema: &Schema, providers: &ProviderSchemas, config: &Config) -> Composed {
    let query = schema.root_operation(apollo_compiler::ast::OperationType::Query);
    let Some(query) = query.and_then(|name| schema.get_object(name)) else {
        let nothing = (None, "there is no `Query` type, so nothing could be asked".to_owned());
        return Composed { problems: vec![nothing], ..Composed::default() };
    };
    let mut composer =
        Composer { schema, query, providers, config, found: Composed::default(), walked: HashSet::new() };
    if schema.schema_definition.mutation.is_some() || schema.schema_definition.subscription.is_some() {
        let message = "the exchange only answers questions; remove the mutation or subscription type";
        composer.found.problems.push((None, message.to_owned()));
    }
    for (name, field) in &query.fields {
        let mut reached = Vec::new();
        composer.field(query, name, field, None, &mut reached);
        composer.root(name, field, &reached);
    }
    composer.one_provider_a_schema();
    composer.found
}

impl Composer<'_> {
    fn note(&mut self, field: &FieldDefinition, message: String) {
        let range = field.name.location().and_then(|location| location.line_column_range(&self.schema.sources));
        self.found.problems.push((range.map(|range| (range.start.line, range.start.column)), message));
    }

    /// Policy and consent know a field by schema and path, so a schema's id must say whose it is.
    fn one_provider_a_schema(&mut self) {
        let mut providers: BTreeMap<&SchemaId, BTreeSet<&ProviderKey>> = BTreeMap::new();
        for source in self.found.sources.values() {
            providers.entry(&source.provider.schema_id).or_default().insert(&source.provider.provider_key);
        }
        let shared = providers.iter().filter(|(_, keys)| keys.len() > 1);
        let message = |(schema, _): (&&SchemaId, _)| {
            (None, format!("`{schema}` is named with several provider keys; a schema belongs to one provider"))
        };
        let problems: Vec<_> = shared.map(message).collect();
        self.found.problems.extend(problems);
    }

    /// Walks one field and everything below it; `reached` gathers the sources.
    fn field(
        &mut self,
        parent: &ObjectType,
        name: &str,
        field: &FieldDefinition,
        inside: Option<&Source>,
        reached: &mut Vec<Source>,
    ) {
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
        }
        if let Some(written) = written {
            self.found.sources.insert((parent.name.to_string(), name.to_owned()), written);
        }
        if !std::ptr::eq(parent, self.query) && !field.arguments.is_empty() {
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
                if self.walked.insert((type_name.to_string(), below.clone())) || below.is_none() {
                    let object = object.clone();
                    for (name, field) in &object.fields {
                        self.field(&object, name, field, below.as_ref(), reached);
                    }
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
                let hint =
                    closest(&missing, &known).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
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

    /// Notes how the root's arguments reach the providers that its fields come from.
    fn root(&mut self, name: &str, field: &FieldDefinition, reached: &[Source]) {
        let mut root = Root::default();
        if field.ty.is_non_null() {
            // One person's refusal would take the other people of the query with it.
            self.note(field, format!("`{name}` may be refused, so it must be nullable; remove the `!`"));
        }
        let mut asked: Vec<(Arc<ProviderName>, String)> =
            reached.iter().map(|source| (source.provider.clone(), source.root_field().to_owned())).collect();
        asked.sort();
        asked.dedup();
        for (provider, root_field) in &asked {
            let mappings = self.mappings(name, field, provider, root_field);
            self.required_arguments(name, field, provider, root_field, &mappings);
            root.mappings.extend(mappings);
        }
        for argument in &field.arguments {
            if !root.mappings.iter().any(|mapping| mapping.argument == argument.name.as_str()) {
                let message =
                    format!("argument `{}` of `{name}` reaches no provider; map it in `argMappings`", argument.name);
                self.note(field, message);
            }
        }
        self.targets_once(name, field, &root.mappings);
        root.data_owner = self.data_owner(name, field, &root.mappings);
        // INVARIANT: whoever consents is whoever is fetched, at every provider below the root.
        if let Some(owner) = &root.data_owner {
            for (provider, root_field) in &asked {
                let reaches = |mapping: &Mapping| {
                    mapping.argument == *owner && mapping.provider == *provider && mapping.root_field == *root_field
                };
                if !root.mappings.iter().any(reaches) {
                    let message = format!(
                        "`{owner}` of `{name}` names the person, but does not reach `{root_field}` at `{provider}`"
                    );
                    self.note(field, message);
                }
            }
        }
        self.found.roots.insert(name.to_owned(), root);
    }

    /// The argument that names the person: `@dataOwner`, else the configured name, else the first that reaches a provider.
    fn data_owner(&mut self, name: &str, field: &FieldDefinition, mappings: &[Mapping]) -> Option<String> {
        let marked: Vec<_> = field.arguments.iter().filter(|argument| argument.directives.has("dataOwner")).collect();
        if marked.len() > 1 {
            self.note(
                field,
                format!("`{name}` marks several arguments with `@dataOwner`; its data is about one person"),
            );
        }
        let foundational = self.config.foundational_id_arg_name.as_deref();
        let named = || field.arguments.iter().find(|argument| Some(argument.name.as_str()) == foundational);
        let found = marked.first().copied().or_else(named).map(|argument| argument.name.to_string());
        found.or_else(|| mappings.first().map(|mapping| mapping.argument.clone()))
    }

    fn targets_once(&mut self, name: &str, field: &FieldDefinition, mappings: &[Mapping]) {
        let mut seen = HashSet::new();
        for mapping in mappings {
            if !seen.insert((&mapping.provider, &mapping.root_field, &mapping.target)) {
                let Mapping { provider, root_field, target, .. } = mapping;
                self.note(
                    field,
                    format!("`{name}` hands two arguments on to `{target}` of `{root_field}` at `{provider}`"),
                );
            }
        }
    }

    /// The mappings of this root to one provider's root field: by `@sourceInfoArgList`, else by the configuration.
    fn mappings(
        &mut self,
        name: &str,
        field: &FieldDefinition,
        provider: &Arc<ProviderName>,
        root_field: &str,
    ) -> Vec<Mapping> {
        let mapping = |argument: &str, target: &str| Mapping {
            argument: argument.to_owned(),
            provider: provider.clone(),
            root_field: root_field.to_owned(),
            target: target.to_owned(),
        };
        let mut found = Vec::new();
        for argument in &field.arguments {
            for target in listed_targets(&argument.directives, provider) {
                if let Some(target) = target.strip_prefix(&format!("{root_field}.")) {
                    found.push(mapping(&argument.name, target));
                }
            }
        }
        let configured = self.config.arg_mappings.iter().filter(|one| {
            let path =
                one.target_arg_path.strip_prefix(&format!("{}.", one.provider_key)).unwrap_or(&one.target_arg_path);
            one.provider_key == provider.provider_key && one.schema_id == provider.schema_id && path == root_field
        });
        for one in configured.cloned().collect::<Vec<_>>() {
            match one.source_arg_path.split_once('-') {
                Some((root, argument)) if root == name => {
                    if field.argument_by_name(argument).is_some() {
                        found.push(mapping(argument, &one.target_arg_name));
                    } else {
                        let path = &one.source_arg_path;
                        self.note(
                            field,
                            format!("`argMappings` names `{path}`, but `{name}` has no argument `{argument}`"),
                        );
                    }
                }
                _ => {}
            }
        }
        found.dedup();
        found
    }

    fn required_arguments(
        &mut self,
        name: &str,
        field: &FieldDefinition,
        provider: &ProviderName,
        root_field: &str,
        mappings: &[Mapping],
    ) {
        let Some(schema) = self.providers.get(&provider.schema_id) else { return };
        let Ok(definition) = schema.field(&[root_field.to_owned()]) else { return };
        let mut notes = Vec::new();
        for argument in &definition.arguments {
            let mapped = mappings.iter().any(|mapping| mapping.target == argument.name.as_str());
            if argument.is_required() && !mapped {
                notes.push(format!(
                    "`{name}` does not say what `{}` of `{root_field}` at `{provider}` is; map an argument to it in `argMappings`",
                    argument.name
                ));
            }
        }
        for mapping in mappings {
            if definition.argument_by_name(&mapping.target).is_none() {
                notes.push(format!("`{root_field}` at `{provider}` has no argument `{}`", mapping.target));
            }
        }
        notes.into_iter().for_each(|message| self.note(field, message));
    }
}

/// The `providerField`s that `@sourceInfoArgList` of an argument names for one provider.
fn listed_targets(directives: &apollo_compiler::ast::DirectiveList, provider: &ProviderName) -> Vec<String> {
    let list =
        directives.get("sourceInfoArgList").and_then(|directive| directive.specified_argument_by_name("providerArgs"));
    let entries = list.and_then(|list| list.as_list()).unwrap_or_default();
    let text = |entry: &apollo_compiler::Node<apollo_compiler::ast::Value>, key: &str| {
        let fields = entry.as_object()?;
        fields.iter().find(|(name, _)| name.as_str() == key)?.1.as_str().map(str::to_owned)
    };
    entries
        .iter()
        .filter(|entry| text(entry, "providerKey").as_deref() == Some(provider.provider_key.as_str()))
        .filter_map(|entry| text(entry, "providerField"))
        .collect()
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

/// The name that is nearest to what was written, when one is near.
fn closest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let distance = |a: &str, b: &str| {
        let b: Vec<char> = b.chars().collect();
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.chars().enumerate() {
            let mut before = i;
            let mut left = i + 1;
            let mut next = vec![left];
            for (above, y) in row.iter().skip(1).zip(&b) {
                left = (before + usize::from(x != *y)).min(above + 1).min(left + 1);
                before = *above;
                next.push(left);
            }
            row = next;
        }
        row.last().copied().unwrap_or(0)
    };
    let nearest = known.iter().map(|name| (distance(written, name), *name)).min()?;
    (nearest.0 <= 3).then_some(nearest.1)
}
