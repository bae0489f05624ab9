//! `POST /api/v1/records`: the gateway keeps one record.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use ndx_contracts::{
    LegalBasis,
    audit::{AuditEvent, AuditRecord},
};

use super::{
    body::JsonBody,
    problem::{Problem, bad_request, unwritten},
};
use crate::{state::Audit, store::Entry};

/// The highest version: higher than any counter comes.
const HIGHEST: u64 = 1_000_000_000_000;

/// Keeps one record
///
/// When this answers 204, an INTENT survives the end of every process, and any other record, with all that were kept before
/// it, the end of power. A request may have several INTENTs, one a stage, and has one end. A RELEASE is kept only while its
/// request is open, and an INTENT only while it has had no end: 409 means that the request was closed as ABORTED
/// meanwhile, and nothing may leave. An ABORTED for which nothing is open is answered with 204 and says nothing new.
#[utoipa::path(
    post,
    path = "/api/v1/records",
    operation_id = "keepRecord",
    tag = "Record",
    request_body = AuditRecord,
    responses(
        (status = 204, description = "The record is kept."),
        (status = 400, description = "This is no record.", body = Problem),
        (status = 401, description = "No service token for this service.", body = Problem),
        (status = 409, description = "An INTENT of a request that has had its end, or a RELEASE of one that is not open.", body = Problem),
        (status = 413, description = "The body is longer than 1 MiB.", body = Problem),
        (status = 415, description = "The body is not said to be `application/json`.", body = Problem),
        (status = 503, description = "The record cannot be kept: nothing may be asked, and nothing may leave.", body = Problem),
    ),
    security(("serviceToken" = [])),
)]
pub async fn handler(State(audit): State<Arc<Audit>>, JsonBody(record): JsonBody<AuditRecord>) -> Response {
    let mistakes = mistakes(&record);
    if !mistakes.is_empty() {
        return bad_request("Invalid request payload", &mistakes);
    }
    match audit.write(Entry::Record(Box::new(record))).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => unwritten(&error),
    }
}

/// What is wrong with `record`, besides its shape: what `/openapi.json` says in patterns and bounds.
fn mistakes(record: &AuditRecord) -> Vec<String> {
    let mut mistakes = BTreeSet::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            mistakes.insert(what.to_owned());
        }
    };
    let trace_id = record.trace_id.as_str();
    let digits = trace_id.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    must(trace_id.len() == 32 && digits, "`traceId` must be 32 lower-case hexadecimal digits");
    for (name, text) in [
        ("application", record.application.as_str()),
        ("member", record.member.as_str()),
        ("purpose", record.purpose.as_str()),
    ] {
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        must(
            printable && (1..=200).contains(&text.len()),
            &format!("`{name}` must be 1 to 200 printable ASCII characters"),
        );
    }
    let counts = |number: u64| number <= HIGHEST;
    must(record.policy_version.is_none_or(counts), &format!("`policyVersion` must be at most {HIGHEST}"));
    for subject in &record.subjects {
        must(is_root(&subject.root), "`subjects[].root` must be like `0:personInfo`");
        let version = subject.consent.as_ref().map(|consent| consent.version);
        must(version.is_none_or(counts), &format!("`subjects[].consent.version` must be at most {HIGHEST}"));
    }
    if let AuditEvent::Intent { fields } | AuditEvent::Release { fields } | AuditEvent::Refused { fields, .. } =
        &record.event
    {
        let stated = fields.iter().all(|field| field.basis.as_ref().is_none_or(is_stated));
        must(
            stated,
            "`fields[].basis` must name its law and section, or its court and reference, in 1 to 200 characters",
        );
    }
    if let AuditEvent::Refused { code, .. } = &record.event {
        let word = code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        must(word && code.len() <= 100, "`code` must be at most 100 of the characters A to Z, 0 to 9 and _");
    }
    mistakes.into_iter().collect()
}

/// Whether a basis says in words what it is.
fn is_stated(basis: &LegalBasis) -> bool {
    let is_words = |text: &str| {
        let begins = text.chars().next().is_some_and(|first| first > ' ' && !('\u{7f}'..='\u{a0}').contains(&first));
        begins && text.chars().count() <= 200 && !text.chars().any(char::is_control)
    };
    match basis {
        LegalBasis::Consent => true,
        LegalBasis::StatutoryTask(task) => is_words(&task.law) && is_words(&task.section),
        LegalBasis::CourtOrder(order) => is_words(&order.court) && is_words(&order.reference),
    }
}

/// The number of a root field in its query, and its name in the schema.
fn is_root(text: &str) -> bool {
    text.split_once(':').is_some_and(|(number, name)| {
        let named = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let starts = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
        (1..=9).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_digit())
            && named
            && starts
            && name.len() <= 200
    })
}
