//! How the arguments of a root field reach the providers below it, and which of them names the person.

use std::{collections::HashSet, sync::Arc};

use apollo_compiler::schema::FieldDefinition;
use ndx_contracts::audit::ProviderName;

use super::Composer;
use crate::schema::{Mapping, Root, Source};

impl Composer<'_> {
    /// Notes how the root's arguments reach the providers that its fields come from.
    pub(super) fn root(&mut self, name: &str, field: &FieldDefinition, reached: &[Source]) {
        let mut root = Root::default();
        let arguments_known = self.inputs.arg_mappings.is_some();
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
            if arguments_known {
                self.required_arguments(name, field, provider, root_field, &mappings);
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
        self.targets_once(name, field, &root.mappings);
        root.data_owner = self.data_owner(name, field, &root.mappings);
        // INVARIANT: whoever consents is whoever is fetched, at every provider below the root.
        if let Some(owner) = root.data_owner.as_ref().filter(|_| arguments_known) {
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
        let foundational = self.inputs.foundational_id_arg_name.as_deref();
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
