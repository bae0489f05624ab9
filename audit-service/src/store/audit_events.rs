//! The log in OpenDIF's words: the view of which events there are, and what each says.

use std::collections::HashMap;

use ndx_contracts::audit::FieldEntry;
use ndx_store::{Keyring, StoreError};
use serde_json::{Value, json};
use sqlx::{AnyPool, AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{EventFilter, Page, RecordEntry, audit_records, posted_events, time_of};
use crate::opendif::{ActorType, EventType, LogRecord, Status, TargetType};

const GATEWAY: &str = "orchestration-engine";
const POLICY: &str = "policy-decision-point";
const CONSENT: &str = "consent-engine";

/// One event of the view: what it is, and where it comes from.
struct Sighting {
    event_type: Option<EventType>,
    posted: bool,
    seq: i64,
    part: String,
}

/// The events that `filter` wants, newest first.
///
/// # Errors
/// When the database refuses, or a row cannot be understood.
pub async fn page(pool: &AnyPool, keyring: &Keyring, filter: &EventFilter) -> Result<Page<LogRecord>, StoreError> {
    let event_type = filter.event_type.map(|event_type| event_type.as_str().to_owned());
    let wanted: Vec<_> = [("trace_id", filter.trace_id.clone()), ("event_type", event_type)]
        .into_iter()
        .filter_map(|(column, value)| value.map(|value| (column, value)))
        .collect();
    let conditions = wanted.iter().zip(1..).map(|((column, _), number)| format!("AND {column} = ${number} "));
    let conditions = conditions.collect::<String>();
    let count = format!("SELECT count(*) FROM audit_events WHERE seq > 0 {conditions}");
    let count = wanted.iter().fold(sqlx::query(AssertSqlSafe(count)), |query, (_, value)| query.bind(value.clone()));
    let total = count.fetch_one(pool).await?.try_get(0)?;
    let (limit, offset) = (wanted.len() + 1, wanted.len() + 2);
    let select = format!(
        "SELECT event_type, posted, seq, part FROM audit_events WHERE seq > 0 {conditions}
         ORDER BY occurred_at DESC, posted, seq DESC, event_type, part LIMIT ${limit} OFFSET ${offset}"
    );
    let select = wanted.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, (_, value)| query.bind(value.clone()));
    let rows = select.bind(filter.limit).bind(filter.offset).fetch_all(pool).await?;
    let seen = rows.iter().map(sighting).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { logs: told(pool, keyring, &seen).await?, total, limit: filter.limit, offset: filter.offset })
}

fn sighting(row: &AnyRow) -> Result<Sighting, StoreError> {
    let event_type: Option<String> = row.try_get("event_type")?;
    let posted: i64 = row.try_get("posted")?;
    Ok(Sighting {
        event_type: event_type.and_then(|word| EventType::of(&word)),
        posted: posted != 0,
        seq: row.try_get("seq")?,
        part: row.try_get("part")?,
    })
}

async fn told(pool: &AnyPool, keyring: &Keyring, seen: &[Sighting]) -> Result<Vec<LogRecord>, StoreError> {
    let seqs = |posted: bool| {
        let mut seqs: Vec<i64> = seen.iter().filter(|one| one.posted == posted).map(|one| one.seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        seqs
    };
    let posted: HashMap<i64, LogRecord> = posted_events::at(pool, keyring, &seqs(true)).await?.into_iter().collect();
    let records = audit_records::with_intents(pool, &seqs(false)).await?;
    let mut intents: HashMap<Uuid, Vec<&RecordEntry>> = HashMap::new();
    for intent in records.iter().filter(|record| record.event == "INTENT") {
        intents.entry(intent.request_id).or_default().push(intent);
    }
    let records: HashMap<i64, &RecordEntry> = records.iter().map(|record| (record.seq, record)).collect();
    let tell = |one: &Sighting| {
        if one.posted {
            return posted.get(&one.seq).cloned();
        }
        let end = records.get(&one.seq)?;
        let said = Said { end, intents: intents.get(&end.request_id).map(Vec::as_slice).unwrap_or_default() };
        said.event(one.event_type?, &one.part)
    };
    seen.iter()
        .map(|one| tell(one).ok_or_else(|| StoreError::Corrupt(format!("audit event {}/{}", one.seq, one.part))))
        .collect()
}

/// What is recorded of a request: its end, and the INTENTs before it, one a stage, in their order.
struct Said<'r> {
    end: &'r RecordEntry,
    intents: &'r [&'r RecordEntry],
}

/// What an event says besides what all events of a request have in common.
struct Told {
    good: bool,
    target: String,
    asked: Value,
    answered: Value,
}

impl Said<'_> {
    fn event(&self, event_type: EventType, part: &str) -> Option<LogRecord> {
        let Told { good, target, asked, answered } = match event_type {
            EventType::DataRequest => self.data_request(),
            EventType::PolicyCheck => self.policy_check(),
            EventType::ConsentCheck => self.consent_check(part)?,
            EventType::ProviderFetch => self.provider_fetch(part)?,
            _ => return None,
        };
        let time = time_of(&self.end.recorded_at).ok()?;
        // The application asks for data; the gateway asks the judges and the providers.
        let (actor_type, actor_id) = match event_type {
            EventType::DataRequest => (ActorType::Application, self.end.application.clone()),
            _ => (ActorType::Service, GATEWAY.to_owned()),
        };
        Some(LogRecord {
            id: Uuid::new_v5(&self.end.id, format!("{}/{part}", event_type.as_str()).as_bytes()),
            trace_id: Uuid::parse_str(&self.end.trace_id).ok(),
            timestamp: time,
            event_type: Some(event_type),
            event_action: None,
            status: if good { Status::Success } else { Status::Failure },
            actor_type,
            actor_id,
            target_type: TargetType::Service,
            target_id: Some(target),
            request_metadata: Some(asked),
            response_metadata: Some(answered),
            additional_metadata: None,
            created_at: time,
            posted_by: None,
            request_id: Some(self.end.request_id),
            seq: Some(self.end.seq),
        })
    }

    /// Each asked field with its outcome: of the end, or where that says nothing of fields, of the INTENTs.
    fn fields(&self) -> Vec<&FieldEntry> {
        match self.end.content.fields.as_slice() {
            [] => self.intended().collect(),
            fields => fields.iter().collect(),
        }
    }

    /// What the INTENTs said would be asked.
    fn intended(&self) -> impl Iterator<Item = &FieldEntry> {
        self.intents.iter().flat_map(|intent| &intent.content.fields)
    }

    fn data_request(&self) -> Told {
        let RecordEntry { application, member, purpose, content, event, .. } = self.end;
        Told {
            good: event == "RELEASE",
            target: GATEWAY.to_owned(),
            asked: json!({"applicationId": application, "member": member, "purpose": purpose}),
            answered: json!({
                "event": event, "code": content.code, "reason": content.reason, "fields": content.fields,
            }),
        }
    }

    fn policy_check(&self) -> Told {
        let denied = self.end.content.code.as_deref() == Some("PDP_NOT_ALLOWED");
        let required: Vec<_> = self.fields().into_iter().map(|entry| &entry.field).collect();
        Told {
            good: !denied,
            target: POLICY.to_owned(),
            asked: json!({
                "applicationId": self.end.application, "purpose": self.end.purpose, "requiredFields": required,
            }),
            answered: json!({
                "policyVersion": self.end.content.policy_version,
                "decision": if denied { "DENY" } else { "PERMIT" },
            }),
        }
    }

    /// `part` is the person's place among those of the record, and the root field.
    fn consent_check(&self, part: &str) -> Option<Told> {
        let person = self.end.subjects.iter().find(|person| format!("{}/{}", person.place, person.root) == part)?;
        let refused = |entry: &FieldEntry| {
            *entry.root == *person.root && matches!(&*entry.outcome, "CE_NOT_APPROVED" | "CONSENT_WITHDRAWN")
        };
        Some(Told {
            good: !self.end.content.fields.iter().any(refused),
            target: CONSENT.to_owned(),
            asked: json!({
                "applicationId": self.end.application, "purpose": self.end.purpose, "root": person.root,
                "subjectHash": person.subject_hash,
            }),
            answered: json!({"consentId": person.consent_id, "version": person.consent_version}),
        })
    }

    /// `part` is the provider's place among those of the record.
    fn provider_fetch(&self, part: &str) -> Option<Told> {
        let provider = self.end.content.providers.get(part.parse::<usize>().ok()?)?;
        let of_it = |entry: &&FieldEntry| entry.field.schema_id == provider.schema_id;
        let requested = if self.intents.is_empty() { self.fields() } else { self.intended().collect() };
        let requested: Vec<_> = requested.into_iter().filter(of_it).map(|entry| &entry.field.field_name).collect();
        let failed = |entry: &FieldEntry| entry.outcome.starts_with("PROVIDER_");
        Some(Told {
            good: self.end.event == "RELEASE" && !self.end.content.fields.iter().filter(of_it).any(failed),
            target: provider.provider_key.as_str().to_owned(),
            asked: json!({
                "applicationId": self.end.application, "providerKey": provider.provider_key,
                "schemaId": provider.schema_id, "requestedFields": requested,
            }),
            answered: json!({
                "hasErrors": self.end.content.fields.iter().filter(of_it).any(failed),
            }),
        })
    }
}
