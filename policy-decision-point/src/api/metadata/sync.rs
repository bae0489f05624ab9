//! `POST /api/v1/policy/metadata`: makes the field policies of one schema what the request says; a field that it does not
//! name is removed, with its allow list.

use std::{collections::BTreeSet, sync::Arc};

use axum::{Extension, Json, extract::State, http::StatusCode};
use ndx_contracts::{FieldRef, SchemaId};
use ndx_service::caller::Caller;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ArrayBuilder, ObjectBuilder, OneOfBuilder, RefOr, Schema, schema::Type},
};

use super::{ACCESS, DESCRIPTION, DISPLAY_NAME, IS_OWNER, OWNER, RULE, Records, SOURCE, records, removal};
use crate::{
    api::{
        problem::{ErrorBody, Problem, ToASender, ToEverybody},
        sent::{Body, Kind, Mistakes, Shape, read, required},
    },
    history::{Author, Policies},
    policy::{AccessControl, Action, FieldPolicy, Owner, Source},
    state::{Changed, Pdp},
};

const RECORD: Shape = Shape {
    about: "One field policy.",
    members: &[
        required("fieldName", Kind::Name, "The dotted path from the provider's `Query` type."),
        DISPLAY_NAME,
        DESCRIPTION,
        required("source", SOURCE, "Which of several registers holds it."),
        IS_OWNER,
        required("accessControlType", ACCESS, "Whether it is open to all who have a grant."),
        OWNER,
    ],
};

const SHAPE: Shape = Shape {
    about: "All field policies of one schema. A field that is not named is removed, with its allow list.",
    members: &[
        required("schemaId", Kind::Name, "The provider's schema."),
        required("records", Kind::List(&RECORD), "Its fields, each once."),
    ],
};

/// The field policies of one schema.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MetadataRequest {
    schema_id: SchemaId,
    records: Vec<RecordRequest>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordRequest {
    field_name: String,
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

impl PartialSchema for MetadataRequest {
    fn schema() -> RefOr<Schema> {
        let kind = |is_owner: bool| {
            let mut one = RECORD.schema();
            let only = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([json!(is_owner)]));
            one.properties.insert("isOwner".to_owned(), Schema::from(only).into());
            let owner = if is_owner {
                ObjectBuilder::new().schema_type(Type::Null)
            } else {
                one.required.push("owner".to_owned());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([json!("citizen")]))
            };
            one.properties.insert("owner".to_owned(), Schema::from(owner).into());
            one
        };
        let record = OneOfBuilder::new().item(Schema::from(kind(true))).item(Schema::from(kind(false)));
        let mut all = SHAPE.schema();
        let list = ArrayBuilder::new().items(record).description(Some("Its fields, each once."));
        all.properties.insert("records".to_owned(), Schema::from(list).into());
        Schema::from(all).into()
    }
}

impl ToSchema for MetadataRequest {}

/// Makes the field policies of one schema what the request says.
#[utoipa::path(
    post, path = "/api/v1/policy/metadata", tag = "field policies", security(("serviceToken" = [])),
    request_body = MetadataRequest,
    responses(
        (status = 201, description = "The schema's records, new ones first.", body = Records),
        (status = 400, description = "The body has mistakes; all are told.", body = ErrorBody),
        (status = 409, description = "A field stands in it twice.", body = ErrorBody),
        ToASender, ToEverybody,
    ),
)]
pub async fn handler(
    State(pdp): State<Arc<Pdp>>,
    Extension(Caller(caller)): Extension<Caller>,
    body: Body,
) -> Result<(StatusCode, Json<Records>), Problem> {
    let request: MetadataRequest = read(body, &SHAPE, owners)?;
    let wanted = wanted(request)?;
    let change = |policies: &Policies| Ok::<_, Problem>(actions(policies, &wanted));
    let Changed { before, after } = pdp.change(&Author::service(&caller), change).await?;
    let was_there = |policy: &&FieldPolicy| before.set().fields.contains_key(&policy.field);
    let (old, new): (Vec<_>, Vec<_>) = wanted.1.iter().partition(was_there);
    Ok((StatusCode::CREATED, Json(records(&after, new.into_iter().chain(old)))))
}

/// A record's owner fits to whether the provider owns it.
fn owners(body: &Value, mistakes: &mut Mistakes) {
    let records = body.get("records").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (number, record) in records.iter().enumerate() {
        let has_owner = record.get("owner").is_some_and(|owner| !owner.is_null());
        if record.get("isOwner").and_then(Value::as_bool) == Some(has_owner) {
            mistakes.note(&format!("records[{number}]"), RULE);
        }
    }
}

type Wanted = (SchemaId, Vec<FieldPolicy>);

fn wanted(request: MetadataRequest) -> Result<Wanted, Problem> {
    let (mut mistakes, mut seen) = (Mistakes::default(), BTreeSet::new());
    let mut policies = Vec::new();
    for (number, record) in request.records.into_iter().enumerate() {
        let field = FieldRef { schema_id: request.schema_id.clone(), field_name: record.field_name.into() };
        if !seen.insert(field.clone()) {
            mistakes.note(&format!("records[{number}].fieldName"), "this field stands above already; remove one");
        }
        policies.push(FieldPolicy {
            field,
            display_name: record.display_name,
            description: record.description,
            source: record.source,
            is_owner: record.is_owner,
            access: record.access_control_type,
            owner: record.owner,
        });
    }
    if mistakes.is_empty() { Ok((request.schema_id, policies)) } else { Err(Problem::conflict(&mistakes)) }
}

fn actions(policies: &Policies, (schema, wanted): &Wanted) -> Vec<Action> {
    let held = &policies.set().fields;
    let changed = wanted.iter().filter(|policy| held.get(&policy.field) != Some(*policy));
    let mut actions: Vec<_> = changed.map(|policy| Action::FieldPolicyPut { policy: policy.clone() }).collect();
    let named: BTreeSet<&FieldRef> = wanted.iter().map(|policy| &policy.field).collect();
    let gone = held.keys().filter(|field| field.schema_id == *schema && !named.contains(field));
    actions.extend(gone.flat_map(|field| removal(policies, field)));
    actions
}
