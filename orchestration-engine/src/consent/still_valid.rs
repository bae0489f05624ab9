//! Looks again, just before anything leaves.

use std::time::Duration;

use ndx_contracts::{
    JudgeError,
    consent::{ConsentEngine, StandingConsent},
};

use super::{ConsentedPlan, Instance, JUDGE, Withheld};

/// Asks again: what was withdrawn since is withheld.
///
/// # Errors
/// When there is no answer within `time`.
pub async fn still_valid(
    mut consented: ConsentedPlan,
    judge: &dyn ConsentEngine,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let plan = consented.question().plan.clone();
    let standing = |instance: &Instance| {
        let released = instance.outcome.as_ref().ok().filter(|released| !released.by_consent.is_empty())?;
        let fields = released.by_consent.iter().filter_map(|number| plan.fields.get(*number).cloned()).collect();
        Some(StandingConsent { consent_id: instance.consent.as_ref()?.consent_id, fields })
    };
    let asked: Vec<_> = consented.instances.iter().filter_map(standing).collect();
    if asked.is_empty() {
        return Ok(consented);
    }
    let withdrawn = tokio::time::timeout(time, judge.withdrawn(&asked))
        .await
        .map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    for instance in &mut consented.instances {
        let (Some(consent), Ok(released)) = (&instance.consent, &mut instance.outcome) else { continue };
        for lost in withdrawn.iter().filter(|lost| lost.consent_id == consent.consent_id) {
            let is_lost = |number: &usize| plan.fields.get(*number).is_some_and(|field| lost.fields.contains(field));
            let gone: Vec<_> = released.by_consent.iter().copied().filter(is_lost).collect();
            for field in gone.into_iter().filter(|field| released.withheld(*field).is_none()).collect::<Vec<_>>() {
                released.withheld.push((field, Withheld::Withdrawn));
            }
        }
    }
    Ok(consented)
}
