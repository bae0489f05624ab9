//! What is recorded of a question: an INTENT before each stage's requests, and one end.

use std::collections::{BTreeMap, BTreeSet};

use ndx_contracts::audit::{AuditEvent, FieldEntry};
use ndx_test_gateway::Reply;

use crate::{court::Recorded, reference::Expected};

/// Whether the record of a question is in order, which ended with these numbers of requests.
pub fn holds(records: &[Recorded], expected: &Expected, requests: &BTreeMap<String, usize>) -> Result<(), String> {
    let Some((end, intents)) = records.split_last() else {
        let nothing = expected.fetched.is_empty() && expected.errors.is_empty();
        return if nothing { Ok(()) } else { Err("nothing was recorded".to_owned()) };
    };
    let mut announced: BTreeMap<&str, usize> = BTreeMap::new();
    let mut subjects = BTreeSet::new();
    for Recorded { record, requests } in intents {
        let AuditEvent::Intent { fields } = &record.event else { return Err(format!("in the middle: {record:?}")) };
        not_before_announced(requests, &announced)?;
        if record.request_id != end.record.request_id || fields.iter().any(|field| field.outcome != "asked") {
            return Err(format!("an INTENT of something else: {record:?}"));
        }
        for subject in &record.subjects {
            if !subjects.insert(&*subject.root) {
                return Err(format!("{} is in the INTENT of two stages: {record:?}", subject.root));
            }
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

/// Whether nothing counts as released of a root in whose place an error put a null.
pub fn released_is_in_the_answer(records: &[Recorded], reply: &Reply) -> Result<(), String> {
    let Some(end) = records.last() else { return Ok(()) };
    let Some(data) = reply.body["data"].as_object() else {
        let released = outcomes(end).iter().find(|entry| left(entry));
        return released.map_or(Ok(()), |entry| Err(format!("{entry:?}, and there is no data")));
    };
    for (number, (key, _)) in data.iter().enumerate().filter(|(_, (_, value))| value.is_null()) {
        let errors = reply.body["errors"].as_array().into_iter().flatten();
        let of_root = format!("{number}:");
        let released = |entry: &&FieldEntry| entry.root.starts_with(&of_root) && left(entry);
        if errors.clone().any(|error| error["path"][0] == key.as_str())
            && let Some(entry) = outcomes(end).iter().find(released)
        {
            return Err(format!("{entry:?}, and {key} is null"));
        }
    }
    Ok(())
}

/// Whether its value left, or that there is none.
fn left(entry: &FieldEntry) -> bool {
    matches!(&*entry.outcome, "released" | "nothing")
}

/// The fields with their outcomes in what closes a record.
pub fn outcomes(end: &Recorded) -> &[FieldEntry] {
    match &end.record.event {
        AuditEvent::Release { fields } | AuditEvent::Refused { fields, .. } => fields,
        AuditEvent::Intent { .. } | AuditEvent::Aborted { .. } => &[],
    }
}
