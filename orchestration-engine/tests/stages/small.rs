//! Small schemas, so that a test of composition shows all of what it composes.

use std::collections::BTreeSet;

use ndx_config::ArgMapping;
use ndx_contracts::{ProviderKey, SchemaId};
use orchestration_engine::schema::{self, Composition, Inputs};
use tempfile::TempDir;

/// What stands in the first line of each consumer schema.
const DIRECTIVES: &str = "directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION \
    directive @dataOwner on ARGUMENT_DEFINITION \
    directive @lookup(root: String!, argument: String!, from: String!) on FIELD_DEFINITION";

/// A consumer schema and the schemas of two providers, `p` and `q`.
pub struct Small {
    folder: TempDir,
    pub inputs: Inputs,
}

/// `consumer` from its second line on, in which `@p(a.b)` stands for the source `a.b` of the provider `p`. The schema of `p`
/// is `provider`, in which `Query.person(nic: ID!)` is mapped; `q` has none.
pub fn small(consumer: &str, provider: &str) -> Small {
    let folder = tempfile::tempdir().unwrap();
    let schemas = folder.path().join("providers");
    std::fs::create_dir(&schemas).unwrap();
    let mut text = String::new();
    for part in consumer.split('@') {
        let source = ["p", "q"].iter().find_map(|key| Some((key, part.strip_prefix(&format!("{key}("))?)));
        match source.and_then(|(key, rest)| Some((key, rest.split_once(')')?))) {
            Some((key, (path, rest))) => text.push_str(&format!(
                "@sourceInfo(providerKey: \"{key}\", schemaId: \"{key}\", providerField: \"{path}\"){rest}"
            )),
            None if text.is_empty() => text.push_str(part),
            None => text.push_str(&format!("@{part}")),
        }
    }
    let file = folder.path().join("consumer.graphql");
    std::fs::write(&file, format!("{DIRECTIVES}\n{text}")).unwrap();
    std::fs::write(schemas.join("p.graphql"), provider).unwrap();
    let known = |key: &str| (ProviderKey::new(key), SchemaId::new(key));
    let inputs = Inputs {
        consumer: file,
        providers: schemas,
        configured: Some(BTreeSet::from([known("p"), known("q")])),
        arg_mappings: Some(Vec::new()),
        foundational_id_arg_name: None,
        legacy_list_paths: false,
        echoes: Vec::new(),
        languages: Vec::new(),
    };
    Small { folder, inputs }.mapping("person-nic", "nic", "person")
}

impl Small {
    /// Carries an argument, `root-argument`, to one of the provider `p`.
    pub fn mapping(mut self, source: &str, target: &str, path: &str) -> Self {
        self.inputs.arg_mappings.get_or_insert_default().push(ArgMapping {
            provider_key: ProviderKey::new("p"),
            schema_id: SchemaId::new("p"),
            source_arg_path: source.to_owned(),
            target_arg_name: target.to_owned(),
            target_arg_path: path.to_owned(),
        });
        self
    }

    pub fn composed(&self) -> Composition {
        schema::check(&self.inputs)
    }

    /// Every mistake, warning and wrong setting, a line each.
    pub fn told(&self) -> String {
        let found = self.composed();
        let mut lines: Vec<String> = found.mistakes.iter().map(ToString::to_string).collect();
        lines.extend(found.warnings.iter().map(|warning| format!("warning: {warning}")));
        lines.extend(found.settings.iter().map(|setting| format!("setting: {setting}")));
        let folder = format!("{}/", self.folder.path().display());
        if lines.is_empty() { "fine".to_owned() } else { lines.join("\n").replace(&folder, "") }
    }
}

/// What is told of each, under its name.
pub fn all<const N: usize>(plants: [(&str, Small); N]) -> String {
    let told = |(what, small): (&str, Small)| format!("{what}\n  {}\n", small.told().replace('\n', "\n  "));
    plants.into_iter().map(told).collect()
}
