//! The rule by which an instance is decided: pure.

use ndx_contracts::{
    FieldRef, JudgeError, Purpose,
    audit::ConsentVersion,
    consent::{ConsentAnswer, ConsentRequirement},
};

use super::{JUDGE, Released, RootRefusal, Withheld};
use crate::{
    planner::{PlannedRoot, QueryPlan},
    policy::PermittedPlan,
};

/// Why a field that is not covered is not.
#[derive(Clone, Copy)]
pub enum Otherwise<'a> {
    /// The person is asked, for this purpose.
    Asked(&'a Purpose),
    /// The person was found on the way.
    ThirdPerson,
}

/// INVARIANT: an answer counts only when every required field is covered, missing or declined, and no other is named.
pub fn parts_exactly(requirement: &ConsentRequirement, answer: &ConsentAnswer) -> Result<(), JudgeError> {
    let mut asked: Vec<_> = requirement.fields.iter().map(|one| &one.field).collect();
    let mut answered: Vec<_> = answer.covered.iter().chain(&answer.missing).chain(&answer.declined).collect();
    asked.sort_unstable();
    answered.sort_unstable();
    if asked == answered {
        Ok(())
    } else {
        Err(JudgeError::Confused { judge: JUDGE, what: "it does not part the fields that were asked".to_owned() })
    }
}

/// What of `root` is released by `answer`, the consent of the person whom it is about.
pub fn decide(
    plan: &QueryPlan,
    root: &PlannedRoot,
    about_somebody: bool,
    answer: Option<&ConsentAnswer>,
    permitted: &PermittedPlan,
    otherwise: Otherwise<'_>,
) -> (Option<ConsentVersion>, Result<Released, RootRefusal>) {
    let consent = answer.map(|answer| ConsentVersion { consent_id: answer.consent_id, version: answer.version });
    let mut released = Released::default();
    let named = |list: &[FieldRef], number: usize| plan.fields.get(number).is_some_and(|field| list.contains(field));
    for source in &root.sources {
        if !plan.providers.get(source.provider).is_some_and(|provider| provider.configured) {
            released.withheld.push((source.field, Withheld::NotConfigured));
            continue;
        }
        // A field without permission cannot be here, for policy refuses the whole; if it were, it would need consent.
        if permitted.permission(source.field).is_some_and(|permission| !permission.needs_consent) {
            continue;
        }
        match answer {
            Some(answer) if named(&answer.covered, source.field) => released.by_consent.push(source.field),
            Some(answer) if named(&answer.declined, source.field) => {
                released.withheld.push((source.field, Withheld::NotShared));
            }
            _ if !about_somebody => return (consent, Err(RootRefusal::NoSubject)),
            answer => {
                let refusal = match (otherwise, answer) {
                    (Otherwise::Asked(purpose), Some(answer)) => {
                        RootRefusal::NotApproved(Box::new(answer.clone()), purpose.clone())
                    }
                    // Somebody who is asked always has an answer; without one, nothing is known to be shared.
                    (Otherwise::Asked(_), None) => RootRefusal::NoSubject,
                    (Otherwise::ThirdPerson, _) => RootRefusal::ThirdPerson,
                };
                return (consent, Err(refusal));
            }
        }
    }
    (consent, Ok(released))
}
