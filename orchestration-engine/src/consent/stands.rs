//! Looks for what stands already, without asking anybody: for people who are found on the way.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::try_join_all;
use ndx_contracts::{
    JudgeError, Subject,
    consent::{ConsentAnswer, ConsentRequirement},
};

use super::{
    Asking, ConsentedPlan, Instance, JUDGE, Lead,
    decide::{Otherwise, decide, parts_exactly},
    require::requirement,
};
use crate::{
    planner::{BoundRoot, PlannedRoot, PlannedSource, QueryPlan, Selection},
    policy::Permission,
};

/// What a provider's value leads to.
#[derive(Debug)]
pub struct Found {
    /// The lookup's number in the plan.
    pub lookup: usize,
    /// The value as the provider wrote it.
    pub value: String,
    /// What it leads to: `None` when nobody could have this identifier.
    pub bound: Option<Arc<BoundRoot>>,
}

/// Adds those who were `found` in the answers of the stage before; a question finds at most `most` in all. INVARIANT: only what stands
/// already releases anything of them; nobody is asked, and nothing is opened for them.
///
/// # Errors
/// When there is no answer within `time` that can be trusted.
pub async fn stands(
    mut consented: ConsentedPlan,
    found: Vec<Found>,
    most: usize,
    asking: &Asking<'_>,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let mut new: Vec<(usize, Arc<BoundRoot>)> = Vec::new();
    let first = consented.instances.len();
    let known = first - consented.plan().roots.len().min(first);
    for Found { lookup, value, bound } in found {
        let lead = match bound {
            None => Lead::NoIdentifier,
            // Whoever is one too many is not even compared.
            Some(_) if known + new.len() >= most => Lead::TooMany(most),
            Some(bound) => match new.iter().position(|(by, same)| *by == lookup && *same == bound) {
                Some(same) => Lead::Instance(first + same),
                None => {
                    new.push((lookup, bound));
                    Lead::Instance(first + new.len() - 1)
                }
            },
        };
        consented.found.entry(lookup).or_default().insert(value, lead);
    }
    let question = Arc::clone(consented.question());
    let mut people: BTreeMap<&Subject, Vec<&PlannedRoot>> = BTreeMap::new();
    for (lookup, bound) in &new {
        if let (Some(subject), Some(lookup)) = (&bound.subject, question.plan.lookups.get(*lookup)) {
            people.entry(subject).or_default().push(&lookup.root);
        }
    }
    let standing =
        standing(people, &question.plan, |field| consented.permitted.permission(field), asking, time).await?;
    for (lookup, bound) in &new {
        let Some(planned) = question.plan.lookups.get(*lookup) else { continue };
        let answer = bound.subject.as_ref().and_then(|subject| standing.get(subject));
        let (consent, outcome) = decide(
            &question.plan,
            &planned.root,
            bound.subject.is_some(),
            answer,
            &consented.permitted,
            Otherwise::ThirdPerson,
        );
        let number = consented.instances.len();
        let instance = Instance {
            selection: Selection::Lookup(*lookup),
            stage: planned.stage,
            bound: bound.clone(),
            fetched_as: number,
            consent,
            outcome,
        };
        let fetched_as = fetched_before(&consented, &instance, &planned.root).unwrap_or(number);
        consented.instances.push(Instance { fetched_as, ..instance });
    }
    Ok(consented)
}

/// The instance under whose aliases the same was fetched, or is about to be.
fn fetched_before(consented: &ConsentedPlan, instance: &Instance, root: &PlannedRoot) -> Option<usize> {
    let same = |(number, other, planned): (usize, &Instance, &PlannedRoot)| {
        let is_fetched =
            |wanted: &PlannedSource| planned.sources.iter().any(|one| one.field == wanted.field && other.releases(one));
        let of_all = || root.sources.iter().filter(|source| instance.releases(source)).all(is_fetched);
        let same = planned.field.name == root.field.name && other.bound == instance.bound && other.fetched_as == number;
        // What is asked in the same stage is asked together; what was asked before must have been all of it.
        (same && (other.stage == instance.stage || of_all())).then_some(number)
    };
    consented.planned().find_map(same)
}

/// What stands of each of `people` with the application and purpose that ask, by person; nobody who never had anything with
/// them is in it.
///
/// # Errors
/// When there is no answer within `time` that can be trusted.
pub async fn standing<'p>(
    people: BTreeMap<&Subject, Vec<&PlannedRoot>>,
    plan: &QueryPlan,
    permission: impl Fn(usize) -> Option<&'p Permission>,
    asking: &Asking<'_>,
    time: Duration,
) -> Result<BTreeMap<Subject, ConsentAnswer>, JudgeError> {
    let requirements: Vec<ConsentRequirement> = people
        .into_iter()
        .map(|(subject, roots)| requirement(subject, &roots, plan, &permission, asking))
        .filter(|requirement| !requirement.fields.is_empty())
        .collect();
    let asked = try_join_all(requirements.iter().map(|requirement| asking.judge.standing(requirement)));
    let answers = tokio::time::timeout(time, asked).await.map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    let mut standing = BTreeMap::new();
    for (requirement, answer) in requirements.into_iter().zip(answers) {
        if let Some(answer) = answer {
            parts_exactly(&requirement, &answer)?;
            standing.insert(requirement.subject, answer);
        }
    }
    Ok(standing)
}
