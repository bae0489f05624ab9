//! Everything that an exchange is made of, checked together: the configuration, the schemas, the policies' seed, and what no
//! single one of them shows. `ndx check` prints it, and nothing starts before it is fine.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use ndx_config::{ArgMapping, Entry, Exchange, Problem, Reading, Secrets, did_you_mean, folder_of};
use ndx_contracts::{FieldRef, ProviderKey, SchemaId};
use orchestration_engine::schema::{self, Composition, Inputs, SchemaProblem};
use policy_decision_point::seed::{self, Seed};
use serde::Serialize;

/// One mistake or warning, and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// What was found, file by file, in each file's order.
#[derive(Debug, Default)]
pub struct Checked {
    /// What keeps the exchange from starting.
    pub mistakes: Vec<Finding>,
    /// What is allowed but should be looked at.
    pub warnings: Vec<Finding>,
    /// The configuration, when it has no mistake itself.
    pub exchange: Option<Exchange>,
    /// How many fields consumers can ask for.
    pub fields: usize,
    /// How many providers they come from.
    pub providers: usize,
}

/// Checks everything that `config` names, and reports all of it; the secrets that are `needed` must be there.
pub fn check(config: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> Checked {
    let mut reading = ndx_config::read(config, needed, rewrite);
    let mut checked = Checked { exchange: reading.exchange.take(), ..Checked::default() };
    let file = reading.file.clone();
    checked.mistakes.extend(reading.mistakes.iter().map(|one| in_file(&file, one)));
    checked.warnings.extend(reading.warnings.iter().map(|one| in_file(&file, one)));
    let Some(root) = reading.root() else { return checked };
    let folder = folder_of(config);
    let composition = inputs(&root, folder).map(|inputs| (schema::check(&inputs), inputs));
    if let Some((composition, inputs)) = &composition {
        checked.mistakes.extend(composition.mistakes.iter().map(in_schema));
        checked.warnings.extend(composition.warnings.iter().map(in_schema));
        (checked.fields, checked.providers) = (composition.leaves.len(), composition.providers_named());
        checked.reasons(&reading, &root, composition, inputs);
    }
    let files = (root.find(["policy", "fields"]), root.find(["policy", "grants"]));
    if let (Some(fields), Some(grants)) = (files.0.and_then(|it| it.text()), files.1.and_then(|it| it.text())) {
        let (fields, grants) = (folder.join(fields), folder.join(grants));
        let seed = seed::check(&fields, &grants);
        checked.mistakes.extend(seed.problems.iter().map(|problem| {
            let (line, column) = problem.place.unwrap_or((1, 1));
            Finding { file: problem.file.clone(), line, column, message: problem.message.clone() }
        }));
        checked.grants(&root, &seed, &grants);
        if let Some((composition, inputs)) = &composition {
            checked.policies(composition, &seed, &fields);
            checked.unreachable(composition, &seed, inputs);
        }
    }
    in_order(&mut checked.mistakes);
    in_order(&mut checked.warnings);
    checked
}

/// The configuration that `config` holds, if everything that it names is fine. Warnings go to the log.
///
/// # Errors
/// With every mistake in any of the files.
pub fn exchange(config: &Path, needed: Secrets, rewrite: impl FnOnce(String) -> String) -> anyhow::Result<Exchange> {
    let checked = check(config, needed, rewrite);
    for warning in &checked.warnings {
        tracing::warn!("{warning}");
    }
    match checked.exchange {
        Some(exchange) if checked.mistakes.is_empty() => Ok(exchange),
        _ => {
            let list: String = checked.mistakes.iter().map(|mistake| format!("\n  {mistake}")).collect();
            Err(anyhow::anyhow!("{}{list}", counted(checked.mistakes.len(), "mistake")))
        }
    }
}

/// `3 mistakes`, `1 mistake`.
pub fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// What composition needs, also from a configuration with mistakes; `None` when it does not say where the schemas lie.
fn inputs(root: &Entry<'_>, folder: &Path) -> Option<Inputs> {
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
    Some(Inputs {
        consumer: path("consumer")?,
        providers: path("providers")?,
        configured: root.get("providers").and_then(|list| list.items().iter().map(provider).collect()),
        arg_mappings: root.get("argMappings").and_then(|list| list.items().iter().map(mapping).collect()),
        foundational_id_arg_name: root.text_of("foundationalIdArgName").map(str::to_owned),
    })
}

impl Checked {
    /// Makes every warning a mistake.
    pub fn take_warnings_seriously(&mut self) {
        self.mistakes.append(&mut self.warnings);
        in_order(&mut self.mistakes);
    }

    /// A reason that a citizen is to read must be about a field that there is.
    fn reasons(&mut self, reading: &Reading, root: &Entry<'_>, composition: &Composition, inputs: &Inputs) {
        let purposes = root.list("applications").into_iter().flat_map(|one| one.list("purposes"));
        for reason in purposes.flat_map(|purpose| purpose.list("reasons")) {
            let (Some(schema), Some(field)) = (reason.text_of("schemaId"), reason.text_of("fieldName")) else {
                continue;
            };
            let field = FieldRef::new(schema, field);
            let problem = if let Some(lacks) = composition.lacks(&field) {
                reason.problem_at("fieldName", format!("this reason is never shown: {lacks}"))
            } else if !composition.knows(&field.schema_id) {
                let folder = inputs.providers.display();
                let message = format!(
                    "there is no `{schema}.graphql` in `{folder}`, so nobody can say whether it has this field"
                );
                reason.problem_at("schemaId", message)
            } else {
                continue;
            };
            self.warnings.push(in_file(&reading.file, &problem));
        }
    }

    /// A grant is for an application and a purpose of the configuration.
    fn grants(&mut self, root: &Entry<'_>, seed: &Seed, file: &Path) {
        let file = file.display().to_string();
        let applications = root.list("applications");
        let Some(granted) = seed.granted.as_ref().filter(|_| root.get("applications").is_some()) else { return };
        let known: BTreeMap<&str, Vec<&str>> = applications
            .iter()
            .filter_map(|one| {
                let purposes = one.list("purposes");
                Some((one.text_of("id")?, purposes.iter().filter_map(|purpose| purpose.text_of("id")).collect()))
            })
            .collect();
        for grant in granted {
            let (application, purpose) = (grant.application.as_str(), grant.purpose.as_str());
            let (at, message) = match known.get(application) {
                None => {
                    let names: Vec<&str> = known.keys().copied().collect();
                    let hint = did_you_mean(application, &names);
                    (
                        &grant.application_at,
                        format!("there is no application `{application}` in the configuration{hint}"),
                    )
                }
                Some(purposes) if !purposes.contains(&purpose) => {
                    let hint = did_you_mean(purpose, purposes);
                    (&grant.purpose_at, format!("application `{application}` has no purpose `{purpose}`{hint}"))
                }
                Some(_) => continue,
            };
            self.mistakes.push(in_file(&file, &Problem { message, ..at.clone() }));
        }
    }

    /// A field policy speaks of a field that there is.
    fn policies(&mut self, composition: &Composition, seed: &Seed, file: &Path) {
        let file = file.display().to_string();
        for (field, at) in seed.spoken_of.iter().flatten() {
            if let Some(lacks) = composition.lacks(field) {
                let message = format!("this policy is never asked for: {lacks}");
                self.warnings.push(in_file(&file, &Problem { message, ..at.clone() }));
            }
        }
    }

    /// A field that consumers see can be had by somebody.
    fn unreachable(&mut self, composition: &Composition, seed: &Seed, inputs: &Inputs) {
        let (Some(spoken_of), Some(granted)) = (&seed.spoken_of, &seed.granted) else { return };
        let granted: BTreeSet<&FieldRef> = granted.iter().flat_map(|one| &one.fields).collect();
        for leaf in composition.leaves.iter().filter(|leaf| composition.lacks(&leaf.field).is_none()) {
            let message = if !spoken_of.contains_key(&leaf.field) {
                format!("`{}` can never be had: no field policy speaks of `{}`", leaf.name, leaf.field)
            } else if !granted.contains(&leaf.field) {
                format!("`{}` can be had by nobody: no grant is for `{}`", leaf.name, leaf.field)
            } else {
                continue;
            };
            let (line, column) = leaf.place.unwrap_or((1, 1));
            self.warnings.push(Finding { file: inputs.consumer.display().to_string(), line, column, message });
        }
    }
}

fn in_file(file: &str, problem: &Problem) -> Finding {
    let Problem { line, column, message } = problem.clone();
    Finding { file: file.to_owned(), line, column, message }
}

fn in_schema(problem: &SchemaProblem) -> Finding {
    let (line, column) = problem.place.unwrap_or((1, 1));
    Finding { file: problem.file.clone(), line, column, message: problem.message.clone() }
}

/// File by file as they were met first, in each file's order.
fn in_order(findings: &mut Vec<Finding>) {
    let mut files: Vec<String> = Vec::new();
    for finding in findings.iter() {
        if !files.contains(&finding.file) {
            files.push(finding.file.clone());
        }
    }
    findings.sort_by_key(|one| (files.iter().position(|file| *file == one.file), one.line, one.column));
    findings.dedup();
}
