//! `PATCH|DELETE /api/v1/policy/metadata/{id}` and `DELETE /api/v1/policy/metadata/{id}/allowlist/{applicationId}`.

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use ndx_contracts::ApplicationId;
use ndx_service::caller::Caller;
use serde::{Deserialize, Deserializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use uuid::Uuid;

use super::{
    ACCESS, DESCRIPTION, DISPLAY_NAME, OWNER, RULE, Record, SOURCE, grant_removal, grants_of, id_of, records, removal,
};
use crate::{
    api::{
        problem::{ErrorBody, Problem, ToASender, ToEverybody},
        sent::{Body, Kind, Mistakes, Shape, optional, read},
    },
    history::{Author, Policies},
    policy::{AccessControl, Action, FieldPolicy, Owner, Source},
    state::Pdp,
};

const SHAPE: Shape = Shape {
    about: "What changes in a record. What is not named, or null, stays; but a name or description that is null goes, and \
            so does the owner.",
    members: &[
        DISPLAY_NAME,
        DESCRIPTION,
        optional("source", SOURCE, "Which of several registers holds it."),
        optional("isOwner", Kind::Flag, "Whether the provider itself owns it."),
        optional("accessControlType", ACCESS, "Whether it is open to all who have a grant."),
        OWNER,
    ],
};

/// What changes in a record.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    #[serde(default, deserialize_with = "named")]
    display_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "named")]
    description: Option<Option<String>>,
    #[serde(default)]
    source: Option<Source>,
    #[serde(default)]
    is_owner: Option<bool>,
    #[serde(default)]
    access_control_type: Option<AccessControl>,
    #[serde(default, deserialize_with = "named")]
    owner: Option<Option<Owner>>,
}

/// Tells a null from a member that is not there.
fn named<'de, D: Deserializer<'de>, T: Deserialize<'de>>(value: D) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

impl PartialSchema for Change {
    fn schema() -> RefOr<Schema> {
        Schema::from(SHAPE.schema()).into()
    }
}

impl ToSchema for Change {
    fn name() -> std::borrow::Cow<'static, str> {
        "RecordChange".into()
    }
}

/// Changes one record.
#[utoipa::path(
    patch, path = "/api/v1/policy/metadata/{id}", tag = "field policies", security(("serviceToken" = [])),
    params(("id" = Uuid, Path, description = "The record.")),
    request_body = Change,
    responses(
        (status = 200, description = "The record as it is now.", body = Record),
        (status = 400, description = "The body has mistakes; all are told.", body = ErrorBody),
        (status = 404, description = "There is no such record.", body = ErrorBody),
        (status = 409, description = "`isOwner` and `owner` would contradict each other.", body = ErrorBody),
        ToASender, ToEverybody,
    ),
)]
pub async fn change(
    State(pdp): State<Arc<Pdp>>,
    Extension(Caller(caller)): Extension<Caller>,
    id: Result<Path<Uuid>, PathRejection>,
    body: Body,
) -> Result<Json<Record>, Problem> {
    let Path(id) = id?;
    let change: Change = read(body, &SHAPE, |_, _| {})?;
    let wanted = |policies: &Policies| {
        let held = find(policies, id)?;
        let policy = changed(held, &change);
        if policy.is_owner == policy.owner.is_some() {
            let mut mistakes = Mistakes::default();
            mistakes.note("", RULE);
            return Err(Problem::conflict(&mistakes));
        }
        Ok(if policy == *held { Vec::new() } else { vec![Action::FieldPolicyPut { policy }] })
    };
    let policies = pdp.change(&Author::service(&caller), wanted).await?.after;
    let record = records(&policies, std::iter::once(find(&policies, id)?)).records.pop();
    record.map(Json).ok_or_else(gone)
}

fn changed(held: &FieldPolicy, change: &Change) -> FieldPolicy {
    FieldPolicy {
        field: held.field.clone(),
        display_name: change.display_name.clone().unwrap_or_else(|| held.display_name.clone()),
        description: change.description.clone().unwrap_or_else(|| held.description.clone()),
        source: change.source.unwrap_or(held.source),
        is_owner: change.is_owner.unwrap_or(held.is_owner),
        access: change.access_control_type.unwrap_or(held.access),
        owner: change.owner.unwrap_or(held.owner),
    }
}

/// Removes one record, with its allow list.
#[utoipa::path(
    delete, path = "/api/v1/policy/metadata/{id}", tag = "field policies", security(("serviceToken" = [])),
    params(("id" = Uuid, Path, description = "The record.")),
    responses(
        (status = 204, description = "It is removed."),
        (status = 400, description = "The id is not a UUID.", body = ErrorBody),
        (status = 404, description = "There is no such record.", body = ErrorBody),
        ToEverybody,
    ),
)]
pub async fn remove(
    State(pdp): State<Arc<Pdp>>,
    Extension(Caller(caller)): Extension<Caller>,
    id: Result<Path<Uuid>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path(id) = id?;
    let wanted = |policies: &Policies| Ok::<_, Problem>(removal(policies, &find(policies, id)?.field));
    pdp.change(&Author::service(&caller), wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one application from a record's allow list, whatever it was allowed for.
#[utoipa::path(
    delete, path = "/api/v1/policy/metadata/{id}/allowlist/{applicationId}", tag = "allow lists",
    security(("serviceToken" = [])),
    params(
        ("id" = Uuid, Path, description = "The record."),
        ("applicationId" = String, Path, description = "The application.", min_length = 1),
    ),
    responses(
        (status = 204, description = "It may not ask for the field any more."),
        (status = 400, description = "The id is not a UUID.", body = ErrorBody),
        (status = 404, description = "There is no such record, or the application is not on its list.", body = ErrorBody),
        ToEverybody,
    ),
)]
pub async fn disallow(
    State(pdp): State<Arc<Pdp>>,
    Extension(Caller(caller)): Extension<Caller>,
    path: Result<Path<(Uuid, String)>, PathRejection>,
) -> Result<StatusCode, Problem> {
    let Path((id, application)) = path?;
    let application = ApplicationId::new(application);
    let wanted = |policies: &Policies| {
        let field = &find(policies, id)?.field;
        let actions: Vec<_> = grants_of(policies, &application, field).map(grant_removal).collect();
        if actions.is_empty() {
            return Err(Problem::not_found("the application is not on the allow list of this field"));
        }
        Ok(actions)
    };
    pdp.change(&Author::service(&caller), wanted).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn find(policies: &Policies, id: Uuid) -> Result<&FieldPolicy, Problem> {
    policies.set().fields.values().find(|policy| id_of(&policy.field) == id).ok_or_else(gone)
}

fn gone() -> Problem {
    Problem::not_found("there is no such record")
}
