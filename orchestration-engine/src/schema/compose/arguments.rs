//! How the arguments of a root field reach the providers below it, and which of them names the person.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Node,
    ast::{DirectiveList, Value},
    schema::FieldDefinition,
};
use ndx_config::did_you_mean;
use ndx_contracts::audit::ProviderName;

use super::{
    Composer, in_line,
    leaves::{Kind, kind},
    walk::Reached,
};
use crate::schema::{Mapping, Root, RootFields};

/// A provider's root field, and the first of our fields that comes from it.
struct Asked {
    provider: Arc<ProviderName>,
    root_field: String,
    first: Reached,
}

impl Composer<'_> {
    /// Notes how the root's arguments reach the providers that its fields come from.
    pub(super) fn root(&mut self, field: &FieldDefinition) {
        let name = field.name.as_str();
        let mut root = Root::default();
        let arguments_known = self.inputs.arg_mappings.is_some();
        if field.ty.is_non_null() {
            // One person's refusal would take the other people of the query with it.
            self.note(field, format!("`{name}` may be refused, so it must be nullable; remove the `!`"));
        }
        let reached = std::mem::take(&mut self.reached);
        let asked = asked(&reached);
        for one in &asked {
            let mappings = self.mappings(field, &one.provider, &one.root_field);
            if arguments_known {
                self.provider_arguments(field, one, &mappings);
            }
            root.mappings.extend(mappings);
        }
        for argument in &field.arguments {
            let reaches = |mapping: &Mapping| mapping.argument == argument.name.as_str();
            if arguments_known && !root.mappings.iter().any(reaches) {
                let message =
                    format!("argument `{}` of `{name}` reaches no provider; map it in `argMappings`", argument.name);
                self.note(field, message);
            }
        }
        self.targets_once(field, &root.mappings);
        root.data_owner = self.data_owner(field, &root.mappings);
        if let Some(owner) = root.data_owner.clone().filter(|_| arguments_known) {
            self.owner_reaches_all(field, &owner, &asked, &root.mappings);
        }
        let leaves = reached.iter().filter(|one| one.is_leaf).map(|one| one.source.field()).collect();
        let (name, place) = (name.to_owned(), self.place(&field.name));
        self.found.root_fields.push(RootFields {
            name: name.clone(),
            place,
            has_data_owner: root.data_owner.is_some(),
            fields: leaves,
        });
        self.found.roots.insert(name, root);
    }

    /// The argument that names the person: `@dataOwner`, else the configured name, else the first that reaches a provider.
    fn data_owner(&mut self, field: &FieldDefinition, mappings: &[Mapping]) -> Option<String> {
        let name = &field.name;
        let marked: Vec<_> = field.arguments.iter().filter(|argument| argument.directives.has("dataOwner")).collect();
        if marked.len() > 1 {
            self.note(
                field,
                format!("`{name}` marks several arguments with `@dataOwner`; its data is about one person"),
            );
        }
        let foundational = self.inputs.foundational_id_arg_name.as_deref();
        let named = || field.arguments.iter().find(|argument| Some(argument.name.as_str()) == foundational);
        let chosen = marked.first().copied().or_else(named);
        if let Some(owner) = chosen {
            let type_name = owner.ty.inner_named_type().as_str();
            let of = kind(type_name, self.schema.types.get(type_name));
            let names = matches!(type_name, "String" | "ID" | "Int") || (of == Kind::Scalar && self.is_leaf(type_name));
            if owner.ty.is_list() || !names {
                let message = format!(
                    "`{}` of `{name}` names the person, so it must be one identifier, not `{}`; make it `String!` or `ID!`",
                    owner.name, owner.ty
                );
                self.note(field, message);
            }
        }
        let found = chosen.map(|argument| argument.name.to_string());
        found.or_else(|| mappings.first().map(|mapping| mapping.argument.clone()))
    }

    /// INVARIANT: whoever consents is whoever is fetched, at every provider below the root.
    fn owner_reaches_all(&mut self, field: &FieldDefinition, owner: &str, asked: &[Asked], mappings: &[Mapping]) {
        for Asked { provider, root_field, .. } in asked {
            let reaches = |mapping: &Mapping| {
                mapping.argument == owner && mapping.provider == *provider && mapping.root_field == *root_field
            };
            if !mappings.iter().any(reaches) {
                let message = format!(
                    "`{owner}` of `{}` names the person, but does not reach `{root_field}` at `{provider}`",
                    field.name
                );
                self.note(field, message);
            }
        }
    }

    fn targets_once(&mut self, field: &FieldDefinition, mappings: &[Mapping]) {
        let mut seen = HashSet::new();
        for mapping in mappings {
            if !seen.insert((&mapping.provider, &mapping.root_field, &mapping.target)) {
                let Mapping { provider, root_field, target, .. } = mapping;
                let message =
                    format!("`{}` hands two arguments on to `{target}` of `{root_field}` at `{provider}`", field.name);
                self.note(field, message);
            }
        }
    }

    /// The mappings of this root to one provider's root field: by `@sourceInfoArgList`, else by the configuration.
    fn mappings(&mut self, field: &FieldDefinition, provider: &Arc<ProviderName>, root_field: &str) -> Vec<Mapping> {
        let name = field.name.as_str();
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
        let configured = self.inputs.arg_mappings.iter().flatten().filter(|one| {
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
                        let known: Vec<&str> = field.arguments.iter().map(|one| one.name.as_str()).collect();
                        let (path, hint) = (&one.source_arg_path, did_you_mean(argument, &known));
                        let message =
                            format!("`argMappings` names `{path}`, but `{name}` has no argument `{argument}`{hint}");
                        self.note(field, message);
                    }
                }
                _ => {}
            }
        }
        let mut seen = HashSet::new();
        found.retain(|one| seen.insert((one.argument.clone(), one.target.clone())));
        found
    }

    /// The provider's root field must get the arguments that it needs, and have those that it gets.
    fn provider_arguments(&mut self, field: &FieldDefinition, asked: &Asked, mappings: &[Mapping]) {
        let Asked { provider, root_field, first } = asked;
        let Some(schema) = self.providers.get(&provider.schema_id) else { return };
        let Ok(definition) = schema.field(std::slice::from_ref(root_field)) else { return };
        let name = &field.name;
        let mut notes = Vec::new();
        for argument in &definition.arguments {
            let mapped = mappings.iter().any(|mapping| mapping.target == argument.name.as_str());
            if argument.is_required() && !mapped {
                notes.push(format!(
                    "`{name}` does not say what `{}` of `{root_field}` at `{provider}` is, where `{}`{} comes from; map an argument to it in `argMappings`",
                    argument.name,
                    first.name,
                    in_line(first.place)
                ));
            }
        }
        for mapping in mappings {
            let known: Vec<&str> = definition.arguments.iter().map(|one| one.name.as_str()).collect();
            match (definition.argument_by_name(&mapping.target), field.argument_by_name(&mapping.argument)) {
                (None, _) => {
                    let hint = did_you_mean(&mapping.target, &known);
                    notes.push(format!("`{root_field}` at `{provider}` has no argument `{}`{hint}", mapping.target));
                }
                (Some(theirs), Some(ours)) => {
                    let (our_name, their_name) = (&mapping.argument, &mapping.target);
                    if let Some(why) = self.argument_does_not_fit(ours, schema, theirs) {
                        notes.push(format!(
                            "`{our_name}` of `{name}` is handed on to `{their_name}` of `{root_field}` at `{provider}`, but {why}"
                        ));
                    }
                }
                (Some(_), None) => {}
            }
        }
        notes.into_iter().for_each(|message| self.note(field, message));
    }
}

/// The root fields of providers that are asked, in order.
fn asked(reached: &[Reached]) -> Vec<Asked> {
    let mut asked: BTreeMap<(Arc<ProviderName>, String), Reached> = BTreeMap::new();
    for one in reached {
        let key = (one.source.provider.clone(), one.source.root_field().to_owned());
        asked.entry(key).or_insert_with(|| one.clone());
    }
    asked.into_iter().map(|((provider, root_field), first)| Asked { provider, root_field, first }).collect()
}

/// The `providerField`s that `@sourceInfoArgList` of an argument names for one provider.
fn listed_targets(directives: &DirectiveList, provider: &ProviderName) -> Vec<String> {
    let list =
        directives.get("sourceInfoArgList").and_then(|directive| directive.specified_argument_by_name("providerArgs"));
    let entries = list.and_then(|list| list.as_list()).unwrap_or_default();
    let text = |entry: &Node<Value>, key: &str| {
        let fields = entry.as_object()?;
        fields.iter().find(|(name, _)| name.as_str() == key)?.1.as_str().map(str::to_owned)
    };
    entries
        .iter()
        .filter(|entry| text(entry, "providerKey").as_deref() == Some(provider.provider_key.as_str()))
        .filter_map(|entry| text(entry, "providerField"))
        .collect()
}
