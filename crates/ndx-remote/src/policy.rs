//! The policy decision point over HTTP.

use async_trait::async_trait;
use ndx_contracts::{
    ApplicationId, FieldRef, JudgeError, LegalBasis, Need, Purpose,
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision, GrantedField, Grants, PolicyDecisionPoint},
};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use crate::call::RemoteService;

/// A policy decision point in another process.
#[derive(Debug, Clone)]
pub struct RemotePolicyDecisionPoint(pub RemoteService);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    application_id: &'a ApplicationId,
    purpose: &'a Purpose,
    required_fields: &'a [FieldRef],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    policy_version: u64,
    decisions: Vec<Decided>,
}

/// One decision, word by word. INVARIANT: a member that is not known here may be an obligation, so it is not passed over:
/// what cannot be understood whole is no permit.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Decided {
    field: FieldRef,
    effect: Word,
    #[serde(default)]
    need: Option<Need>,
    #[serde(default)]
    reason: Option<DenyReason>,
    #[serde(default)]
    basis: Option<LegalBasis>,
    determined_by: Vec<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Word {
    Permit,
    PermitWithConsent,
    Deny,
}

impl Decided {
    /// `None` where a word is missing, or one stands that does not belong there: what rests on a law or an order is not asked
    /// for, and what rests on consent names no other ground.
    fn understood(self) -> Option<FieldDecision> {
        let basis = self.basis;
        let asks = basis.as_ref().map(LegalBasis::asks);
        let effect = match (self.effect, self.need, self.reason, asks) {
            (Word::Permit, Some(need), None, None | Some(false)) => Effect::Permit { need },
            (Word::PermitWithConsent, Some(need), None, None) => Effect::PermitWithConsent { need },
            (Word::Deny, None, Some(reason), None | Some(false)) => Effect::Deny { reason },
            _ => return None,
        };
        Some(FieldDecision { field: self.field, effect, basis, determined_by: self.determined_by })
    }
}

#[async_trait]
impl PolicyDecisionPoint for RemotePolicyDecisionPoint {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        let question = Question {
            application_id: &request.application,
            purpose: &request.purpose,
            required_fields: &request.fields,
        };
        let answer: Answer =
            self.0.ask("/api/v1/policy/decide", &question, Some(&request.trace_id), StatusCode::OK).await?;
        let fields = answer.decisions.into_iter().map(Decided::understood).collect::<Option<_>>();
        let fields = fields.ok_or_else(|| self.0.confused("a decision is not one"))?;
        Ok(Decision { policy_version: answer.policy_version, fields })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GrantsQuestion<'a> {
    application_id: &'a ApplicationId,
    purpose: &'a Purpose,
}

#[derive(Deserialize)]
struct GrantsAnswer {
    granted: Vec<GrantedField>,
}

#[async_trait]
impl Grants for RemotePolicyDecisionPoint {
    async fn granted(&self, application: &ApplicationId, purpose: &Purpose) -> Result<Vec<GrantedField>, JudgeError> {
        let question = GrantsQuestion { application_id: application, purpose };
        let answer: GrantsAnswer = self.0.ask("/internal/api/v1/granted", &question, None, StatusCode::OK).await?;
        Ok(answer.granted)
    }
}
