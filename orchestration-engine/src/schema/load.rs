//! Reads the consumer schema and the provider schemas from their files and composes them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
};

use apollo_compiler::{Schema, validation::Valid};
use chrono::DateTime;
use ndx_config::{ArgMapping, Provider, did_you_mean};
use ndx_contracts::{FieldRef, ProviderKey, SchemaId, audit::ProviderName};

use super::{
    ConsumerSchema, ProviderSchema, ProviderSchemas, SchemaProblem, SchemaProblems, SchemaText, Told, clean,
    compose::{self, Composed, Place, Setting, Unlabelled},
    read, told,
};
use crate::config::Config;

/// What composition needs of the configuration.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The file of the consumer schema.
    pub consumer: PathBuf,
    /// The folder of the provider schemas.
    pub providers: PathBuf,
    /// The providers that are configured; `None` when that is not known, and then nothing is said of it.
    pub configured: Option<BTreeSet<(ProviderKey, SchemaId)>>,
    /// How consumers' arguments reach providers; `None` when that is not known, and then nothing is said of it.
    pub arg_mappings: Option<Vec<ArgMapping>>,
    /// The argument that says whom the data is about, where no `@dataOwner` does.
    pub foundational_id_arg_name: Option<String>,
    /// Whether only the last segment of a path counts in a list.
    pub legacy_list_paths: bool,
    /// Where providers say whose record they gave.
    pub echoes: Vec<(ProviderName, String)>,
    /// The languages in which citizens read about fields; where there are none, nothing is said of that.
    pub languages: Vec<String>,
}

impl From<&Config> for Inputs {
    fn from(config: &Config) -> Self {
        let configured = config.providers.iter().map(|one| (one.provider_key.clone(), one.schema_id.clone()));
        Self {
            consumer: config.consumer_schema.clone(),
            providers: config.provider_schemas.clone(),
            configured: Some(configured.collect()),
            arg_mappings: Some(config.arg_mappings.clone()),
            foundational_id_arg_name: config.foundational_id_arg_name.clone(),
            legacy_list_paths: config.legacy_list_paths,
            echoes: config.providers.iter().filter_map(echo).collect(),
            languages: config.languages.clone(),
        }
    }
}

fn echo(provider: &Provider) -> Option<(ProviderName, String)> {
    let (provider_key, schema_id) = (provider.provider_key.clone(), provider.schema_id.clone());
    Some((ProviderName { provider_key, schema_id }, provider.echo.clone()?))
}

/// A field that a consumer can ask for and a provider must answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// As the consumer schema calls it: `PersonInfo.fullName`.
    pub name: String,
    /// As policy and consent know it.
    pub field: FieldRef,
    /// Where it stands in the consumer schema.
    pub place: Place,
}

/// What can be asked below one root field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootFields {
    /// Its name.
    pub name: String,
    /// Where it stands in the consumer schema.
    pub place: Place,
    /// Whether one of its arguments names the person whom the data is about.
    pub has_data_owner: bool,
    /// What providers answer below it.
    pub fields: BTreeSet<FieldRef>,
}

/// What was found in the schemas, mistakes or not.
#[derive(Debug)]
pub struct Composition {
    /// Each mistake, file by file, in each file's order.
    pub mistakes: Vec<SchemaProblem>,
    /// What is allowed but should be looked at, in order.
    pub warnings: Vec<SchemaProblem>,
    /// What consumers can ask for, in the consumer schema's order.
    pub leaves: Vec<Leaf>,
    /// What can be asked below each root field.
    pub root_fields: Vec<RootFields>,
    /// The provider fields that consumers can ask for and some citizens could not read about.
    pub unlabelled: Vec<Unlabelled>,
    /// What is wrong with settings that speak of the schemas. Whoever knows where they stand says it there.
    pub settings: Vec<Setting>,
    providers: ProviderSchemas,
    composed: Option<(SchemaText, Valid<Schema>, Composed)>,
    not_configured: Vec<ProviderName>,
}

impl Composition {
    /// The composed schema.
    ///
    /// # Errors
    /// With every mistake, when there is one.
    pub fn into_schema(self) -> Result<ConsumerSchema, SchemaProblems> {
        let Self { mut mistakes, leaves, providers, composed, not_configured, settings, .. } = self;
        let in_settings = |message: &Setting| SchemaProblem {
            file: "the configuration".to_owned(),
            place: None,
            message: message.to_string(),
        };
        mistakes.extend(settings.iter().filter(|setting| matches!(setting, Setting::Echo(..))).map(in_settings));
        match composed {
            Some((text, definition, composed)) if mistakes.is_empty() => {
                let Composed { sources, last_segments, lookups, roots, .. } = composed;
                let told = told::of_all(&sources, &leaves, &providers);
                let in_words = |type_name: &str, field: &str| {
                    told.get(&(type_name.to_owned(), field.to_owned())).map(Told::in_words)
                };
                Ok(ConsumerSchema {
                    clean: clean::clean(&definition, in_words),
                    text,
                    definition,
                    told,
                    sources,
                    last_segments,
                    lookups,
                    roots,
                    providers,
                    not_configured,
                    echoes: HashMap::new(),
                })
            }
            _ => Err(SchemaProblems(mistakes)),
        }
    }

    /// Why no provider schema has `field`, in words; `None` when one has it, or when its schema is not known.
    pub fn lacks(&self, field: &FieldRef) -> Option<String> {
        let schema = self.providers.get(&field.schema_id)?;
        let path: Vec<_> = field.field_name.split('.').map(str::to_owned).collect();
        let (missing, known) = schema.field(&path).err()?;
        let hint = did_you_mean(&missing, &known);
        Some(format!("`{}` has no `{missing}` of `{}`{hint}", field.schema_id, field.field_name))
    }

    /// Whether consumers can ask `field`, as `Type.field`; yes, as long as their schema cannot be composed.
    pub fn has_field(&self, field: &str) -> bool {
        let Some((_, schema, _)) = &self.composed else { return true };
        field.split_once('.').is_some_and(|(of, name)| schema.type_field(of, name).is_ok())
    }

    /// Whether the provider schema `id` is known.
    pub fn knows(&self, id: &SchemaId) -> bool {
        self.providers.contains_key(id)
    }

    /// How many providers answer what consumers can ask.
    pub fn providers_named(&self) -> usize {
        self.leaves.iter().map(|leaf| &leaf.field.schema_id).collect::<BTreeSet<_>>().len()
    }
}

/// Loads the schemas that `config` names and composes them. A provider that the schema names and the configuration lacks
/// is only a warning: its fields answer `PROVIDER_NOT_CONFIGURED`.
///
/// # Errors
/// With every mistake in any of them.
pub fn load(config: &Config) -> Result<ConsumerSchema, SchemaProblems> {
    let inputs = Inputs::from(config);
    with_echoes(check(&inputs), inputs.echoes)
}

/// The same with `sdl` for the consumer schema, which is known as `name` and is no file.
///
/// # Errors
/// With every mistake in any of them.
pub fn load_text(sdl: String, name: &str, config: &Config) -> Result<ConsumerSchema, SchemaProblems> {
    let inputs = Inputs::from(config);
    with_echoes(check_text(sdl, name, &inputs), inputs.echoes)
}

fn with_echoes(
    composition: Composition,
    echoes: Vec<(ProviderName, String)>,
) -> Result<ConsumerSchema, SchemaProblems> {
    let mut schema = composition.into_schema()?;
    let parts = |path: &str| path.split('.').map(str::to_owned).collect();
    schema.echoes = echoes.into_iter().map(|(provider, path)| (provider, parts(&path))).collect();
    Ok(schema)
}

/// Loads and composes the schemas as far as that can be done, and tells everything that is wrong with them.
pub fn check(inputs: &Inputs) -> Composition {
    check_with(read::text(&inputs.consumer), inputs)
}

/// The same with `sdl` for the consumer schema, which is known as `name` and is no file.
pub fn check_text(sdl: String, name: &str, inputs: &Inputs) -> Composition {
    check_with(Ok(sdl), &Inputs { consumer: name.into(), ..inputs.clone() })
}

fn check_with(consumer_text: Result<String, SchemaProblem>, inputs: &Inputs) -> Composition {
    let mut mistakes = Vec::new();
    let providers = provider_schemas(&inputs.providers, &mut mistakes);
    let mut found = Composition {
        mistakes: Vec::new(),
        warnings: Vec::new(),
        leaves: Vec::new(),
        root_fields: Vec::new(),
        unlabelled: Vec::new(),
        settings: Vec::new(),
        providers,
        composed: None,
        not_configured: Vec::new(),
    };
    match consumer_text {
        Err(problem) => mistakes.push(problem),
        Ok(text) => consumer(text, inputs, &mut found),
    }
    found.mistakes.extend(mistakes);
    for list in [&mut found.mistakes, &mut found.warnings] {
        list.sort();
        list.dedup();
    }
    found
}

fn consumer(text: String, inputs: &Inputs, found: &mut Composition) {
    let (schema, problems) = read::read(&text, &inputs.consumer);
    let mut composed = match &schema {
        Some(Ok(schema)) => compose::compose(schema, &found.providers, inputs),
        Some(Err(schema)) => compose::compose(schema, &found.providers, inputs),
        None => Composed::default(),
    };
    // What follows from a mistake in the same line has been told with it.
    let told: BTreeSet<_> = problems.iter().map(|one| one.place.map(|(line, _)| line)).collect();
    let follows = |place: Place| !told.is_empty() && place.is_none_or(|(line, _)| told.contains(&Some(line)));
    composed.problems.retain(|(place, _)| !follows(*place));
    let at = |(place, message): (Place, String)| SchemaProblem {
        file: inputs.consumer.display().to_string(),
        place,
        message,
    };
    found.mistakes = problems;
    found.mistakes.extend(std::mem::take(&mut composed.problems).into_iter().map(at));
    found.warnings.extend(std::mem::take(&mut composed.warnings).into_iter().map(at));
    found.unlabelled = std::mem::take(&mut composed.unlabelled);
    let personal = found.unlabelled.iter().filter(|one| one.personal).map(|one| one.problem.clone());
    found.warnings.extend(personal);
    found.settings = std::mem::take(&mut composed.settings);
    found.root_fields = std::mem::take(&mut composed.root_fields);
    // A container below two roots was walked twice.
    let mut seen = BTreeSet::new();
    found.leaves = std::mem::take(&mut composed.leaves);
    found.leaves.retain(|leaf| seen.insert((leaf.name.clone(), leaf.field.clone())));
    let not_configured = not_configured(inputs, &composed);
    found.warnings.extend(not_configured.iter().map(|(name, places)| {
        let fields = places.len();
        let known: Vec<String> = inputs.configured.iter().flatten().map(|(key, id)| format!("{key}/{id}")).collect();
        let hint = did_you_mean(&name.to_string(), &known.iter().map(String::as_str).collect::<Vec<_>>());
        let message = format!(
            "`{name}` is not configured, so what comes from it ({fields} fields) answers `PROVIDER_NOT_CONFIGURED`; add it to `providers`{hint}"
        );
        at((places.first().copied().flatten(), message))
    }));
    found.not_configured = not_configured.into_keys().collect();
    let text = described(text, &inputs.consumer);
    found.composed = schema.and_then(Result::ok).map(|definition| (text, definition, composed));
}

fn described(sdl: String, file: &Path) -> SchemaText {
    let checksum = SchemaText::checksum_of(&sdl);
    let written = file.metadata().and_then(|metadata| metadata.modified()).map(DateTime::from).unwrap_or_default();
    SchemaText { sdl, checksum, file: file.display().to_string(), written_at: written }
}

/// The providers that the schema names and the configuration lacks, and where they are named.
fn not_configured(inputs: &Inputs, composed: &Composed) -> BTreeMap<ProviderName, BTreeSet<Place>> {
    let mut lacking: BTreeMap<ProviderName, BTreeSet<Place>> = BTreeMap::new();
    let Some(configured) = &inputs.configured else { return lacking };
    for (place, provider) in &composed.named {
        if !configured.contains(&(provider.provider_key.clone(), provider.schema_id.clone())) {
            lacking.entry(ProviderName::clone(provider)).or_default().insert(*place);
        }
    }
    lacking
}

fn provider_schemas(folder: &Path, problems: &mut Vec<SchemaProblem>) -> ProviderSchemas {
    let mut files: Vec<PathBuf> = match std::fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(cause) => {
            problems.push(read::unreadable(folder, &cause));
            return ProviderSchemas::new();
        }
    };
    files.retain(|file| file.extension().is_some_and(|ending| ending == "graphql"));
    files.sort();
    let mut schemas = ProviderSchemas::new();
    for file in files {
        let Some(id) = file.file_stem().and_then(|stem| stem.to_str()) else { continue };
        match read::text(&file).map(|sdl| ProviderSchema::read(&sdl, &file)) {
            Ok((schema, mistakes)) => {
                problems.extend(mistakes);
                schemas.extend(schema.map(|schema| (SchemaId::new(id), schema)));
            }
            Err(problem) => problems.push(problem),
        }
    }
    schemas
}
