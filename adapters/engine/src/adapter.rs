//! An adapter, loaded: its folder was read, checked whole, and made into something that answers.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_graphql::dynamic::Schema;

use crate::{
    contract,
    definition::{Definition, KeyHeader, Surroundings},
    problem::{Problem, Problems},
    resolve,
    upstream::Upstream,
    yaml,
};

const SUFFIX: &str = ".adapter.yaml";

/// An adapter that can be served.
pub struct Adapter {
    provider: String,
    port: u16,
    sdl: String,
    subjects: Vec<(String, String)>,
    pub(crate) key: KeyHeader,
    pub(crate) schema: Schema,
    pub(crate) upstream: Arc<Upstream>,
}

impl std::fmt::Debug for Adapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Adapter").field("provider", &self.provider).field("port", &self.port).finish_non_exhaustive()
    }
}

impl Adapter {
    /// Loads the adapter whose `*.adapter.yaml` stands in `folder`. `relocate` says where the register is instead of the
    /// address that the file gives; `&str::to_owned` leaves it there.
    ///
    /// # Errors
    /// All mistakes in its files: those of the YAML together, those of the SDL together, those between the two together.
    pub fn load(folder: &Path, relocate: &dyn Fn(&str) -> String) -> Result<Self, Vec<Problem>> {
        let (file, text) = read_yaml(folder)?;
        let mut problems = Problems::new(file.display().to_string());
        let around = Surroundings { folder, relocate };
        let definition =
            yaml::parse(&text, &mut problems).and_then(|root| Definition::read(&root, &around, &mut problems));
        let definition = problems.or(definition)?;

        let sdl_file = folder.join(&definition.schema);
        let sdl = read(&sdl_file)?;
        let mut problems = Problems::new(sdl_file.display().to_string());
        let contract = contract::parse(&sdl, &sdl_file.display().to_string(), &mut problems);
        let contract = problems.or(contract)?;

        let mut problems = Problems::new(file.display().to_string());
        contract::check(&definition, &contract, &mut problems);
        problems.or(Some(()))?;

        let subjects = subjects(&definition);
        let Definition { provider, serve, source, fields, .. } = definition;
        let unusable = |message: String| vec![Problem { file: file.display().to_string(), place: None, message }];
        let upstream = Upstream::new(provider.clone(), source).map_err(|error| unusable(error.to_string()))?;
        let schema = resolve::schema(&contract, fields).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { provider, port: serve.port, sdl, subjects, key: serve.key, schema, upstream: Arc::new(upstream) })
    }

    /// The key of the provider that it stands for.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The port that its file names.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it serves, as its author wrote it.
    pub fn sdl(&self) -> &str {
        &self.sdl
    }

    /// Which argument of which field of `Query` names the person whom the record is about.
    pub fn subjects(&self) -> impl Iterator<Item = (&str, &str)> {
        self.subjects.iter().map(|(field, argument)| (field.as_str(), argument.as_str()))
    }
}

fn subjects(definition: &Definition) -> Vec<(String, String)> {
    let mut subjects = Vec::new();
    for field in &definition.fields {
        for argument in field.arguments.iter().filter(|argument| argument.subject) {
            subjects.push((field.name.clone(), argument.name.clone()));
        }
    }
    subjects
}

/// The one `*.adapter.yaml` in the folder.
fn read_yaml(folder: &Path) -> Result<(PathBuf, String), Vec<Problem>> {
    let problem = |message: String| vec![Problem { file: folder.display().to_string(), place: None, message }];
    let entries = fs::read_dir(folder).map_err(|error| problem(format!("the folder cannot be read: {error}")))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(SUFFIX)))
        .collect();
    match (files.pop(), files.pop()) {
        (Some(file), None) => read(&file).map(|text| (file, text)),
        (None, _) => Err(problem(format!("there is no `*{SUFFIX}` here"))),
        (Some(_), Some(_)) => Err(problem(format!("there is more than one `*{SUFFIX}` here"))),
    }
}

fn read(file: &Path) -> Result<String, Vec<Problem>> {
    fs::read_to_string(file).map_err(|error| {
        vec![Problem {
            file: file.display().to_string(),
            place: None,
            message: format!("this cannot be read: {error}"),
        }]
    })
}
