//! What a record says besides its columns: as it is shown, and as it is kept.

use std::sync::Arc;

use ndx_contracts::{
    FieldRef, LegalBasis, Reference, SchemaId,
    audit::{AuditEvent, AuditRecord, FieldEntry, ProviderName},
};
use ndx_store::StoreError;
use serde::{Deserialize, Deserializer, Serialize};

/// What a record says besides its columns.
///
/// INVARIANT: this is a list of what may stand in clear. People are not on it: they are kept sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// The policies that decided, when they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub policy_version: Option<u64>,
    /// SHA-256 of the plan's text, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub plan_hash: Option<String>,
    /// The application's own case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reference: Option<Reference>,
    /// The providers that are asked.
    #[serde(default)]
    pub providers: Vec<ProviderName>,
    /// Of a REFUSED: the code that the application received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub code: Option<String>,
    /// Of an ABORTED: why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<String>,
    /// The fields, and what became of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "fields")]
    pub fields: Vec<FieldEntry>,
}

impl Content {
    /// As it is kept.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn kept(&self) -> Result<String, StoreError> {
        let Self { policy_version, plan_hash, reference, providers, code, reason, fields } = self;
        let kept = Kept {
            policy_version: *policy_version,
            plan_hash: plan_hash.as_deref(),
            reference: reference.as_ref(),
            providers,
            code: code.as_deref(),
            reason: reason.as_deref(),
            fields: runs(fields),
        };
        kept.text()
    }
}

/// What `record` says besides its columns, as it is kept.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn kept(record: &AuditRecord) -> Result<String, StoreError> {
    let (code, reason, fields) = match &record.event {
        AuditEvent::Intent { fields } | AuditEvent::Release { fields } => (None, None, fields.as_slice()),
        AuditEvent::Aborted { reason } => (None, Some(reason.as_str()), Default::default()),
        AuditEvent::Refused { code, fields } => (Some(code.as_str()), None, fields.as_slice()),
    };
    let kept = Kept {
        policy_version: record.policy_version,
        plan_hash: record.plan_hash.as_deref(),
        reference: record.reference.as_ref(),
        providers: &record.providers,
        code,
        reason,
        fields: runs(fields),
    };
    kept.text()
}

/// [`Content`] as it is kept, with few copies and in few bytes: it is written twice for each request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kept<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_version: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan_hash: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'r Reference>,
    providers: &'r [ProviderName],
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'r str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Run<'r>>,
}

impl Kept<'_> {
    fn text(&self) -> Result<String, StoreError> {
        let text = serde_json::to_string(self).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        // PostgreSQL refuses to look into JSON that holds this one character, and so could never list the record again.
        Ok(if text.contains("\\u0000") { text.replace("\\u0000", "\\ufffd") } else { text })
    }
}

/// Fields that follow each other and differ in their names only: the root, the outcome, the schema's id, the names, and the
/// ground on which they may be had.
#[derive(Serialize)]
struct Run<'r>(&'r str, &'r str, &'r str, Vec<&'r str>, Option<&'r LegalBasis>);

fn runs(fields: &[FieldEntry]) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for FieldEntry { root, field, outcome, basis } in fields {
        let (schema_id, name) = (field.schema_id.as_str(), &*field.field_name);
        match runs.last_mut() {
            Some(Run(of_root, became, of, names, ground))
                if (*of_root, *became, *of, *ground) == (&**root, &**outcome, schema_id, basis.as_ref()) =>
            {
                names.push(name);
            }
            _ => runs.push(Run(root, outcome, schema_id, vec![name], basis.as_ref())),
        }
    }
    runs
}

/// What stands in the place of a run: once it said nothing of grounds, and until version 5 of the tables each field stood for
/// itself.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptField {
    Run(Arc<str>, String, SchemaId, Vec<Arc<str>>, Option<LegalBasis>),
    RunWithoutGround(Arc<str>, String, SchemaId, Vec<Arc<str>>),
    One(FieldEntry),
}

fn fields<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FieldEntry>, D::Error> {
    let mut fields = Vec::new();
    for kept in Vec::<KeptField>::deserialize(deserializer)? {
        let (root, outcome, schema_id, names, basis) = match kept {
            KeptField::One(field) => {
                fields.push(field);
                continue;
            }
            KeptField::Run(root, outcome, schema_id, names, basis) => (root, outcome, schema_id, names, basis),
            KeptField::RunWithoutGround(root, outcome, schema_id, names) => (root, outcome, schema_id, names, None),
        };
        fields.extend(names.into_iter().map(|name| FieldEntry {
            root: root.clone(),
            field: FieldRef { schema_id: schema_id.clone(), field_name: name },
            outcome: outcome.clone().into(),
            basis: basis.clone(),
        }));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(root: &str, name: &str, outcome: &str) -> FieldEntry {
        let field = FieldRef { schema_id: "s".into(), field_name: name.into() };
        FieldEntry { root: root.into(), field, outcome: outcome.to_owned().into(), basis: Some(LegalBasis::Consent) }
    }

    #[test]
    fn fields_are_kept_in_runs_and_read_in_their_order_also_as_they_were_kept_before() {
        let fields = vec![
            field("0:a", "x", "asked"),
            field("0:a", "y", "asked"),
            field("1:a", "x", "asked"),
            field("0:a", "z", "b"),
        ];
        let content = Content { fields: fields.clone(), ..Content::default() };
        let text = content.kept().unwrap();
        let run = |root: &str, outcome: &str, names: &str| format!(r#"["{root}","{outcome}","s",[{names}],"consent"]"#);
        let runs = [run("0:a", "asked", r#""x","y""#), run("1:a", "asked", r#""x""#), run("0:a", "b", r#""z""#)];
        assert_eq!(text, format!(r#"{{"providers":[],"fields":[{}]}}"#, runs.join(",")));
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap().fields, fields);
        let groundless: Vec<_> = fields.iter().map(|field| FieldEntry { basis: None, ..field.clone() }).collect();
        let before_grounds = text.replace(r#","consent"]"#, "]");
        assert_eq!(serde_json::from_str::<Content>(&before_grounds).unwrap().fields, groundless);
        let before = serde_json::to_string(&content).unwrap();
        assert!(before.contains("fieldName"), "{before}");
        assert_eq!(serde_json::from_str::<Content>(&before).unwrap().fields, fields);
    }

    #[test]
    fn fields_on_two_grounds_are_two_runs_and_what_is_open_has_none() {
        let task = r#"{"statutoryTask":{"law":"Elections Act","section":"9","display":"later"}}"#;
        let grounds = [Some(LegalBasis::Consent), Some(serde_json::from_str(task).unwrap()), None];
        let fields: Vec<_> = grounds.map(|basis| FieldEntry { basis, ..field("0:a", "x", "asked") }).into();
        let text = Content { fields: fields.clone(), ..Content::default() }.kept().unwrap();
        assert!(text.contains(&format!("[\"x\"],{task}]")) && text.contains("[\"x\"],null]"), "{text}");
        assert_eq!(serde_json::from_str::<Content>(&text).unwrap().fields, fields);
    }
}
