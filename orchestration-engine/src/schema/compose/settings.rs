//! The settings that speak of the schemas: mappings of arguments that do nothing, and echoes that could not be read.

use apollo_compiler::schema::ExtendedType;
use ndx_config::{ArgMapping, did_you_mean};
use ndx_contracts::audit::ProviderName;

use super::Composer;

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// An entry of `argMappings` does nothing, which is only a warning: its number, from 0, the key that is to blame, and why.
    Mapping(usize, &'static str, String),
    /// The `echo` of a provider cannot be read: the provider, and why.
    Echo(ProviderName, String),
}

impl std::fmt::Display for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mapping(number, _, why) => write!(f, "`argMappings`, entry {}: {why}", number + 1),
            Self::Echo(provider, why) => write!(f, "`echo` of `{provider}`: {why}"),
        }
    }
}

impl Composer<'_> {
    pub(super) fn settings(&mut self) {
        let mut found = Vec::new();
        for (number, mapping) in self.inputs.arg_mappings.iter().flatten().enumerate() {
            if let Some((key, why)) = self.mapping_does_nothing(mapping) {
                found.push(Setting::Mapping(number, key, why));
            }
        }
        for (provider, path) in &self.inputs.echoes {
            if let Some(why) = self.echo_unreadable(provider, path) {
                found.push(Setting::Echo(provider.clone(), why));
            }
        }
        self.found.settings = found;
    }

    /// Why a mapping does nothing, and which of its keys is to blame.
    fn mapping_does_nothing(&self, mapping: &ArgMapping) -> Option<(&'static str, String)> {
        let ArgMapping { provider_key, schema_id, source_arg_path, target_arg_path, .. } = mapping;
        let (root, argument) = source_arg_path.split_once('-')?;
        let Some(field) = self.query.fields.get(root) else {
            let known: Vec<&str> = self.query.fields.keys().map(|name| name.as_str()).collect();
            let message =
                format!("this mapping does nothing: there is no root field `{root}`{}", did_you_mean(root, &known));
            return Some(("sourceArgPath", message));
        };
        field.argument_by_name(argument)?;
        let target = target_arg_path.strip_prefix(&format!("{provider_key}.")).unwrap_or(target_arg_path);
        let of_provider =
            |provider: &ProviderName| provider.provider_key == *provider_key && provider.schema_id == *schema_id;
        let mappings = self.found.roots.get(root).map(|root| root.mappings.as_slice()).unwrap_or_default();
        if mappings.iter().any(|one| of_provider(&one.provider) && one.root_field == target && one.argument == argument)
        {
            return None;
        }
        let roots = self.providers.get(schema_id).map(|schema| schema.root_fields()).unwrap_or_default();
        let hint = if roots.contains(&target) { String::new() } else { did_you_mean(target, &roots) };
        let message = format!(
            "this mapping does nothing: `{root}` asks for nothing of `{target}` at `{provider_key}/{schema_id}`{hint}"
        );
        Some(("targetArgPath", message))
    }

    /// Why the answer could not be compared by this path.
    fn echo_unreadable(&self, provider: &ProviderName, path: &str) -> Option<String> {
        let schema = self.providers.get(&provider.schema_id)?;
        let segments: Vec<_> = path.split('.').map(str::to_owned).collect();
        let definition = match schema.field(&segments) {
            Ok(definition) => definition,
            Err((missing, known)) => {
                let hint = did_you_mean(&missing, &known);
                return Some(format!("`{provider}` has no `{missing}` of `{path}`{hint}"));
            }
        };
        let type_name = definition.ty.inner_named_type();
        let leaf = schema.definition().types.get(type_name).is_none_or(ExtendedType::is_leaf);
        (!leaf).then(|| format!("`{path}` is `{type_name}`, and only a leaf can hold the person's identifier"))
    }
}
