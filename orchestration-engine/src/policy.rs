//! The first gate: may this application see these fields for this purpose, and on which ground? What passes is a
//! [`PermittedPlan`], which only this module can make.

use std::{sync::Arc, time::Duration};

use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    FieldRef, JudgeError, LegalBasis, Need, TraceId,
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision, PolicyDecisionPoint},
};

use crate::{authentication::Caller, planner::Question};

const JUDGE: &str = "the policy decision point";

/// A question whose every field the application may have, as far as policy is concerned.
#[derive(Debug)]
pub struct PermittedPlan {
    question: Arc<Question>,
    /// By the fields' numbers in the plan.
    permissions: Vec<Permission>,
    policy_version: Option<u64>,
    rests_on_consent_alone: bool,
}

/// What policy says of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// Whether the person must have shared it.
    pub needs_consent: bool,
    /// Whether the application needs it.
    pub need: Need,
    /// The ground that asks nobody, where it rests on one.
    by_law: Option<LegalBasis>,
}

impl Permission {
    /// The permission that `decided` is, or why it is none.
    ///
    /// # Errors
    /// With the reason of a denial.
    pub fn of(decided: &FieldDecision) -> Result<Self, DenyReason> {
        let (needs_consent, need) = match decided.effect {
            Effect::Permit { need } => (false, need),
            Effect::PermitWithConsent { need } => (true, need),
            Effect::Deny { reason } => return Err(reason),
        };
        Ok(Self { needs_consent, need, by_law: decided.basis.clone() })
    }

    /// The ground on which it rests; none where it is open.
    pub fn basis(&self) -> Option<LegalBasis> {
        if self.needs_consent { Some(LegalBasis::Consent) } else { self.by_law.clone() }
    }
}

/// Why nothing passes.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// Some fields may not be seen: the whole request is refused.
    #[error("the application may not see some of the fields that it asks for")]
    Denied {
        /// The fields, each with its reason.
        fields: Vec<(FieldRef, DenyReason)>,
    },
    /// There is no answer that can be trusted.
    #[error(transparent)]
    Judge(#[from] JudgeError),
}

impl PermittedPlan {
    /// The question.
    pub fn question(&self) -> &Arc<Question> {
        &self.question
    }

    /// What policy says of the field with this number in the plan.
    pub fn permission(&self, field: usize) -> Option<&Permission> {
        self.permissions.get(field)
    }

    /// Whether every field needs the person's consent, and there is no other ground.
    pub fn rests_on_consent_alone(&self) -> bool {
        self.rests_on_consent_alone
    }

    /// The policies that decided; `None` when there was nothing to decide.
    pub fn policy_version(&self) -> Option<u64> {
        self.policy_version
    }
}

/// Asks the decision point about every field of `question`, once: also about those of people who are only found on the way,
/// for what an application may see does not depend on whose it is. `None` when there is nothing to decide.
///
/// # Errors
/// When there is no answer within `time` that can be trusted.
pub async fn decide(
    question: &Question,
    caller: &Caller,
    purpose: &ApplicationPurpose,
    trace_id: &TraceId,
    judge: &dyn PolicyDecisionPoint,
    time: Duration,
) -> Result<Option<Decision>, PolicyError> {
    if question.plan.fields.is_empty() {
        return Ok(None);
    }
    let request = DecisionRequest {
        application: caller.application.id.clone(),
        purpose: purpose.id.clone(),
        fields: question.plan.fields.clone(),
        trace_id: trace_id.clone(),
    };
    let decided = tokio::time::timeout(time, judge.decide(&request)).await;
    Ok(Some(trusted(&request, decided.map_err(|_| JudgeError::Timeout { judge: JUDGE })??)?))
}

/// Lets `question` pass as `decision` says.
///
/// # Errors
/// When any field is denied.
pub fn enforce(question: Arc<Question>, decision: Option<Decision>) -> Result<PermittedPlan, PolicyError> {
    let policy_version = decision.as_ref().map(|decision| decision.policy_version);
    let permissions = decision.map(|decision| permissions(&decision)).transpose()?.unwrap_or_default();
    let rests_on_consent_alone = permissions.iter().all(|permission| permission.needs_consent);
    Ok(PermittedPlan { question, permissions, policy_version, rests_on_consent_alone })
}

/// INVARIANT: an answer counts only when it speaks of exactly the fields that were asked, in their order, and names no other
/// ground for what needs consent.
fn trusted(request: &DecisionRequest, decision: Decision) -> Result<Decision, JudgeError> {
    let confused = |what: &str| Err(JudgeError::Confused { judge: JUDGE, what: what.to_owned() });
    if !request.fields.iter().eq(decision.fields.iter().map(|one| &one.field)) {
        return confused("it speaks of other fields than were asked");
    }
    let contradicts = |one: &FieldDecision| {
        one.basis.as_ref().is_some_and(|basis| basis.asks() || matches!(one.effect, Effect::PermitWithConsent { .. }))
    };
    if decision.fields.iter().any(contradicts) {
        confused("a decision and its ground contradict each other")
    } else {
        Ok(decision)
    }
}

fn permissions(decision: &Decision) -> Result<Vec<Permission>, PolicyError> {
    let mut denied = Vec::new();
    let mut permitted = Vec::new();
    for one in &decision.fields {
        match Permission::of(one) {
            Ok(permission) => permitted.push(permission),
            Err(reason) => denied.push((one.field.clone(), reason)),
        }
    }
    if denied.is_empty() { Ok(permitted) } else { Err(PolicyError::Denied { fields: denied }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(fields: &[&str]) -> DecisionRequest {
        DecisionRequest {
            application: "app".into(),
            purpose: "purpose".into(),
            fields: fields.iter().map(|name| FieldRef::new("s", *name)).collect(),
            trace_id: "t".into(),
        }
    }

    fn decision(fields: &[(&str, Effect)]) -> Decision {
        let decided = |(name, effect): &(&str, Effect)| FieldDecision {
            field: FieldRef::new("s", *name),
            effect: *effect,
            basis: None,
            determined_by: Vec::new(),
        };
        Decision { policy_version: 1, fields: fields.iter().map(decided).collect() }
    }

    const PERMIT: Effect = Effect::Permit { need: Need::Needed };

    #[test]
    fn f3_an_answer_with_missing_extra_or_reordered_fields_is_not_trusted() {
        for answer in
            [&[("a", PERMIT)][..], &[("b", PERMIT), ("a", PERMIT)], &[("a", PERMIT), ("b", PERMIT), ("c", PERMIT)]]
        {
            let refused = trusted(&request(&["a", "b"]), decision(answer));
            assert!(matches!(refused, Err(JudgeError::Confused { .. })));
        }
    }

    #[test]
    fn f3_an_answer_whose_ground_contradicts_its_effect_is_not_trusted() {
        let asks = Effect::PermitWithConsent { need: Need::Needed };
        let task = ndx_contracts::StatutoryTask {
            law: "x".into(),
            section: "1".into(),
            display: Default::default(),
            shown_after: None,
        };
        let by_law = LegalBasis::StatutoryTask(task.into());
        let with = |effect, basis: &LegalBasis| {
            let mut decision = decision(&[("a", effect)]);
            decision.fields[0].basis = Some(basis.clone());
            trusted(&request(&["a"]), decision)
        };
        assert!(with(asks, &by_law).is_err() && with(PERMIT, &LegalBasis::Consent).is_err());
        let permission = Permission::of(&with(PERMIT, &by_law).unwrap().fields[0]).unwrap();
        assert_eq!((permission.needs_consent, permission.basis()), (false, Some(by_law)));
    }

    #[test]
    fn one_denied_field_refuses_the_whole() {
        let denied = Effect::Deny { reason: DenyReason::NotGranted };
        let refused = permissions(&decision(&[("a", PERMIT), ("b", denied)])).unwrap_err();
        let PolicyError::Denied { fields } = refused else { panic!("{refused}") };
        assert_eq!(fields, [(FieldRef::new("s", "b"), DenyReason::NotGranted)]);
    }
}
