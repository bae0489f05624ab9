//! Reads the consumer schema and the provider schemas from their files and composes them.

use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
};

use apollo_compiler::{Schema, validation::DiagnosticList};
use ndx_contracts::{SchemaId, audit::ProviderName};

use super::{ConsumerSchema, ProviderSchema, ProviderSchemas, compose};
use crate::config::Config;

/// One mistake in a schema, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaProblem {
    /// The file.
    pub file: String,
    /// Line and column, from 1, where there is a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for SchemaProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// All mistakes of the schemas.
#[derive(Debug, thiserror::Error)]
pub struct SchemaProblems(pub Vec<SchemaProblem>);

impl fmt::Display for SchemaProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = if self.0.len() == 1 { "" } else { "s" };
        writeln!(f, "{} mistake{s} in the schemas", self.0.len())?;
        self.0.iter().try_for_each(|problem| writeln!(f, "  {problem}"))
    }
}

/// Loads the schemas that `config` names and composes them. A provider that the schema names and the configuration lacks
/// is only a warning: its fields answer `PROVIDER_NOT_CONFIGURED`.
///
/// # Errors
/// With every mistake in any of them.
pub fn load(config: &Config) -> Result<ConsumerSchema, SchemaProblems> {
    let file = &config.consumer_schema;
    let mut problems = Vec::new();
    let providers = provider_schemas(&config.provider_schemas, &mut problems);
    let text = std::fs::read_to_string(file).map_err(|cause| SchemaProblems(vec![unreadable(file, &cause)]))?;
    let definition = match Schema::parse_and_validate(&text, file) {
        Ok(definition) => definition,
        Err(mistakes) => {
            problems.extend(diagnosed(file, &mistakes.errors));
            return Err(SchemaProblems(problems));
        }
    };
    let composed = compose::compose(&definition, &providers, config);
    problems.extend(composed.problems.into_iter().map(|(place, message)| SchemaProblem {
        file: file.display().to_string(),
        place,
        message,
    }));
    if !problems.is_empty() {
        return Err(SchemaProblems(problems));
    }
    let configured: HashSet<_> =
        config.providers.iter().map(|one| (one.provider_key.clone(), one.schema_id.clone())).collect();
    let mut not_configured: Vec<ProviderName> =
        composed.sources.values().map(|source| ProviderName::clone(&source.provider)).collect();
    not_configured.sort();
    not_configured.dedup();
    not_configured.retain(|name| !configured.contains(&(name.provider_key.clone(), name.schema_id.clone())));
    for name in &not_configured {
        tracing::warn!(provider.key = %name.provider_key, provider.schema = %name.schema_id,
            "the schema names a provider that the configuration lacks; its fields answer PROVIDER_NOT_CONFIGURED");
    }
    let (sources, roots) = (composed.sources, composed.roots);
    Ok(ConsumerSchema { definition, sources, roots, providers, not_configured })
}

fn provider_schemas(folder: &Path, problems: &mut Vec<SchemaProblem>) -> ProviderSchemas {
    let mut files: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(cause) => {
            problems.push(unreadable(folder, &cause));
            return ProviderSchemas::new();
        }
    };
    files.retain(|file| file.extension().is_some_and(|ending| ending == "graphql"));
    files.sort();
    let mut schemas = ProviderSchemas::new();
    for file in files {
        let Some(id) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        match std::fs::read_to_string(&file) {
            Ok(sdl) => match ProviderSchema::parse(&sdl, &file) {
                Ok(schema) => drop(schemas.insert(SchemaId::new(id), schema)),
                Err(mistakes) => problems.extend(diagnosed(&file, &mistakes)),
            },
            Err(cause) => problems.push(unreadable(&file, &cause)),
        }
    }
    schemas
}

fn unreadable(file: &Path, cause: &std::io::Error) -> SchemaProblem {
    SchemaProblem { file: file.display().to_string(), place: None, message: format!("cannot be read: {cause}") }
}

fn diagnosed(file: &Path, mistakes: &DiagnosticList) -> Vec<SchemaProblem> {
    let one = |mistake: apollo_compiler::diagnostic::Diagnostic<'_, _>| SchemaProblem {
        file: file.display().to_string(),
        place: mistake.line_column_range().map(|range| (range.start.line, range.start.column)),
        message: apollo_compiler::diagnostic::Diagnostic::to_json(&mistake).message,
    };
    mistakes.iter().map(one).collect()
}
