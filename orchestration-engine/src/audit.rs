//! Keeps the record of a request: open from the moment it arrives, closed on every way out.
//!
//! INVARIANT: nothing is fetched before [`intend`] has returned, and nothing leaves before [`release`] has. An entry that
//! is dropped in between (the caller went away, a task was cancelled) closes itself as aborted.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    ApplicationId, JudgeError, MemberId, Purpose, TraceId,
    audit::{AuditEvent, AuditLog, AuditRecord, FieldEntry, ProviderName, SubjectEntry},
};
use uuid::Uuid;

use crate::{
    authentication::Caller,
    consent::ConsentedPlan,
    error::{Refusal, cause_code},
    planner::{BoundRoot, PlannedRoot, Question},
    projection::{Merged, Outcome},
};

const JUDGE: &str = "the audit log";

/// The record of one request.
pub struct Entry {
    log: Arc<dyn AuditLog>,
    time: Duration,
    request_id: Uuid,
    trace_id: TraceId,
    asked: Option<Asked>,
    /// Whether an INTENT was written that nothing has closed yet.
    open: bool,
}

/// Who asks what, about whom and what for: known from the moment the question is bound.
#[derive(Clone)]
struct Asked {
    application: ApplicationId,
    member: MemberId,
    purpose: Purpose,
    question: Arc<Question>,
    policy_version: Option<u64>,
    subjects: Vec<SubjectEntry>,
    providers: Vec<ProviderName>,
}

/// Opens the record of a request.
pub fn open(log: Arc<dyn AuditLog>, time: Duration, trace_id: TraceId) -> Entry {
    Entry { log, time, request_id: Uuid::new_v4(), trace_id, asked: None, open: false }
}

/// Notes who asks what. From here on a refusal is recorded: before, nobody's data was asked for.
pub fn note(entry: &mut Entry, caller: &Caller, purpose: &ApplicationPurpose, question: &Arc<Question>) {
    let subject = |(number, (root, bound)): (usize, (&PlannedRoot, &BoundRoot))| {
        let subject = bound.subject.clone();
        (!root.is_meta()).then(|| SubjectEntry { root: root_name(number, root), subject, consent: None })
    };
    entry.asked = Some(Asked {
        application: caller.application.id.clone(),
        member: caller.application.member.clone(),
        purpose: purpose.id.clone(),
        question: question.clone(),
        policy_version: None,
        subjects: question.roots().enumerate().filter_map(subject).collect(),
        providers: Vec::new(),
    });
}

/// What the record calls a root: its number in the query and its name in the schema. INVARIANT: never its response key,
/// into which an application may have written an identifier.
fn root_name(number: usize, root: &PlannedRoot) -> String {
    format!("{number}:{}", root.field.name)
}

/// Writes the INTENT: what providers are about to be asked. Where nothing may be asked, there is no intent.
///
/// # Errors
/// When it cannot be written: then nothing may be fetched.
pub async fn intend(entry: &mut Entry, plan: &ConsentedPlan) -> Result<(), JudgeError> {
    let Some(asked) = &mut entry.asked else { return Ok(()) };
    asked.policy_version = plan.policy_version();
    let consented: Vec<_> = plan.roots().filter(|(root, _)| !root.is_meta()).collect();
    for (subject, (_, root)) in asked.subjects.iter_mut().zip(&consented) {
        subject.consent.clone_from(&root.consent);
    }
    let mut providers = BTreeSet::new();
    let mut fields = Vec::new();
    for (number, (root, _)) in plan.roots().enumerate() {
        for source in root.sources().into_iter().filter(|source| plan.releases(number, source)) {
            providers.insert((*source.provider).clone());
            let root = root_name(number, root);
            fields.push(FieldEntry { root, field: source.field(), outcome: "asked".to_owned() });
        }
    }
    asked.providers = providers.into_iter().collect();
    if fields.is_empty() {
        return Ok(());
    }
    // Set before writing: should the write be cut off half-way, an ABORTED too many does no harm.
    entry.open = true;
    entry.append(AuditEvent::Intent { fields }).await
}

/// Writes the RELEASE: exactly what leaves, and what stands in the place of the rest. Where no provider was asked, the
/// record is a REFUSED with the first code.
///
/// # Errors
/// When it cannot be written: then nothing may leave.
pub async fn release(entry: &mut Entry, merged: &Merged) -> Result<(), JudgeError> {
    let Some(asked) = &entry.asked else { return Ok(()) };
    if !entry.open && merged.errors.is_empty() {
        // Nothing but type names and the schema was asked for: nobody's data.
        return Ok(());
    }
    let plan = &asked.question.plan;
    let outcome = |((number, field), outcome): (&(usize, ndx_contracts::FieldRef), &Outcome)| FieldEntry {
        root: plan.roots.get(*number).map_or_else(String::new, |root| root_name(*number, root)),
        field: field.clone(),
        outcome: match outcome {
            Outcome::Released => "released".to_owned(),
            Outcome::Missing(cause) => cause_code(cause).as_str().to_owned(),
        },
    };
    let fields: Vec<_> = merged.outcomes.iter().map(outcome).collect();
    let event = if entry.open {
        AuditEvent::Release { fields }
    } else {
        let code = merged.errors.first().map_or("", |error| cause_code(&error.cause).as_str());
        AuditEvent::Refused { code: code.to_owned(), fields }
    };
    entry.append(event).await?;
    entry.open = false;
    Ok(())
}

/// Records that the request was refused as a whole: REFUSED, or ABORTED when an INTENT was written already.
///
/// # Errors
/// When it cannot be written.
pub async fn refuse(entry: &mut Entry, refusal: &Refusal) -> Result<(), JudgeError> {
    let Some(asked) = &entry.asked else { return Ok(()) };
    let code = refusal.code().as_str().to_owned();
    let event = if entry.open {
        AuditEvent::Aborted { reason: code }
    } else {
        let of_root = |(number, root): (usize, &PlannedRoot)| {
            let name = root_name(number, root);
            let entry = |field| FieldEntry { root: name.clone(), field, outcome: code.clone() };
            root.fields().into_iter().map(entry).collect::<Vec<_>>()
        };
        let fields = asked.question.plan.roots.iter().enumerate().flat_map(of_root).collect();
        AuditEvent::Refused { code, fields }
    };
    // Should this fail, nothing more is tried: the audit service closes the entry when it next starts.
    entry.open = false;
    entry.append(event).await
}

impl Entry {
    async fn append(&self, event: AuditEvent) -> Result<(), JudgeError> {
        let Some(record) = self.record(event) else { return Ok(()) };
        tokio::time::timeout(self.time, self.log.append(record))
            .await
            .map_err(|_| JudgeError::Timeout { judge: JUDGE })?
    }

    fn record(&self, event: AuditEvent) -> Option<AuditRecord> {
        let asked = self.asked.clone()?;
        Some(AuditRecord {
            request_id: self.request_id,
            trace_id: self.trace_id.clone(),
            application: asked.application,
            member: asked.member,
            purpose: asked.purpose,
            policy_version: asked.policy_version,
            plan_hash: Some(asked.question.plan.hash.clone()),
            providers: asked.providers,
            subjects: asked.subjects,
            event,
        })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let aborted = AuditEvent::Aborted { reason: "cancelled".to_owned() };
        let Some(record) = self.open.then(|| self.record(aborted)).flatten() else { return };
        let log = self.log.clone();
        // Without a runtime the process is ending; the audit service closes the entry when it next starts.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = log.append(record).await {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "an aborted request could not be recorded"
                    );
                }
            });
        }
    }
}
