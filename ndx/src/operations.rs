//! `ndx operations`: the documents that an application registers, so that it can send their ids instead, or nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand};
use ndx_config::{Limits, Secrets, did_you_mean};
use orchestration_engine::{
    config::Config,
    operation::{self, OperationError, operation_id},
    schema::{self, ConsumerSchema},
};

use crate::{Place, checked::counted, stdout::print};

/// Looks after the documents that applications have registered.
#[derive(Debug, Subcommand)]
pub enum Operations {
    /// Register documents: each is checked against the schema, and every mistake is told. The gateway takes the list in when it
    /// next reads its configuration (SIGHUP).
    Publish(Publish),
}

/// Which documents, and whose.
#[derive(Debug, Args)]
pub struct Publish {
    /// The folder of the documents: its `.graphql` files, and those in folders below it. A file is one document.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The application that sends them.
    #[arg(long = "as", value_name = "APP")]
    application: String,
    /// Forget what it had registered before. Without this, its older versions in the field can go on.
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    place: Place,
}

/// A document that may be registered.
struct Document {
    id: String,
    text: String,
    file: String,
    operations: Vec<Option<String>>,
}

impl Operations {
    /// Does what was asked.
    ///
    /// # Errors
    /// With every mistake in any of the documents: then nothing is registered.
    pub fn run(self) -> anyhow::Result<()> {
        let Self::Publish(publish) = self;
        publish.run()
    }
}

impl Publish {
    fn run(self) -> anyhow::Result<()> {
        let exchange = self.place.load_with(Secrets::None)?;
        let config = Config::new(&exchange)?;
        let Some(application) = exchange.applications.iter().find(|one| one.id.as_str() == self.application) else {
            let known: Vec<&str> = exchange.applications.iter().map(|one| one.id.as_str()).collect();
            bail!("there is no application `{}`{}", self.application, did_you_mean(&self.application, &known));
        };
        let Some(lists) = &config.operations else {
            bail!(
                "the configuration does not say where the lists of documents lie: add `\"operations\": {{\"folder\": \"operations\"}}` to it"
            );
        };
        let schema = schema::load(&config)?;
        let documents = read(&self.folder, &schema, config.allowance(application).limits)?;

        let file = lists.join(format!("{}.json", self.application));
        let mut list = if self.replace || !file.exists() { BTreeMap::new() } else { registered(&file)? };
        for document in &documents {
            list.insert(document.id.clone(), document.text.clone());
        }
        write(&file, &list)?;
        for Document { id, file, operations, .. } in &documents {
            let names: Vec<&str> = operations.iter().flatten().map(String::as_str).collect();
            print(&format!("{id}  {file}  {}\n", names.join(" ")));
        }
        let (new, all) = (counted(documents.len(), "document"), list.len());
        eprintln!("{new} registered, {all} in `{}`; the gateway reads it at its next start or SIGHUP", file.display());
        Ok(())
    }
}

/// Every document in `folder`, or every mistake in any of them.
fn read(folder: &Path, schema: &ConsumerSchema, limits: &Limits) -> anyhow::Result<Vec<Document>> {
    let (mut documents, mut mistakes) = (Vec::new(), Vec::new());
    for path in files(folder)? {
        let file = path.display().to_string();
        let text = fs::read_to_string(&path).with_context(|| format!("`{file}` cannot be read"))?;
        match operation::check(schema, &text, limits) {
            Ok(operations) if operations.is_empty() => {
                mistakes.push(format!("{file}:1:1: there is no operation in it"))
            }
            Ok(operations) => documents.push(Document { id: operation_id(&text), text, file, operations }),
            Err(error) => mistakes.extend(told(&file, &error)),
        }
    }
    if !mistakes.is_empty() {
        bail!("{}; nothing was registered\n  {}", counted(mistakes.len(), "mistake"), mistakes.join("\n  "));
    }
    if documents.is_empty() {
        bail!("there is no `.graphql` file in `{}`", folder.display());
    }
    Ok(documents)
}

/// The documents' files, in the order of their names.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        let unreadable = || format!("the folder `{}` cannot be read", folder.display());
        for entry in fs::read_dir(&folder).with_context(unreadable)? {
            let entry = entry.with_context(unreadable)?;
            let path = entry.path();
            if entry.file_type().with_context(unreadable)?.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|ending| ending == "graphql") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// All mistakes of one document, each with its place.
fn told(file: &str, error: &OperationError) -> Vec<String> {
    let mistakes = match error {
        OperationError::Parse(mistakes) | OperationError::Validation(mistakes) => mistakes.as_slice(),
        OperationError::NotFound(mistake) | OperationError::Variables(mistake) => std::slice::from_ref(mistake),
        _ => return vec![format!("{file}:1:1: {error}")],
    };
    let line = |mistake: &operation::Mistake| {
        let (line, column) = mistake.locations.first().map_or((1, 1), |place| (place.line, place.column));
        format!("{file}:{line}:{column}: {}", mistake.message)
    };
    mistakes.iter().map(line).collect()
}

/// What the application had registered before.
fn registered(file: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let named = file.display();
    let text = fs::read_to_string(file).with_context(|| format!("the list `{named}` cannot be read"))?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow!("the list `{named}` is not one ({error}); begin anew with `--replace`"))
}

/// Puts the list in its place whole: a gateway that reads it meanwhile finds the old one or the new one.
fn write(file: &Path, list: &BTreeMap<String, String>) -> anyhow::Result<()> {
    let unwritable = || format!("the list `{}` cannot be written", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(unwritable)?;
    }
    let beside = file.with_extension("json.new");
    fs::write(&beside, format!("{}\n", serde_json::to_string_pretty(list)?)).with_context(unwritable)?;
    fs::rename(&beside, file).with_context(unwritable)
}
