//! The second gate: has the person shared these fields? What passes is a [`ConsentedPlan`], which only this module can
//! make, and only from a [`PermittedPlan`]; the execution accepts nothing else.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures::future::try_join_all;
use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    FieldRef, JudgeError, Purpose, Subject, TraceId,
    audit::{ConsentVersion, ProviderName},
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, RequiredField, StandingConsent},
};

use crate::{
    authentication::Caller,
    planner::{PlannedRoot, Question},
    policy::PermittedPlan,
    schema::{ConsumerSchema, Source},
};

const JUDGE: &str = "the consent engine";

/// What may be fetched, and what stands in the place of the rest.
#[derive(Debug)]
pub struct ConsentedPlan {
    question: Arc<Question>,
    policy_version: Option<u64>,
    roots: Vec<ConsentedRoot>,
}

/// One root after the gate.
#[derive(Debug)]
pub struct ConsentedRoot {
    /// The consent that was asked, where one was.
    pub consent: Option<ConsentVersion>,
    /// What may be fetched, or why nothing may.
    pub outcome: Result<Released, RootRefusal>,
}

/// The fields of a root that may be fetched, and the others.
#[derive(Debug, Default)]
pub struct Released {
    withheld: BTreeMap<FieldRef, Withheld>,
    /// Fields that are released by the consent of the person, and that are looked up again before they leave.
    by_consent: Vec<FieldRef>,
}

/// Why a field is not fetched or not released, although its root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The person left it out.
    NotShared,
    /// The person stopped sharing it while the request was in flight.
    Withdrawn,
    /// The configuration lacks its provider.
    NotConfigured,
}

/// Why a whole root is refused.
#[derive(Debug, Clone)]
pub enum RootRefusal {
    /// Its data is somebody's, and it does not say whose.
    NoSubject,
    /// The person has not shared what is asked for this purpose.
    NotApproved(Box<ConsentAnswer>, Purpose),
}

impl Released {
    /// Why `field` is withheld, when it is.
    pub fn withheld(&self, field: &FieldRef) -> Option<Withheld> {
        self.withheld.get(field).copied()
    }
}

impl ConsentedPlan {
    /// The question.
    pub fn question(&self) -> &Arc<Question> {
        &self.question
    }

    /// The policies that decided.
    pub fn policy_version(&self) -> Option<u64> {
        self.policy_version
    }

    /// Each root of the plan with what the gate says of it.
    pub fn roots(&self) -> impl Iterator<Item = (&PlannedRoot, &ConsentedRoot)> {
        self.question.plan.roots.iter().zip(&self.roots)
    }

    /// Whether `source` of the root with this number may be fetched and released.
    pub fn releases(&self, root: usize, source: &Source) -> bool {
        let outcome = self.roots.get(root).and_then(|root| root.outcome.as_ref().ok());
        outcome.is_some_and(|released| released.withheld(&source.field()).is_none())
    }
}

/// Asks the consent engine, once for each person, and decides root by root.
///
/// # Errors
/// When there is no answer within `time` that can be trusted.
pub async fn require(
    permitted: PermittedPlan,
    caller: &Caller,
    purpose: &ApplicationPurpose,
    trace_id: &TraceId,
    schema: &ConsumerSchema,
    judge: &dyn ConsentEngine,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let not_configured: HashSet<_> = schema.not_configured.iter().collect();
    let requirement = |subject: &Subject, fields: Vec<RequiredField>| ConsentRequirement {
        application: caller.application.id.clone(),
        purpose: purpose.id.clone(),
        subject: subject.clone(),
        fields,
        trace_id: trace_id.clone(),
    };
    let required = required_fields(&permitted, schema, &not_configured);
    let requirements: Vec<_> = required.into_iter().map(|(subject, fields)| requirement(subject, fields)).collect();
    let asked = try_join_all(requirements.iter().map(|requirement| judge.require(requirement)));
    let answers = tokio::time::timeout(time, asked).await.map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    let mut by_subject = BTreeMap::new();
    for (requirement, answer) in requirements.iter().zip(answers) {
        parts_exactly(requirement, &answer)?;
        by_subject.insert(&requirement.subject, answer);
    }
    let question = permitted.question().clone();
    let roots = question
        .roots()
        .map(|(root, bound)| {
            let answer = bound.subject.as_ref().and_then(|subject| by_subject.get(subject));
            decide(root, answer, &purpose.id, &permitted, &not_configured)
        })
        .collect();
    Ok(ConsentedPlan { policy_version: permitted.policy_version(), question: question.clone(), roots })
}

/// The fields for which a person must be asked, person by person. Nobody is asked for what no provider could deliver.
fn required_fields<'a>(
    permitted: &'a PermittedPlan,
    schema: &ConsumerSchema,
    not_configured: &HashSet<&ProviderName>,
) -> BTreeMap<&'a Subject, Vec<RequiredField>> {
    let mut required: BTreeMap<&Subject, Vec<RequiredField>> = BTreeMap::new();
    for (root, bound) in permitted.question().roots() {
        let Some(subject) = &bound.subject else { continue };
        for source in root.sources() {
            let field = source.field();
            let permission = permitted.permission(&field).filter(|permission| permission.needs_consent);
            let Some(permission) = permission.filter(|_| !not_configured.contains(&*source.provider)) else { continue };
            let fields = required.entry(subject).or_default();
            if fields.iter().all(|known| known.field != field) {
                let (display_name, description) = schema.label(&field);
                fields.push(RequiredField { field, need: permission.need, display_name, description });
            }
        }
    }
    required
}

/// INVARIANT: an answer counts only when every required field is covered, missing or declined, and no other is named.
fn parts_exactly(requirement: &ConsentRequirement, answer: &ConsentAnswer) -> Result<(), JudgeError> {
    let mut asked: Vec<_> = requirement.fields.iter().map(|one| &one.field).collect();
    let mut answered: Vec<_> = answer.covered.iter().chain(&answer.missing).chain(&answer.declined).collect();
    asked.sort();
    answered.sort();
    if asked == answered {
        Ok(())
    } else {
        Err(JudgeError::Confused { judge: JUDGE, what: "it does not part the fields that were asked".to_owned() })
    }
}

fn decide(
    root: &PlannedRoot,
    answer: Option<&ConsentAnswer>,
    purpose: &Purpose,
    permitted: &PermittedPlan,
    not_configured: &HashSet<&ProviderName>,
) -> ConsentedRoot {
    let consent = answer.map(|answer| ConsentVersion { consent_id: answer.consent_id, version: answer.version });
    let mut released = Released::default();
    for source in root.sources() {
        let field = source.field();
        if not_configured.contains(&*source.provider) {
            released.withheld.insert(field, Withheld::NotConfigured);
            continue;
        }
        // A field without permission cannot be here, for policy refuses the whole; if it were, it would need consent.
        if permitted.permission(&field).is_some_and(|permission| !permission.needs_consent) {
            continue;
        }
        match answer {
            Some(answer) if answer.covered.contains(&field) => released.by_consent.push(field),
            Some(answer) if answer.declined.contains(&field) => {
                released.withheld.insert(field, Withheld::NotShared);
            }
            Some(answer) => {
                let refusal = RootRefusal::NotApproved(Box::new(answer.clone()), purpose.clone());
                return ConsentedRoot { consent, outcome: Err(refusal) };
            }
            None => return ConsentedRoot { consent, outcome: Err(RootRefusal::NoSubject) },
        }
    }
    ConsentedRoot { consent, outcome: Ok(released) }
}

/// Asks again, just before anything leaves: what was withdrawn since is withheld.
///
/// # Errors
/// When there is no answer within `time`.
pub async fn still_valid(
    mut consented: ConsentedPlan,
    judge: &dyn ConsentEngine,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let standing = |root: &ConsentedRoot| {
        let released = root.outcome.as_ref().ok().filter(|released| !released.by_consent.is_empty())?;
        Some(StandingConsent { consent_id: root.consent.as_ref()?.consent_id, fields: released.by_consent.clone() })
    };
    let asked: Vec<_> = consented.roots.iter().filter_map(standing).collect();
    if asked.is_empty() {
        return Ok(consented);
    }
    let withdrawn = tokio::time::timeout(time, judge.withdrawn(&asked))
        .await
        .map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    for root in &mut consented.roots {
        let (Some(consent), Ok(released)) = (&root.consent, &mut root.outcome) else { continue };
        for lost in withdrawn.iter().filter(|lost| lost.consent_id == consent.consent_id) {
            for field in released.by_consent.iter().filter(|field| lost.fields.contains(field)) {
                released.withheld.insert(field.clone(), Withheld::Withdrawn);
            }
        }
    }
    Ok(consented)
}
