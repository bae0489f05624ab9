//! Reads the two files that fill the store: field policies in the shape of OpenDIF's policy metadata, and grants.

use std::path::Path;

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, FieldRef, Need, Purpose, SchemaId};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::SeedProblem,
    policy::{AccessControl, Basis, FieldPolicy, Grant, Owner, PolicySet},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SchemaEntry {
    schema_id: SchemaId,
    records: Vec<FieldEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FieldEntry {
    field_name: String,
    #[serde(default)]
    display_name: Option<String>,
    #[serde(default)]
    description: Option<String>,
    /// Which of several registers is asked first; the exchange has one source a field.
    #[serde(rename = "source")]
    _source: Priority,
    is_owner: bool,
    access_control_type: AccessControl,
    #[serde(default)]
    owner: Option<Owner>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Priority {
    Primary,
    Fallback,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantEntry {
    application_id: ApplicationId,
    purpose: Purpose,
    basis: Basis,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    fields: Vec<GrantedField>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantedField {
    schema_id: SchemaId,
    field_name: String,
    need: Need,
}

/// Reads both files into the policies that they want.
///
/// # Errors
/// With every mistake in either.
pub fn read(fields: &Path, grants: &Path) -> Result<PolicySet, Vec<SeedProblem>> {
    let mut reader = Reader { set: PolicySet::default(), problems: Vec::new() };
    let schemas: Option<Vec<SchemaEntry>> = reader.file(fields);
    let granted: Option<Vec<GrantEntry>> = reader.file(grants);
    let fields_known = schemas.is_some();
    for entry in schemas.unwrap_or_default() {
        reader.schema(entry, fields);
    }
    for (number, entry) in granted.unwrap_or_default().into_iter().enumerate() {
        reader.grant(number, entry, grants, fields_known);
    }
    if reader.problems.is_empty() { Ok(reader.set) } else { Err(reader.problems) }
}

struct Reader {
    set: PolicySet,
    problems: Vec<SeedProblem>,
}

impl Reader {
    fn note(&mut self, file: &Path, place: Option<(usize, usize)>, message: String) {
        self.problems.push(SeedProblem { file: file.display().to_string(), place, message });
    }

    fn file<T: DeserializeOwned>(&mut self, file: &Path) -> Option<T> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(cause) => {
                self.note(file, None, format!("the file cannot be read: {cause}"));
                return None;
            }
        };
        match serde_json::from_str(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                let words = error.to_string();
                let words = words.split(" at line ").next().unwrap_or(&words).to_owned();
                self.note(file, Some((error.line(), error.column())), words);
                None
            }
        }
    }

    fn schema(&mut self, entry: SchemaEntry, file: &Path) {
        for record in entry.records {
            let field = FieldRef { schema_id: entry.schema_id.clone(), field_name: record.field_name };
            if record.is_owner == record.owner.is_some() {
                let rule = "`owner` must be there when `isOwner` is false, and only then";
                self.note(file, None, format!("`{field}`: {rule}"));
            }
            let policy = FieldPolicy {
                field: field.clone(),
                display_name: record.display_name,
                description: record.description,
                is_owner: record.is_owner,
                access: record.access_control_type,
                owner: record.owner,
            };
            if self.set.fields.insert(field.clone(), policy).is_some() {
                self.note(file, None, format!("`{field}` is listed twice; remove one"));
            }
        }
    }

    fn grant(&mut self, number: usize, entry: GrantEntry, file: &Path, fields_known: bool) {
        let GrantEntry { application_id, purpose, basis, from, until, fields } = entry;
        if until.is_some_and(|until| until <= from) {
            self.note(file, None, format!("[{number}]: `until` is not after `from`, so the grant would never hold"));
        }
        if purpose.as_str().is_empty() {
            self.note(file, None, format!("[{number}]: `purpose` is empty; say what for"));
        }
        for (place, granted) in fields.into_iter().enumerate() {
            let field = FieldRef { schema_id: granted.schema_id, field_name: granted.field_name };
            if fields_known && !self.set.fields.contains_key(&field) {
                self.note(file, None, format!("[{number}].fields[{place}]: no field policy speaks of `{field}`"));
            }
            let (application, purpose) = (application_id.clone(), purpose.clone());
            let grant = Grant { application, purpose, field: field.clone(), basis, need: granted.need, from, until };
            if self.set.grants.insert(grant.key(), grant).is_some() {
                self.note(
                    file,
                    None,
                    format!("[{number}].fields[{place}]: `{field}` is granted twice for one purpose; remove one"),
                );
            }
        }
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
        assert_eq!(problems[0].place.unwrap().0, 3);
        assert!(problems[0].message.contains("because"));
    }
}
