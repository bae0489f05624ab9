//! The first gate: may this application see these fields for this purpose? What passes is a [`PermittedPlan`], which only
//! this module can make.

use std::{sync::Arc, time::Duration};

use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    FieldRef, JudgeError, Need, TraceId,
    policy::{Decision, DecisionRequest, DenyReason, Effect, PolicyDecisionPoint},
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
}

/// What policy says of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// Whether the person must have shared it.
    pub needs_consent: bool,
    /// Whether the application needs it.
    pub need: Need,
}

impl Permission {
    /// The permission that `effect` is, or why it is none.
    ///
    /// # Errors
    /// With the reason of a denial.
    pub fn of(effect: Effect) -> Result<Self, DenyReason> {
        match effect {
            Effect::Permit { need } => Ok(Self { needs_consent: false, need }),
            Effect::PermitWithConsent { need } => Ok(Self { needs_consent: true, need }),
            Effect::Deny { reason } => Err(reason),
        }
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
    pub fn permission(&self, field: usize) -> Option<Permission> {
        self.permissions.get(field).copied()
    }

    /// The policies that decided; `None` when there was nothing to decide.
    pub fn policy_version(&self) -> Option<u64> {
        self.policy_version
    }
}

/// Asks the decision point about every field of `question`, once: also about those of people who are only found on the way,
/// for what an application may see does not depend on whose it is.
///
/// # Errors
/// When any field is denied, or there is no answer within `time` that can be trusted.
pub async fn enforce(
    question: Arc<Question>,
    caller: &Caller,
    purpose: &ApplicationPurpose,
    trace_id: &TraceId,
    judge: &dyn PolicyDecisionPoint,
    time: Duration,
) -> Result<PermittedPlan, PolicyError> {
    if question.plan.fields.is_empty() {
        return Ok(PermittedPlan { question, permissions: Vec::new(), policy_version: None });
    }
    let decision = decide(&question, caller, purpose, trace_id, judge, time).await?;
    let permissions = permissions(&decision)?;
    Ok(PermittedPlan { question, permissions, policy_version: Some(decision.policy_version) })
}

/// What the decision point says of every field of `question`, in their order.
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
) -> Result<Decision, JudgeError> {
    let request = DecisionRequest {
        application: caller.application.id.clone(),
        purpose: purpose.id.clone(),
        fields: question.plan.fields.clone(),
        trace_id: trace_id.clone(),
    };
    let decided = tokio::time::timeout(time, judge.decide(&request)).await;
    trusted(&request, decided.map_err(|_| JudgeError::Timeout { judge: JUDGE })??)
}

/// INVARIANT: an answer counts only when it speaks of exactly the fields that were asked, in their order.
fn trusted(request: &DecisionRequest, decision: Decision) -> Result<Decision, JudgeError> {
    if request.fields.iter().eq(decision.fields.iter().map(|one| &one.field)) {
        return Ok(decision);
    }
    let what = "it speaks of other fields than were asked".to_owned();
    Err(JudgeError::Confused { judge: JUDGE, what })
}

fn permissions(decision: &Decision) -> Result<Vec<Permission>, PolicyError> {
    let mut denied = Vec::new();
    let mut permitted = Vec::new();
    for one in &decision.fields {
        match Permission::of(one.effect) {
            Ok(permission) => permitted.push(permission),
            Err(reason) => denied.push((one.field.clone(), reason)),
        }
    }
    if denied.is_empty() { Ok(permitted) } else { Err(PolicyError::Denied { fields: denied }) }
}

#[cfg(test)]
mod tests {
    use ndx_contracts::policy::FieldDecision;

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
    fn one_denied_field_refuses_the_whole() {
        let denied = Effect::Deny { reason: DenyReason::NotGranted };
        let refused = permissions(&decision(&[("a", PERMIT), ("b", denied)])).unwrap_err();
        let PolicyError::Denied { fields } = refused else { panic!("{refused}") };
        assert_eq!(fields, [(FieldRef::new("s", "b"), DenyReason::NotGranted)]);
    }
}
