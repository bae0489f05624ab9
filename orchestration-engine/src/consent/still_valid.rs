//! Looks again: now and then while registers answer, and always just before anything leaves.

use std::time::Duration;

use ndx_contracts::{
    JudgeError,
    consent::{ConsentEngine, StandingConsent},
};

use super::{ConsentedPlan, Instance, JUDGE, Withheld};

/// How long registers answer before somebody looks whether they are still needed, and then again. Most have answered by then.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Asks again: what was withdrawn since is withheld.
///
/// # Errors
/// When there is no answer within `time`.
pub async fn still_valid(
    mut consented: ConsentedPlan,
    judge: &dyn ConsentEngine,
    time: Duration,
) -> Result<ConsentedPlan, JudgeError> {
    let standing = consented.standing();
    if standing.is_empty() {
        return Ok(consented);
    }
    let withdrawn = tokio::time::timeout(time, judge.withdrawn(&standing))
        .await
        .map_err(|_| JudgeError::Timeout { judge: JUDGE })??;
    consented.withhold(&withdrawn);
    Ok(consented)
}

/// What is withdrawn while registers answer, as soon as something is. A judge that says nothing is asked again: what counts is
/// the last look, [`still_valid`].
pub async fn withdrawn_meanwhile(consented: &ConsentedPlan, judge: &dyn ConsentEngine) -> Vec<StandingConsent> {
    loop {
        tokio::time::sleep(BETWEEN_LOOKS).await;
        let standing = consented.standing();
        if standing.is_empty() {
            return std::future::pending().await;
        }
        if let Ok(withdrawn) = judge.withdrawn(&standing).await
            && !withdrawn.is_empty()
        {
            return withdrawn;
        }
    }
}

impl ConsentedPlan {
    /// What is released by somebody's consent, as it stands in the ledger.
    fn standing(&self) -> Vec<StandingConsent> {
        let plan = self.plan();
        let of = |instance: &Instance| {
            let released = instance.outcome.as_ref().ok()?;
            let stands = released.by_consent.iter().filter(|number| released.withheld(**number).is_none());
            let fields: Vec<_> = stands.filter_map(|number| plan.fields.get(*number).cloned()).collect();
            let consent_id = instance.consent.as_ref()?.consent_id;
            (!fields.is_empty()).then_some(StandingConsent { consent_id, fields })
        };
        self.instances.iter().filter_map(of).collect()
    }

    /// Withholds what was withdrawn.
    pub fn withhold(&mut self, withdrawn: &[StandingConsent]) {
        let plan = self.question().plan.clone();
        for instance in &mut self.instances {
            let (Some(consent), Ok(released)) = (&instance.consent, &mut instance.outcome) else { continue };
            for lost in withdrawn.iter().filter(|lost| lost.consent_id == consent.consent_id) {
                let is_lost =
                    |number: &usize| plan.fields.get(*number).is_some_and(|field| lost.fields.contains(field));
                let gone: Vec<_> = released.by_consent.iter().copied().filter(is_lost).collect();
                for field in gone.into_iter().filter(|field| released.withheld(*field).is_none()).collect::<Vec<_>>() {
                    released.withheld.push((field, Withheld::Withdrawn));
                }
            }
        }
    }
}
