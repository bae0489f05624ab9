//! Explains a question: what would be released, what needs consent, what is refused and why. No provider is asked, and no
//! request is opened for anybody.

use std::{collections::BTreeMap, time::Duration};

use ndx_contracts::{
    FieldRef, LegalBasis, Need, Subject,
    audit::ProviderName,
    consent::{ConsentAnswer, ConsentStatus},
    policy::{Decision, DenyReason, Effect, FieldDecision},
};
use serde::Serialize;

use crate::{
    config::Allowance,
    consent::{self, Asking},
    error::{Code, Refusal},
    planner::{PlannedRoot, QueryPlan, Question},
    policy::Permission,
};

/// What would become of a question now.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The plan in words, a line each; for applications that may see the schema.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<String>,
    /// The hash of the plan, as it stands in the record.
    pub plan_hash: String,
    /// The policies that would decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_version: Option<u64>,
    /// Each root field of the query, and what its lookups lead to.
    pub roots: Vec<ExplainedRoot>,
}

/// One root field of the query, or what a lookup leads to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedRoot {
    /// Its response key; of a lookup, its number in the plan.
    pub root: String,
    /// The root field.
    pub field: String,
    /// Its fields.
    pub fields: Vec<ExplainedField>,
}

/// One field that a provider would be asked for.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExplainedField {
    /// The field.
    #[serde(flatten)]
    pub field: FieldRef,
    /// Who keeps it.
    pub provider: String,
    /// What policy says: `permit`, `permitWithConsent`, `deny`.
    pub policy: &'static str,
    /// The ground of the application's grant; none where it has none, or the field is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<LegalBasis>,
    /// Why it is denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<DenyReason>,
    /// The rules that say so; for applications that may see the schema.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub determined_by: Vec<String>,
    /// Whether the application needs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<Need>,
    /// What the person has said: `covered`, `missing`, `declined`, `rejected` or `revoked` (a "no" or a "stop" that
    /// stands), or `unknown` of somebody who would only be found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent: Option<&'static str>,
    /// `released`, as far as the exchange decides it; the code that would stand in its place; or `undecided` of somebody who
    /// would only be found.
    pub outcome: &'static str,
}

/// Explains `question` as policy has decided it.
///
/// # Errors
/// When the consent engine gives no answer within `time` that can be trusted.
pub async fn explain(
    question: &Question,
    decision: Option<Decision>,
    asking: &Asking<'_>,
    allowance: Allowance<'_>,
    time: Duration,
) -> Result<Explanation, Refusal> {
    let plan = &question.plan;
    let policy_version = decision.as_ref().map(|decision| decision.policy_version);
    let decisions = decision.map(|decision| decision.fields).unwrap_or_default();
    let permissions: Vec<_> = decisions.iter().map(|one| Permission::of(one).ok()).collect();
    let permission = |field: usize| permissions.get(field)?.as_ref();
    let mut people: BTreeMap<&Subject, Vec<&PlannedRoot>> = BTreeMap::new();
    for (root, bound) in plan.roots.iter().zip(&question.roots) {
        if let Some(subject) = &bound.subject {
            people.entry(subject).or_default().push(root);
        }
    }
    let standing = consent::standing(people, plan, permission, asking, time).await;
    let standing = standing.map_err(|error| Refusal::no_consent_engine(&error))?;
    let explained = Explained { plan, decisions: &decisions };
    let roots = plan.roots.iter().zip(&question.roots).filter(|(root, _)| !root.is_meta()).map(|(root, bound)| {
        let person = bound.subject.as_ref().map_or(Person::Nobody, |subject| Person::Named(standing.get(subject)));
        explained.root(root.field.response_key.clone(), root, person)
    });
    let lookups = plan.lookups.iter().enumerate();
    let found = lookups.map(|(number, lookup)| explained.root(format!("lookup {number}"), &lookup.root, Person::Found));
    let mut roots: Vec<_> = roots.chain(found).collect();
    if !allowance.sees_schema {
        roots.iter_mut().flat_map(|root| &mut root.fields).for_each(|field| field.determined_by.clear());
    }
    let lines = plan.text.lines().filter(|_| allowance.sees_schema);
    Ok(Explanation { plan: lines.map(str::to_owned).collect(), plan_hash: plan.hash.clone(), policy_version, roots })
}

/// Whom a root is about.
#[derive(Clone, Copy)]
enum Person<'a> {
    Nobody,
    Named(Option<&'a ConsentAnswer>),
    Found,
}

struct Explained<'a> {
    plan: &'a QueryPlan,
    /// By the fields' numbers in the plan.
    decisions: &'a [FieldDecision],
}

impl Explained<'_> {
    fn root(&self, name: String, root: &PlannedRoot, person: Person<'_>) -> ExplainedRoot {
        let mut fields: Vec<_> =
            root.sources.iter().filter_map(|one| self.field(one.field, &one.provider_name, person)).collect();
        // The gate's rules: one denied field refuses the request, one that was never answered its root.
        let denied = self.decisions.iter().any(|one| matches!(one.effect, Effect::Deny { .. }));
        let unanswered = fields.iter().any(|field| field.outcome == Code::CeNotApproved.as_str());
        let nobody = fields.iter().any(|field| field.outcome == Code::MissingIdentifier.as_str());
        for field in &mut fields {
            field.outcome = match field.outcome {
                _ if denied => Code::PdpNotAllowed.as_str(),
                configured if configured == Code::ProviderNotConfigured.as_str() => configured,
                _ if nobody => Code::MissingIdentifier.as_str(),
                _ if unanswered => Code::CeNotApproved.as_str(),
                outcome => outcome,
            };
        }
        ExplainedRoot { root: name, field: root.field.name.clone(), fields }
    }

    fn field(&self, number: usize, provider: &ProviderName, person: Person<'_>) -> Option<ExplainedField> {
        let field = self.plan.fields.get(number)?.clone();
        let FieldDecision { effect, basis, determined_by, .. } = self.decisions.get(number)?.clone();
        let configured = self.plan.providers.iter().any(|one| *one.name == *provider && one.configured);
        let consent = match (effect, person) {
            (Effect::PermitWithConsent { .. }, Person::Named(answer)) => Some(match answer {
                Some(answer) if answer.covered.contains(&field) => "covered",
                Some(answer) if answer.declined.contains(&field) => "declined",
                Some(ConsentAnswer { status: ConsentStatus::Rejected, .. }) => "rejected",
                Some(ConsentAnswer { status: ConsentStatus::Revoked, .. }) => "revoked",
                _ => "missing",
            }),
            (Effect::PermitWithConsent { .. }, Person::Found) => Some("unknown"),
            _ => None,
        };
        let outcome = match (effect, consent) {
            (Effect::Deny { .. }, _) => Code::PdpNotAllowed.as_str(),
            _ if !configured => Code::ProviderNotConfigured.as_str(),
            (Effect::Permit { .. }, _) | (_, Some("covered")) => "released",
            (_, Some("declined")) => Code::FieldNotShared.as_str(),
            (_, Some("unknown")) => "undecided",
            (_, Some(_)) => Code::CeNotApproved.as_str(),
            (_, None) => Code::MissingIdentifier.as_str(),
        };
        let (policy, reason, need) = match effect {
            Effect::Permit { need } => ("permit", None, Some(need)),
            Effect::PermitWithConsent { need } => ("permitWithConsent", None, Some(need)),
            Effect::Deny { reason } => ("deny", Some(reason), None),
        };
        let provider = provider.provider_key.to_string();
        let basis = if policy == "permitWithConsent" { Some(LegalBasis::Consent) } else { basis };
        Some(ExplainedField { field, provider, policy, basis, reason, determined_by, need, consent, outcome })
    }
}
