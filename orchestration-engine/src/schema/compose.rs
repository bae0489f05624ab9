//! Checks the consumer schema against the configuration and the provider schemas, and notes where each field comes from.
//!
//! Every mistake is reported, with its place in the consumer schema, what is wrong and what would be right.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Schema,
    schema::{ExtendedType, FieldDefinition, ObjectType},
};
use ndx_contracts::audit::ProviderName;

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
    providers: &'a ProviderSchemas,
    config: &'a Config,
    found: Composed,
    /// Types that were walked already, with the list or object they stood in.
    walked: HashSet<(String, Option<Source>)>,
}

/// Composes `schema`.
pub fn compose(schema: &Schema, providers: &ProviderSchemas, config: &Config) -> Composed {
    let mut composer = Composer { schema, providers, config, found: Composed::default(), walked: HashSet::new() };
    let query =
        schema.root_operation(apollo_compiler::ast::OperationType::Query).and_then(|name| schema.get_object(name));
    let Some(query) = query else {
        composer.found.problems.push((None, "there is no `Query` type, so nothing could be asked".to_owned()));
        return composer.found;
    };
    if schema.schema_definition.mutation.is_some() || schema.schema_definition.subscription.is_some() {
        let message = "the exchange only answers questions; remove the mutation or subscription type";
        composer.found.problems.push((None, message.to_owned()));
    }
    for (name, field) in &query.fields {
        let mut reached = Vec::new();
        composer.field(query, name, field, None, &mut reached);
        composer.root(name, field, &reached);
    }
    composer.found
}

impl Composer<'_> {
    fn note(&mut self, field: &FieldDefinition, message: String) {
        let range = field.name.location().and_then(|location| location.line_column_range(&self.schema.sources));
        self.found.problems.push((range.map(|range| (range.start.line, range.start.column)), message));
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
        root.data_owner = field
            .arguments
            .iter()
            .find(|argument| argument.directives.has("dataOwner"))
            .or_else(|| {
                let foundational = self.config.foundational_id_arg_name.as_deref()?;
                field.arguments.iter().find(|argument| argument.name.as_str() == foundational)
            })
            .map(|argument| argument.name.to_string())
            .or_else(|| root.mappings.first().map(|mapping| mapping.argument.clone()));
        self.found.roots.insert(name.to_owned(), root);
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
