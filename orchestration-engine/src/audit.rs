//! Keeps the record of a request: open from the moment it arrives, closed on every way out.
//!
//! INVARIANT: nothing is fetched before [`intend`] has returned, and nothing leaves before [`release`] has. An entry that
//! is dropped in between (the caller went away, a task was cancelled) closes itself as aborted.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    ApplicationId, JudgeError, LegalBasis, MemberId, Purpose, Reference, TraceId,
    audit::{AuditEvent, AuditLog, AuditRecord, FieldEntry, ProviderName, SubjectEntry},
    policy::Decision,
};
use uuid::Uuid;

use crate::{
    authentication::Caller,
    consent::{ConsentedPlan, Instance},
    error::{ClientError, Code, Refusal, cause_code},
    planner::{PlannedRoot, Question},
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
    reference: Option<Reference>,
    question: Arc<Question>,
    policy_version: Option<u64>,
    /// The grounds that policy told, by the fields' numbers in the plan; none where all rests on consent or is open.
    by_law: Vec<Option<LegalBasis>>,
    subjects: Vec<SubjectEntry>,
    providers: Vec<ProviderName>,
}

/// Opens the record of a request.
pub fn open(log: Arc<dyn AuditLog>, time: Duration, trace_id: TraceId) -> Entry {
    // It begins with the time (RFC 9562, section 5.7): the record's indexes grow at their ends.
    Entry { log, time, request_id: Uuid::now_v7(), trace_id, asked: None, open: false }
}

/// Notes who asks what. From here on a refusal is recorded: before, nobody's data was asked for.
pub fn note(
    entry: &mut Entry,
    caller: &Caller,
    purpose: &ApplicationPurpose,
    reference: Option<&Reference>,
    question: &Arc<Question>,
) {
    let roots = question.plan.roots.iter().zip(&question.roots).enumerate();
    let subjects = roots.filter(|(_, (root, _))| !root.is_meta()).map(|(number, (root, bound))| SubjectEntry {
        root: root_name(number, root),
        subject: bound.subject.clone(),
        consent: None,
    });
    entry.asked = Some(Asked {
        application: caller.application.id.clone(),
        member: caller.application.member.clone(),
        purpose: purpose.id.clone(),
        reference: reference.cloned(),
        question: question.clone(),
        policy_version: None,
        by_law: Vec::new(),
        subjects: subjects.collect(),
        providers: Vec::new(),
    });
}

/// Notes what policy decided, also when it is to refuse: a refusal tells the ground that was claimed.
pub fn decided(entry: &mut Entry, decision: Option<&Decision>) {
    let (Some(asked), Some(decision)) = (&mut entry.asked, decision) else { return };
    asked.policy_version = Some(decision.policy_version);
    if decision.fields.iter().any(|one| one.basis.is_some()) {
        asked.by_law = decision.fields.iter().map(|one| one.basis.clone()).collect();
    }
}

/// What the record calls an instance: its number and the root's name in the schema. INVARIANT: never its response key, into
/// which an application may have written an identifier.
fn root_name(number: usize, root: &PlannedRoot) -> Arc<str> {
    format!("{number}:{}", root.field.name).into()
}

/// Writes the INTENT of a stage: what is about to be asked in it, of which providers, about whom.
/// Where nothing may be asked, there is no intent.
///
/// # Errors
/// When it cannot be written: then nothing may be fetched.
pub async fn intend(entry: &mut Entry, plan: &ConsentedPlan, stage: usize) -> Result<(), JudgeError> {
    let Some(asked) = &mut entry.asked else { return Ok(()) };
    asked.policy_version = plan.policy_version();
    let everybody = plan.planned().filter(|(_, _, root)| !root.is_meta());
    asked.subjects = everybody.map(|(number, instance, root)| subject(&root_name(number, root), instance)).collect();
    let mut providers = BTreeSet::new();
    let mut subjects = Vec::new();
    let mut fields = Vec::new();
    for (number, instance, root) in plan.of_stage(stage).filter(|(_, _, root)| !root.is_meta()) {
        let name = root_name(number, root);
        subjects.push(subject(&name, instance));
        for source in root.sources.iter().filter(|source| instance.releases(source)) {
            let (Some(provider), Some(field)) =
                (plan.plan().providers.get(source.provider), plan.plan().fields.get(source.field))
            else {
                continue;
            };
            providers.insert((*provider.name).clone());
            let basis = basis(plan, source.field);
            fields.push(FieldEntry { root: name.clone(), field: field.clone(), outcome: "asked".into(), basis });
        }
    }
    if fields.is_empty() {
        return Ok(());
    }
    let before = asked.providers.drain(..);
    asked.providers = providers.iter().cloned().chain(before).collect::<BTreeSet<_>>().into_iter().collect();
    // Set before writing: should the write be cut off half-way, an ABORTED too many does no harm.
    entry.open = true;
    let Some(all) = entry.record(AuditEvent::Intent { fields }) else { return Ok(()) };
    entry.write(AuditRecord { providers: providers.into_iter().collect(), subjects, ..all }).await
}

/// The ground on which a field is asked.
fn basis(plan: &ConsentedPlan, field: usize) -> Option<LegalBasis> {
    plan.permitted().permission(field)?.basis()
}

fn subject(root: &Arc<str>, instance: &Instance) -> SubjectEntry {
    let (subject, consent) = (instance.bound.subject.clone(), instance.consent.clone());
    SubjectEntry { root: root.clone(), subject, consent }
}

/// Writes the RELEASE: exactly what leaves, and what stands in the place of the rest. Where no provider was asked, the
/// record is a REFUSED with the first code.
///
/// # Errors
/// When it cannot be written: then nothing may leave.
pub async fn release(entry: &mut Entry, plan: &ConsentedPlan, merged: &Merged) -> Result<(), JudgeError> {
    let Some(asked) = &mut entry.asked else { return Ok(()) };
    if !entry.open && merged.errors.is_empty() {
        // Nothing but type names and the schema was asked for: nobody's data.
        return Ok(());
    }
    let names: Vec<_> = plan.planned().map(|(number, _, root)| root_name(number, root)).collect();
    let everybody = plan.planned().filter(|(_, _, root)| !root.is_meta());
    let of_person =
        |(number, instance, _): (usize, &Instance, &PlannedRoot)| Some(subject(names.get(number)?, instance));
    asked.subjects = everybody.filter_map(of_person).collect();
    let entry_of = |(number, field, outcome): (usize, usize, &Outcome)| {
        let basis = basis(plan, field);
        let field = plan.plan().fields.get(field)?.clone();
        let outcome = match outcome {
            Outcome::Released => "released",
            Outcome::Nothing => "nothing",
            Outcome::Missing(cause) => cause_code(cause).as_str(),
        };
        Some(FieldEntry { root: names.get(number)?.clone(), field, outcome: outcome.into(), basis })
    };
    let fields: Vec<_> = merged.outcomes.iter().filter_map(entry_of).collect();
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

/// Records that the request was explained: what would be released was told, and nothing was asked or released.
///
/// # Errors
/// When it cannot be written: then nothing may be told either.
pub async fn explained(entry: &mut Entry) -> Result<(), JudgeError> {
    let refusal = Refusal::from(ClientError::new(Code::Explained, ""));
    refuse(entry, &refusal).await
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
        let plan = &asked.question.plan;
        let entry_of = |(root, field): (Arc<str>, usize)| {
            let basis = asked.by_law.get(field).cloned().flatten();
            let outcome = refusal.code().as_str().into();
            Some(FieldEntry { root, field: plan.fields.get(field)?.clone(), outcome, basis })
        };
        let of_root = |(number, root): (usize, &PlannedRoot)| {
            let name = root_name(number, root);
            root.sources.iter().map(|source| (name.clone(), source.field)).collect::<Vec<_>>()
        };
        // What the lookups would have led to stands after the roots: it was asked for as well.
        let roots = plan.roots.iter().chain(plan.lookups.iter().map(|lookup| &lookup.root));
        let fields = roots.enumerate().flat_map(of_root).filter_map(entry_of).collect();
        AuditEvent::Refused { code, fields }
    };
    // Should this fail, nothing more is tried: the audit service closes the entry when it next starts.
    entry.open = false;
    entry.append(event).await
}

impl Entry {
    async fn append(&self, event: AuditEvent) -> Result<(), JudgeError> {
        let Some(record) = self.record(event) else { return Ok(()) };
        self.write(record).await
    }

    async fn write(&self, record: AuditRecord) -> Result<(), JudgeError> {
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
            reference: asked.reference,
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
