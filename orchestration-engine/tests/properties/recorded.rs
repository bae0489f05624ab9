//! What is recorded of a question: an INTENT before each stage's requests, and one end.

use std::collections::{BTreeMap, BTreeSet};

use ndx_contracts::audit::{AuditEvent, FieldEntry};

use crate::{court::Recorded, reference::Expected};

/// Whether the record of a question is in order, which ended with these numbers of requests.
pub fn holds(records: &[Recorded], expected: &Expected, requests: &BTreeMap<String, usize>) -> Result<(), String> {
    let Some((end, intents)) = records.split_last() else {
        let nothing = expected.fetched.is_empty() && expected.errors.is_empty();
        return if nothing { Ok(()) } else { Err("nothing was recorded".to_owned()) };
    };
    let mut announced: BTreeMap<&str, usize> = BTreeMap::new();
    for Recorded { record, requests } in intents {
        let AuditEvent::Intent { fields } = &record.event else { return Err(format!("in the middle: {record:?}")) };
        not_before_announced(requests, &announced)?;
        if record.request_id != end.record.request_id || fields.iter().any(|field| field.outcome != "asked") {
            return Err(format!("an INTENT of something else: {record:?}"));
        }
        let asked: BTreeSet<&str> = fields.iter().map(|field| field.field.schema_id.as_str()).collect();
        asked.into_iter().for_each(|schema_id| *announced.entry(schema_id).or_default() += 1);
    }
    not_before_announced(requests, &announced)?;
    if end.requests != *requests {
        return Err(format!("registers were asked after the end: {:?}, {requests:?}", end.requests));
    }
    let fetches = |count: &&usize| **count > 0;
    // Who was found before is not fetched again, but is announced again.
    if !expected.found_somebody && requests.values().filter(fetches).ne(announced.values()) {
        return Err(format!("announced {announced:?}, asked {requests:?}"));
    }
    match (&end.record.event, intents.is_empty()) {
        (AuditEvent::Release { .. }, false) | (AuditEvent::Refused { .. }, true) => Ok(()),
        (event, _) => Err(format!("after {} INTENT: {event:?}", intents.len())),
    }
}

/// A stage asks a register once at most, and only after it has been announced.
fn not_before_announced(requests: &BTreeMap<String, usize>, announced: &BTreeMap<&str, usize>) -> Result<(), String> {
    let too_many = |(schema_id, count): (&String, &usize)| announced.get(schema_id.as_str()).unwrap_or(&0) < count;
    if requests.iter().any(too_many) {
        return Err(format!("asked before it was recorded: announced {announced:?}, asked {requests:?}"));
    }
    Ok(())
}

/// The fields with their outcomes in what closes a record.
pub fn outcomes(end: &Recorded) -> &[FieldEntry] {
    match &end.record.event {
        AuditEvent::Release { fields } | AuditEvent::Refused { fields, .. } => fields,
        AuditEvent::Intent { .. } | AuditEvent::Aborted { .. } => &[],
    }
}
