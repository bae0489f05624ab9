//! What a service may ask of the ledger: read from the body or the query, all mistakes at once.

use ndx_contracts::{
    ApplicationId, FieldRef, Need, Purpose, Reference, Subject, TraceId, Words,
    consent::{ConsentRequirement, RequiredField},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{ApiError, body},
    config::Config,
};

/// What an application wants to know about a person. Keys that are not named here are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({
    "appId": "passport-app",
    "purpose": "passport-application",
    "consentRequirement": { "ownerId": "199512345678", "fields": [
        { "schemaId": "drp-schema-v1", "fieldName": "person.fullName", "displayName": "Full name" },
        { "schemaId": "drp-schema-v1", "fieldName": "person.profession", "need": "optional" },
    ] },
}))]
pub(crate) struct CreateConsentRequest {
    /// Who asks: the id of a registered application.
    #[schema(value_type = String, required = true, min_length = 1)]
    app_id: Option<String>,
    /// Its name. Accepted and not used: people read the registered one.
    #[expect(dead_code, reason = "only its form is looked at")]
    app_name: Option<String>,
    /// What for. May be left out by an application that has only one purpose.
    purpose: Option<String>,
    /// The application's own case. The person reads it, so that nothing in it may be about her.
    #[schema(pattern = "^[A-Za-z0-9/._-]{1,64}$")]
    reference: Option<String>,
    #[schema(value_type = Owner, required = true)]
    consent_requirement: Option<Owner>,
    /// Fields without which the application cannot do its work.
    #[serde(default)]
    needed: Vec<WantedField>,
    /// Fields that are the person's choice.
    #[serde(default)]
    optional: Vec<WantedField>,
    /// Accepted and not used: the person chooses among the lengths that the purpose is registered for.
    #[expect(dead_code, reason = "only its form is looked at")]
    grant_duration: Option<GrantDuration>,
    /// Accepted and not used: how long a request waits is configured.
    #[expect(dead_code, reason = "only its form is looked at")]
    consent_type: Option<ConsentType>,
}

/// About whom, and what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Owner {
    /// The person's identifier, in any of the ways in which people write it.
    #[schema(value_type = String, required = true, min_length = 1)]
    owner_id: Option<String>,
    /// The older name of `ownerId`; read only where that one is absent, and only when it is such an identifier.
    #[schema(deprecated)]
    owner_email: Option<String>,
    /// All fields.
    #[serde(default)]
    fields: Vec<WantedField>,
}

#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct WantedField {
    /// The dotted path in the schema.
    #[schema(value_type = String, required = true, min_length = 1)]
    field_name: Option<String>,
    /// The provider's schema.
    #[schema(value_type = String, required = true, min_length = 1)]
    schema_id: Option<String>,
    /// What people call it.
    display_name: Option<Words>,
    /// The form in which it is held.
    description: Option<Words>,
    /// Whether its provider marks it as sensitive: who is asked for it must have signed in with more care.
    #[serde(default)]
    sensitive: bool,
    /// In `consentRequirement.fields`: needed, unless this or the list `optional` says otherwise.
    need: Option<Need>,
}

#[derive(Debug, Deserialize, ToSchema)]
enum GrantDuration {
    #[serde(rename = "PT1H")]
    OneHour,
    #[serde(rename = "PT6H")]
    SixHours,
    #[serde(rename = "PT12H")]
    TwelveHours,
    #[serde(rename = "P1D")]
    OneDay,
    #[serde(rename = "P7D")]
    SevenDays,
    #[serde(rename = "P30D")]
    ThirtyDays,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ConsentType {
    Realtime,
    Offline,
}

/// What the body asks for, or all that is wrong with it.
pub(crate) fn requirement(
    config: &Config,
    wanted: CreateConsentRequest,
    trace_id: TraceId,
) -> Result<ConsentRequirement, ApiError> {
    let mut mistakes = Vec::new();
    let application = required(wanted.app_id, "appId", &mut mistakes).map(ApplicationId::new);
    let purpose = application.as_ref().and_then(|id| purpose(config, id, wanted.purpose, &mut mistakes));
    let reference = wanted.reference.and_then(|text| reference(config, &text, &mut mistakes));
    let owner = wanted.consent_requirement;
    if owner.is_none() {
        mistakes.push("consentRequirement is required".to_owned());
    }
    let (subject, fields) = match owner {
        Some(owner) => (subject(config, owner.owner_id, owner.owner_email, &mut mistakes), owner.fields),
        None => (None, Vec::new()),
    };
    let optional = named(wanted.optional, "optional", Need::Optional, &mut mistakes);
    let mut fields = named(fields, "consentRequirement.fields", Need::Needed, &mut mistakes);
    fields.retain(|one| !optional.iter().any(|other| other.field == one.field));
    fields.extend(named(wanted.needed, "needed", Need::Needed, &mut mistakes));
    fields.extend(optional);
    if fields.is_empty() && mistakes.is_empty() {
        mistakes.push("name at least one field in consentRequirement.fields, needed or optional".to_owned());
    }
    body::without(mistakes)?;
    match (application, purpose, subject) {
        (Some(application), Some(purpose), Some(subject)) => {
            Ok(ConsentRequirement { application, purpose, subject, fields, reference, trace_id })
        }
        _ => Err(ApiError::BadRequest("appId, purpose and ownerId are required".to_owned())),
    }
}

pub(crate) fn required(text: Option<String>, name: &str, mistakes: &mut Vec<String>) -> Option<String> {
    let text = text.filter(|text| !text.is_empty());
    if text.is_none() {
        mistakes.push(format!("{name} is required"));
    }
    text
}

/// The person. INVARIANT: what was sent is not repeated in the message.
pub(crate) fn subject(
    config: &Config,
    id: Option<String>,
    email: Option<String>,
    mistakes: &mut Vec<String>,
) -> Option<Subject> {
    let given = id.filter(|id| !id.is_empty()).or(email);
    let id = required(given, "ownerId", mistakes)?;
    let subject = config.subject(&id);
    if subject.is_none() {
        mistakes.push("ownerId is not an identifier of a person".to_owned());
    }
    subject
}

/// The case. INVARIANT: it is no identifier of a person, and what was sent is not repeated in the message.
fn reference(config: &Config, text: &str, mistakes: &mut Vec<String>) -> Option<Reference> {
    let read = Reference::new(text).map_err(|error| format!("reference: {error}"));
    let read = read.and_then(|reference| match config.subject(reference.as_str()) {
        Some(_) => Err("reference is an identifier of a person".to_owned()),
        None => Ok(reference),
    });
    read.map_err(|mistake| mistakes.push(mistake)).ok()
}

fn purpose(config: &Config, id: &ApplicationId, named: Option<String>, mistakes: &mut Vec<String>) -> Option<Purpose> {
    let Some(application) = config.application(id) else {
        mistakes.push(format!("application `{id}` is not registered"));
        return None;
    };
    match (named.filter(|purpose| !purpose.is_empty()).map(Purpose::new), application.purposes.as_slice()) {
        (Some(purpose), purposes) if purposes.iter().any(|one| one.id == purpose) => Some(purpose),
        (Some(purpose), _) => {
            mistakes.push(format!("application `{id}` is not registered for the purpose `{purpose}`"));
            None
        }
        (None, [only]) => Some(only.id.clone()),
        (None, _) => {
            mistakes.push("purpose is required: the application has several".to_owned());
            None
        }
    }
}

fn named(list: Vec<WantedField>, at: &str, need: Need, mistakes: &mut Vec<String>) -> Vec<RequiredField> {
    let mut read = |(number, one): (usize, WantedField)| {
        let schema = required(one.schema_id, &format!("{at}[{number}].schemaId"), mistakes);
        let name = required(one.field_name, &format!("{at}[{number}].fieldName"), mistakes);
        let (schema, name) = (schema?, name?);
        Some(RequiredField {
            display_name: one.display_name.filter(|words| !words.is_empty()).unwrap_or_else(|| name.as_str().into()),
            field: FieldRef::new(schema.as_str(), name),
            need: one.need.unwrap_or(need),
            description: one.description.filter(|words| !words.is_empty()),
            sensitive: one.sensitive,
        })
    };
    list.into_iter().enumerate().filter_map(&mut read).collect()
}
