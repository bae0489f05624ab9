//! `/api/v1/policy/metadata`: the field policies in OpenDIF's words, each a *record* with its allow list.

pub mod sync;

pub mod list;

pub mod one;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, FieldRef};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::sent::{Kind, Member, optional, required};
use crate::{
    history::{Entry, Policies},
    policy::{AccessControl, Action, FieldPolicy, Grant, GrantKey, Owner, Source},
};

/// The namespace of the records' ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x6e64_782d_706f_5c69_8379_2d72_6563_6f72);

const DISPLAY_NAME: Member = optional("displayName", Kind::Words, "What people call it.");
const DESCRIPTION: Member = optional("description", Kind::Words, "The form in which it is held.");
const SOURCE: Kind = Kind::OneOf(&["primary", "fallback"]);
const ACCESS: Kind = Kind::OneOf(&["public", "restricted"]);
const OWNER: Member =
    optional("owner", Kind::OneOf(&["citizen"]), "Whose it is, exactly when it is not the provider's.");
const IS_OWNER: Member = required("isOwner", Kind::Flag, "Whether the provider itself owns it.");
/// The rule between `isOwner` and `owner`.
const RULE: &str = "`owner` must be there when `isOwner` is false, and only then";

/// One field policy and who may ask for the field.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Always the same for the same field.
    id: Uuid,
    #[serde(flatten)]
    field: FieldRef,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    source: Source,
    is_owner: bool,
    access_control_type: AccessControl,
    /// By the applications' ids.
    allow_list: BTreeMap<String, Allowed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<Owner>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// That an application may ask for a field: the last to end of its grants, whatever for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Allowed {
    /// Until when; null when it does not end.
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// When one of its grants was last changed.
    updated_at: DateTime<Utc>,
}

/// A list of records.
#[derive(Debug, Serialize, ToSchema)]
pub struct Records {
    /// The records.
    records: Vec<Record>,
}

/// The id of a field's record.
pub fn id_of(field: &FieldRef) -> Uuid {
    // Two names cannot be told apart when they are only joined.
    let (schema, name) = (field.schema_id.as_str(), &*field.field_name);
    Uuid::new_v5(&NAMESPACE, format!("{}:{schema}:{name}", schema.len()).as_bytes())
}

/// The records of `fields`, in their order.
fn records<'a>(policies: &Policies, fields: impl Iterator<Item = &'a FieldPolicy>) -> Records {
    let mut granted: BTreeMap<&FieldRef, Vec<&Grant>> = BTreeMap::new();
    for grant in policies.set().grants.values() {
        granted.entry(&grant.field).or_default().push(grant);
    }
    let one = |policy: &FieldPolicy| {
        let grants = granted.get(&policy.field).map(Vec::as_slice).unwrap_or_default();
        record(policies, policy, grants)
    };
    Records { records: fields.map(one).collect() }
}

fn record(policies: &Policies, policy: &FieldPolicy, grants: &[&Grant]) -> Record {
    let changed = |entry: Entry| policies.mark(&entry).map(|mark| (mark.since, mark.changed)).unwrap_or_default();
    let (created_at, updated_at) = changed(Entry::Field(policy.field.clone()));
    let mut allow_list: BTreeMap<String, Allowed> = BTreeMap::new();
    for grant in grants {
        let (_, updated_at) = changed(Entry::Grant(grant.key()));
        let new = Allowed { expires_at: grant.until, updated_at };
        let held = allow_list.entry(grant.application.to_string()).or_insert_with(|| new.clone());
        held.expires_at = held.expires_at.zip(new.expires_at).map(|(one, other)| one.max(other));
        held.updated_at = held.updated_at.max(updated_at);
    }
    Record {
        id: id_of(&policy.field),
        field: policy.field.clone(),
        display_name: policy.display_name.clone(),
        description: policy.description.clone(),
        source: policy.source,
        is_owner: policy.is_owner,
        access_control_type: policy.access,
        allow_list,
        owner: policy.owner,
        created_at,
        updated_at,
    }
}

/// What removes a field policy, with its allow list.
fn removal(policies: &Policies, field: &FieldRef) -> Vec<Action> {
    let grants = policies.set().grants.keys().filter(|(.., granted)| granted == field);
    let mut actions: Vec<_> = grants.map(grant_removal).collect();
    actions.push(Action::FieldPolicyRemoved { field: field.clone() });
    actions
}

fn grant_removal(key: &GrantKey) -> Action {
    let (application, purpose, field) = key.clone();
    Action::GrantRemoved { application, purpose, field }
}

/// The grants of `application` for `field`, whatever for.
fn grants_of<'a>(
    policies: &'a Policies,
    application: &'a ApplicationId,
    field: &'a FieldRef,
) -> impl Iterator<Item = &'a GrantKey> {
    policies.set().grants.keys().filter(move |(owner, _, granted)| owner == application && granted == field)
}
