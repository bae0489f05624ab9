//! Reads the two files that fill the store: field policies in the shape of OpenDIF's policy metadata, and grants.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{DateTime, Utc};
use ndx_config::{Document, Entry, Problem, did_you_mean, schema_of};
use ndx_contracts::{ApplicationId, FieldRef, LegalBasis, Need, Purpose, SchemaId};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    basis,
    error::SeedProblem,
    policy::{AccessControl, FieldPolicy, Grant, Owner, PolicySet, Source},
};

#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SchemaEntry {
    #[serde(rename = "schemaId")]
    #[schemars(with = "String", length(min = 1))]
    _schema_id: SchemaId,
    #[serde(rename = "records")]
    _records: Vec<FieldEntry>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FieldEntry {
    #[serde(rename = "fieldName")]
    #[schemars(length(min = 1))]
    _field_name: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    source: Source,
    is_owner: bool,
    access_control_type: AccessControl,
    #[serde(default)]
    owner: Option<Owner>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantEntry {
    #[serde(rename = "applicationId")]
    #[schemars(with = "String", length(min = 1))]
    _application_id: ApplicationId,
    #[serde(rename = "purpose")]
    #[schemars(with = "String", length(min = 1))]
    _purpose: Purpose,
    #[serde(rename = "basis")]
    _basis: serde_json::Value,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    #[serde(rename = "fields")]
    _fields: Vec<GrantedField>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantedField {
    #[schemars(with = "String", length(min = 1))]
    schema_id: SchemaId,
    #[schemars(length(min = 1))]
    field_name: String,
    #[schemars(with = "String", extend("enum" = ["needed", "optional"]))]
    need: Need,
}

/// Everything that the two files say, mistakes or not.
#[derive(Debug, Default)]
pub struct Seed {
    /// The policies, as far as they can be read.
    pub set: PolicySet,
    /// Every mistake, file by file, in each file's order.
    pub problems: Vec<SeedProblem>,
    /// The fields that field policies speak of, with their places; `None` when the file is no JSON.
    pub spoken_of: Option<BTreeMap<FieldRef, Problem>>,
    /// What is granted to whom; `None` when the file is no JSON.
    pub granted: Option<Vec<Granted>>,
}

/// One entry of the grants. The places' messages are empty: whoever finds something wrong says what.
#[derive(Debug, Clone)]
pub struct Granted {
    /// Who may ask.
    pub application: ApplicationId,
    /// Where that is written.
    pub application_at: Problem,
    /// What for.
    pub purpose: Purpose,
    /// Where that is written.
    pub purpose_at: Problem,
    /// Which fields.
    pub fields: BTreeSet<FieldRef>,
}

/// Reads both files into the policies that they want.
///
/// # Errors
/// With every mistake in either.
pub fn read(fields: &Path, grants: &Path) -> Result<PolicySet, Vec<SeedProblem>> {
    let seed = check(fields, grants);
    if seed.problems.is_empty() { Ok(seed.set) } else { Err(seed.problems) }
}

/// Reads both files as far as that can be done, and tells everything that is wrong with them.
pub fn check(fields: &Path, grants: &Path) -> Seed {
    let mut seed = Seed::default();
    let mut problems = Vec::new();
    if let Some(document) = document(fields, &schema_of::<Vec<SchemaEntry>>(), &mut problems) {
        let mut known = BTreeMap::new();
        for entry in document.root().items() {
            seed.schema(&entry, &mut known, &mut problems);
        }
        seed.spoken_of = Some(known);
    }
    seed.take(fields, &mut problems);
    if let Some(document) = document(grants, &schema_of::<Vec<GrantEntry>>(), &mut problems) {
        let entries = document.root().items();
        seed.granted = Some(entries.iter().filter_map(|entry| seed.grant(entry, &mut problems)).collect());
    }
    seed.take(grants, &mut problems);
    seed
}

fn document(file: &Path, schema: &serde_json::Value, problems: &mut Vec<Problem>) -> Option<Document> {
    match Document::read(file) {
        Ok(mut document) => {
            problems.extend(document.compare(schema));
            Some(document)
        }
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// The ground of a grant, with what is wrong with it told.
fn grounded(entry: &Entry<'_>, from: Option<DateTime<Utc>>, problems: &mut Vec<Problem>) -> Option<LegalBasis> {
    // One that is missing was told already.
    let written = entry.get("basis")?;
    match basis::read(written.value()) {
        Ok(basis) => {
            let ended = from.and_then(|from| basis::ended(&basis, from));
            problems.extend(ended.map(|why| written.problem(why)));
            Some(basis)
        }
        Err(mistakes) => {
            problems.extend(mistakes.into_iter().map(|(place, what)| {
                // What is missing is told where it should stand.
                let at = place.iter().fold(written.clone(), |at, key| at.get(key).unwrap_or(at));
                at.problem(format!("`{}`: {what}", [&["basis".to_owned()], place.as_slice()].concat().join(".")))
            }));
            None
        }
    }
}

fn field(schema: Option<&str>, entry: &Entry<'_>) -> Option<FieldRef> {
    Some(FieldRef { schema_id: SchemaId::new(schema?), field_name: entry.text_of("fieldName")?.into() })
}

impl Seed {
    /// Takes the mistakes of `file` in, in its order.
    fn take(&mut self, file: &Path, problems: &mut Vec<Problem>) {
        problems.sort();
        let place = |problem: Problem| SeedProblem {
            file: file.display().to_string(),
            place: Some((problem.line, problem.column)),
            message: problem.message,
        };
        self.problems.extend(std::mem::take(problems).into_iter().map(place));
    }

    fn schema(&mut self, entry: &Entry<'_>, known: &mut BTreeMap<FieldRef, Problem>, problems: &mut Vec<Problem>) {
        for record in entry.list("records") {
            let Some(field) = field(entry.text_of("schemaId"), &record) else { continue };
            let at = record.problem_at("fieldName", "");
            if known.insert(field.clone(), at).is_some() {
                problems.push(record.problem_at("fieldName", format!("`{field}` is listed twice; remove one")));
            }
            let Some(read) = record.read::<FieldEntry>() else { continue };
            if read.is_owner == read.owner.is_some() {
                let rule = "`owner` must be there when `isOwner` is false, and only then";
                problems.push(record.problem_at("isOwner", format!("`{field}`: {rule}")));
            }
            let policy = FieldPolicy {
                field: field.clone(),
                display_name: read.display_name,
                description: read.description,
                source: read.source,
                is_owner: read.is_owner,
                access: read.access_control_type,
                owner: read.owner,
            };
            self.set.fields.insert(field, policy);
        }
    }

    fn grant(&mut self, entry: &Entry<'_>, problems: &mut Vec<Problem>) -> Option<Granted> {
        let time = |key| DateTime::parse_from_rfc3339(entry.text_of(key)?).ok();
        if let (Some(from), Some(until)) = (time("from"), time("until"))
            && until <= from
        {
            problems.push(entry.problem_at("until", "`until` is not after `from`, so the grant would never hold"));
        }
        let basis = grounded(entry, time("from").map(|from| from.to_utc()), problems);
        let read = entry.read::<GrantEntry>();
        let (application, purpose) =
            (ApplicationId::new(entry.text_of("applicationId")?), Purpose::new(entry.text_of("purpose")?));
        let mut fields = BTreeSet::new();
        for granted in entry.list("fields") {
            let Some(field) = field(granted.text_of("schemaId"), &granted) else { continue };
            if let Some(unspoken) = self.unspoken(&field) {
                problems.push(granted.problem_at("fieldName", unspoken));
            }
            let before = (application.clone(), purpose.clone(), field.clone());
            if self.set.grants.contains_key(&before) || !fields.insert(field.clone()) {
                let message = format!("`{field}` is granted twice for one purpose; remove one");
                problems.push(granted.problem_at("fieldName", message));
            }
            if let (Some(read), Some(basis), Some(granted)) = (&read, &basis, granted.read::<GrantedField>()) {
                let (application, purpose) = (application.clone(), purpose.clone());
                let (basis, from, until) = (basis.clone(), read.from, read.until);
                let field = FieldRef { schema_id: granted.schema_id, field_name: granted.field_name.into() };
                let grant = Grant { application, purpose, field, basis, need: granted.need, from, until };
                self.set.grants.insert(grant.key(), grant);
            }
        }
        let (application_at, purpose_at) = (entry.problem_at("applicationId", ""), entry.problem_at("purpose", ""));
        Some(Granted { application, application_at, purpose, purpose_at, fields })
    }

    /// That no field policy speaks of `field`, when that is known.
    fn unspoken(&self, field: &FieldRef) -> Option<String> {
        let known = self.spoken_of.as_ref()?;
        if known.contains_key(field) {
            return None;
        }
        let names: Vec<&str> =
            known.keys().filter(|other| other.schema_id == field.schema_id).map(|other| &*other.field_name).collect();
        let hint = did_you_mean(&field.field_name, &names);
        Some(format!("no field policy speaks of `{field}`{hint}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &str = r#"[{"schemaId":"s","records":[
        {"fieldName":"a","source":"primary","isOwner":false,"accessControlType":"restricted","owner":"citizen"},
        {"fieldName":"b","source":"primary","isOwner":true,"accessControlType":"public"}]}]"#;

    fn both(fields: &str, grants: &str) -> Result<PolicySet, Vec<SeedProblem>> {
        let folder = tempfile::tempdir().unwrap();
        let (f, g) = (folder.path().join("f.json"), folder.path().join("g.json"));
        std::fs::write(&f, fields).unwrap();
        std::fs::write(&g, grants).unwrap();
        read(&f, &g)
    }

    #[test]
    fn the_files_of_the_tree_have_no_mistake() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let set = read(&root.join("schema/policy-metadata.json"), &root.join("sandbox/grants.json")).unwrap();
        assert!(
            set.grants
                .values()
                .any(|grant| grant.id() == "grant:passport-app/passport-application/drp-schema-v1:person.fullName")
        );
    }

    #[test]
    fn all_mistakes_of_both_files_are_told_at_once() {
        let fields = FIELDS.replace("\"fieldName\":\"b\"", "\"fieldName\":\"a\"").replace(",\"owner\":\"citizen\"", "");
        let grants = r#"[{"applicationId":"x","purpose":"p","basis":"consent","from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z",
            "fields":[{"schemaId":"s","fieldName":"z","need":"needed"},{"schemaId":"s","fieldName":"a","need":"needed"},{"schemaId":"s","fieldName":"a","need":"needed"}]}]"#;
        let problems = both(&fields, grants).unwrap_err();
        let text: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(text.len(), 5, "{text:#?}");
        for words in
            ["`owner` must be", "listed twice", "would never hold", "no field policy speaks of `s:z`", "granted twice"]
        {
            assert!(text.iter().any(|message| message.contains(words)), "{words}: {text:#?}");
        }
    }

    #[test]
    fn an_unknown_basis_or_key_is_told_with_its_place() {
        let grants = "[{\"applicationId\":\"x\",\n\"purpose\":\"p\",\n\"basis\":\"because\"}]";
        let problems = both(FIELDS, grants).unwrap_err();
        let places: Vec<_> = problems.iter().map(|problem| problem.place.unwrap()).collect();
        assert_eq!(places, [(1, 2), (1, 2), (3, 9)], "{problems:#?}");
        assert!(problems[2].message.contains("`basis`: a basis is `\"consent\"`"), "{problems:#?}");
    }

    #[test]
    fn c19_a_ground_without_law_or_reference_or_that_has_ended_is_told_at_its_place() {
        let grants = |basis: &str| {
            format!(
                r#"[{{"applicationId":"x","purpose":"p","basis":{basis},"from":"2026-01-01T00:00:00Z","fields":[{{"schemaId":"s","fieldName":"a","need":"needed"}}]}}]"#
            )
        };
        let set = both(FIELDS, &grants(r#"{"statutoryTask":{"law":"Elections Act","section":"9"}}"#)).unwrap();
        assert!(!set.grants.values().next().unwrap().basis.asks());
        let told = |basis: &str| {
            let problems = both(FIELDS, &grants(basis)).unwrap_err();
            problems.into_iter().map(|one| (one.place.unwrap().0, one.message)).collect::<Vec<_>>()
        };
        let task = told("{\n\"statutoryTask\":{\n\"law\":\"\",\n\"display\":\"x\"}}");
        let places: Vec<_> = task.iter().map(|(line, _)| *line).collect();
        assert_eq!(places, [2, 3, 4], "{task:#?}");
        let order = told(r#"{"courtOrder":{"court":"c","reference":"r","until":"2025-12-31T00:00:00Z"}}"#);
        assert!(order.len() == 1 && order[0].1.contains("would never hold"), "{order:#?}");
    }
}
