//! What composition needs of a configuration that may have mistakes.

use std::path::Path;

use ndx_config::{ArgMapping, Entry};
use ndx_contracts::{ProviderKey, SchemaId, audit::ProviderName};
use orchestration_engine::schema::Inputs;

/// What composition needs, also from a configuration with mistakes; `None` when it does not say where the schemas lie.
pub fn inputs(root: &Entry<'_>, folder: &Path) -> Option<Inputs> {
    let path = |key| Some(folder.join(root.find(["schema", key])?.text()?));
    let provider = |one: &Entry<'_>| {
        Some((ProviderKey::new(one.text_of("providerKey")?), SchemaId::new(one.text_of("schemaId")?)))
    };
    let mapping = |one: &Entry<'_>| {
        Some(ArgMapping {
            provider_key: ProviderKey::new(one.text_of("providerKey")?),
            schema_id: SchemaId::new(one.text_of("schemaId")?),
            source_arg_path: one.text_of("sourceArgPath")?.to_owned(),
            target_arg_name: one.text_of("targetArgName")?.to_owned(),
            target_arg_path: one.text_of("targetArgPath")?.to_owned(),
        })
    };
    let echo = |one: Entry<'_>| {
        let provider = ProviderName {
            provider_key: ProviderKey::new(one.text_of("providerKey")?),
            schema_id: SchemaId::new(one.text_of("schemaId")?),
        };
        let path = one.text_of("echo")?;
        // What is no path was told before.
        let is_path = path.contains('.') && path.split('.').all(|part| !part.is_empty());
        is_path.then(|| (provider, path.to_owned()))
    };
    Some(Inputs {
        consumer: path("consumer")?,
        providers: path("providers")?,
        configured: root.get("providers").and_then(|list| list.items().iter().map(provider).collect()),
        arg_mappings: root.get("argMappings").and_then(|list| list.items().iter().map(mapping).collect()),
        foundational_id_arg_name: root.text_of("foundationalIdArgName").map(str::to_owned),
        legacy_list_paths: root
            .find(["schema", "legacyListPaths"])
            .and_then(|it| it.value().as_bool())
            .unwrap_or(false),
        echoes: root.list("providers").into_iter().filter_map(echo).collect(),
        languages: ndx_config::languages_written(root),
    })
}
