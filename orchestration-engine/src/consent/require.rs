//! Asks the consent engine about the people whom the query names.

use std::{collections::BTreeMap, time::Duration};

use futures::future::try_join_all;
use ndx_contracts::{
    JudgeError, Subject,
    consent::{ConsentRequirement, RequiredField},
};

use super::{
    Asking, ConsentedPlan, Instance, JUDGE,
    decide::{Otherwise, decide, parts_exactly},
};
use crate::{
    planner::{PlannedRoot, QueryPlan, Selection},
    policy::{Permission, PermittedPlan},
    schema::Label,
};

/// Asks the consent engine, once for each person, and decides root by root.
///
/// # Errors
/// When there is no answer within `time` that can be trusted.
pub async fn require(
    permitted: PermittedPlan,
    asking: &Asking<'_>,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let question = permitted.question().clone();
    let mut people: BTreeMap<&Subject, Vec<&PlannedRoot>> = BTreeMap::new();
    for (root, bound) in question.plan.roots.iter().zip(&question.roots) {
        if let Some(subject) = &bound.subject {
            people.entry(subject).or_default().push(root);
        }
    }
    let requirements: Vec<_> = people
        .into_iter()
        .map(|(subject, roots)| {
            requirement(subject, &roots, &question.plan, |field| permitted.permission(field), asking)
        })
        .filter(|requirement| !requirement.fields.is_empty())
        .collect();
    let asked = try_join_all(requirements.iter().map(|requirement| asking.judge.require(requirement)));
    let answers = tokio::time::timeout(time, asked).await.map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    let mut by_subject = BTreeMap::new();
    for (requirement, answer) in requirements.iter().zip(answers) {
        parts_exactly(requirement, &answer)?;
        by_subject.insert(&requirement.subject, answer);
    }
    let instances = question.plan.roots.iter().zip(&question.roots).enumerate().map(|(number, (root, bound))| {
        let answer = bound.subject.as_ref().and_then(|subject| by_subject.get(subject));
        let otherwise = Otherwise::Asked(&asking.purpose.id);
        let (consent, outcome) = decide(&question.plan, root, bound.subject.is_some(), answer, &permitted, otherwise);
        let selection = Selection::Root(number);
        Instance { selection, stage: 0, bound: bound.clone(), fetched_as: number, consent, outcome }
    });
    let instances = instances.collect();
    Ok(ConsentedPlan { permitted, instances, found: Default::default() })
}

/// What must be shared by `subject` for `roots`. Nobody is asked for what no provider could deliver.
pub fn requirement<'p>(
    subject: &Subject,
    roots: &[&PlannedRoot],
    plan: &QueryPlan,
    permission: impl Fn(usize) -> Option<&'p Permission>,
    asking: &Asking<'_>,
) -> ConsentRequirement {
    let mut numbers: Vec<usize> = Vec::new();
    let mut fields = Vec::new();
    for source in roots.iter().flat_map(|root| &root.sources) {
        let permission = permission(source.field).filter(|permission| permission.needs_consent);
        let configured = plan.providers.get(source.provider).is_some_and(|provider| provider.configured);
        let (Some(permission), true, Some(field), Some(label)) =
            (permission, configured, plan.fields.get(source.field), plan.labels.get(source.field))
        else {
            continue;
        };
        if !numbers.contains(&source.field) {
            numbers.push(source.field);
            let Label { name, form, sensitive } = label.clone();
            let (field, need) = (field.clone(), permission.need);
            fields.push(RequiredField { field, need, display_name: name, description: form, sensitive });
        }
    }
    ConsentRequirement {
        application: asking.caller.application.id.clone(),
        purpose: asking.purpose.id.clone(),
        subject: subject.clone(),
        fields,
        reference: asking.reference.cloned(),
        trace_id: asking.trace_id.clone(),
    }
}
