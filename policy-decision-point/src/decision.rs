//! Decides, field by field. Pure: the policies, the question and the time go in, the decision comes out.

use chrono::{DateTime, Utc};
use ndx_contracts::{
    ApplicationId, FieldRef, Purpose,
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision, GrantedField},
};

use crate::policy::{AccessControl, Grant, PolicySet};

/// One decision for each field of `request`, in its order. Deny unless a grant says otherwise.
pub fn decide(policies: &PolicySet, request: &DecisionRequest, now: DateTime<Utc>) -> Decision {
    let fields = request.fields.iter().map(|field| decide_field(policies, request, field, now)).collect();
    Decision { policy_version: policies.version, fields }
}

fn decide_field(
    policies: &PolicySet,
    request: &DecisionRequest,
    field: &FieldRef,
    now: DateTime<Utc>,
) -> FieldDecision {
    let decided = |effect, basis, determined_by| FieldDecision { field: field.clone(), effect, basis, determined_by };
    let denied = |reason, determined_by| decided(Effect::Deny { reason }, None, determined_by);
    let Some(policy) = policies.fields.get(field) else {
        return denied(DenyReason::FieldUnknown, Vec::new());
    };
    let own_rule = format!("field:{field}");
    let key = (request.application.clone(), request.purpose.clone(), field.clone());
    let Some(grant) = policies.grants.get(&key) else {
        let elsewhere: Vec<_> = policies
            .grants
            .values()
            .filter(|grant| grant.application == request.application && grant.field == *field)
            .map(Grant::id)
            .collect();
        let reason = if elsewhere.is_empty() { DenyReason::NotGranted } else { DenyReason::OtherPurpose };
        return denied(reason, elsewhere);
    };
    // Of a denial, too, the ground is told: whether the person may see it depends on it.
    let by_law = (!grant.basis.asks()).then(|| grant.basis.clone());
    let not_now = |reason| decided(Effect::Deny { reason }, by_law.clone(), vec![grant.id()]);
    if now < grant.from {
        return not_now(DenyReason::AccessNotYet);
    }
    let is_over = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until <= now);
    if is_over(grant.until) || is_over(grant.basis.until()) {
        return not_now(DenyReason::AccessExpired);
    }
    let needs_consent = by_law.is_none() && !policy.is_owner && policy.access == AccessControl::Restricted;
    let effect = if needs_consent {
        Effect::PermitWithConsent { need: grant.need }
    } else {
        Effect::Permit { need: grant.need }
    };
    decided(effect, by_law, vec![own_rule, grant.id()])
}

/// What `application` may ask for now for `purpose`, in the order of the fields' names.
pub fn granted(
    policies: &PolicySet,
    application: &ApplicationId,
    purpose: &Purpose,
    now: DateTime<Utc>,
) -> Vec<GrantedField> {
    let holds = |grant: &&Grant| {
        let is_over = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until <= now);
        let is_asked = grant.application == *application && grant.purpose == *purpose;
        is_asked && grant.from <= now && !is_over(grant.until) && !is_over(grant.basis.until())
    };
    let told = |grant: &Grant| {
        let policy = policies.fields.get(&grant.field)?;
        Some(GrantedField {
            field: grant.field.clone(),
            basis: grant.basis.clone(),
            need: grant.need,
            display_name: policy.display_name.as_deref().map(Into::into),
            description: policy.description.as_deref().map(Into::into),
        })
    };
    policies.grants.values().filter(holds).filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use ndx_contracts::{CourtOrder, Display, LegalBasis, Need, StatutoryTask};
    use proptest::prelude::*;

    use super::*;
    use crate::policy::{FieldPolicy, Source};

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn policy(name: &str, access: AccessControl, is_owner: bool) -> FieldPolicy {
        let field = FieldRef::new("s", name);
        FieldPolicy {
            field,
            display_name: None,
            description: None,
            source: Source::Primary,
            is_owner,
            access,
            owner: None,
        }
    }

    fn grant(name: &str, purpose: &str, from: i64, until: Option<i64>) -> Grant {
        Grant {
            application: "app".into(),
            purpose: purpose.into(),
            field: FieldRef::new("s", name),
            basis: LegalBasis::Consent,
            need: Need::Optional,
            from: now() + TimeDelta::days(from),
            until: until.map(|days| now() + TimeDelta::days(days)),
        }
    }

    fn policies(fields: &[FieldPolicy], grants: &[Grant]) -> PolicySet {
        PolicySet {
            version: 7,
            fields: fields.iter().map(|one| (one.field.clone(), one.clone())).collect(),
            grants: grants.iter().map(|one| (one.key(), one.clone())).collect(),
        }
    }

    fn request(application: &str, names: &[&str]) -> DecisionRequest {
        DecisionRequest {
            application: application.into(),
            purpose: "p".into(),
            fields: names.iter().map(|name| FieldRef::new("s", *name)).collect(),
            trace_id: "t".into(),
        }
    }

    #[test]
    fn each_field_is_decided_by_its_policy_its_grant_and_the_time() {
        use AccessControl::{Public, Restricted};
        let names = ["restricted", "public", "owned", "bare", "ended", "ends-now", "later", "elsewhere", "unknown"];
        let fields: Vec<_> = names[..8]
            .iter()
            .map(|name| policy(name, if *name == "public" { Public } else { Restricted }, *name == "owned"))
            .collect();
        let grants = [
            grant("restricted", "p", -1, None),
            grant("public", "p", -1, Some(1)),
            grant("owned", "p", 0, None),
            grant("ended", "p", -2, Some(-1)),
            grant("ends-now", "p", -2, Some(0)),
            grant("later", "p", 1, None),
            grant("elsewhere", "q", -1, None),
            grant("unknown", "p", -1, None),
        ];
        let decision = decide(&policies(&fields, &grants), &request("app", &names), now());
        let need = Need::Optional;
        let deny = |reason| Effect::Deny { reason };
        let effects: Vec<_> = decision.fields.iter().map(|one| one.effect).collect();
        assert_eq!(
            effects,
            [
                Effect::PermitWithConsent { need },
                Effect::Permit { need },
                Effect::Permit { need },
                deny(DenyReason::NotGranted),
                deny(DenyReason::AccessExpired),
                deny(DenyReason::AccessExpired),
                deny(DenyReason::AccessNotYet),
                deny(DenyReason::OtherPurpose),
                deny(DenyReason::FieldUnknown),
            ]
        );
        assert_eq!(decision.policy_version, 7);
        assert_eq!(decision.fields[0].determined_by, ["field:s:restricted", "grant:app/p/s:restricted"]);
    }

    #[test]
    fn a_ground_that_asks_nobody_permits_without_consent_and_is_told_with_the_decision() {
        let task = StatutoryTask {
            law: "Elections Act".into(),
            section: "9".into(),
            display: Display::Now,
            shown_after: None,
        };
        let task = LegalBasis::StatutoryTask(task.into());
        let fields = ["by-law", "shared"].map(|name| policy(name, AccessControl::Restricted, false));
        let grants = [Grant { basis: task.clone(), ..grant("by-law", "p", -1, None) }, grant("shared", "p", -1, None)];
        let decision = decide(&policies(&fields, &grants), &request("app", &["by-law", "shared"]), now());
        let need = Need::Optional;
        let told: Vec<_> = decision.fields.into_iter().map(|one| (one.effect, one.basis)).collect();
        assert_eq!(told, [(Effect::Permit { need }, Some(task)), (Effect::PermitWithConsent { need }, None)]);
    }

    #[test]
    fn c19_what_rests_on_a_courts_order_ends_with_the_order_whatever_the_grant_says() {
        let ordered = |days| {
            let until = now() + TimeDelta::days(days);
            let (court, reference) = ("High Court".into(), "HC 1".into());
            LegalBasis::CourtOrder(CourtOrder { court, reference, until, display: Display::Never }.into())
        };
        let names = ["stands", "ends-now", "ended"];
        let fields = names.map(|name| policy(name, AccessControl::Restricted, false));
        let grants: Vec<_> = std::iter::zip(names, [1, 0, -1])
            .map(|(name, days)| Grant { basis: ordered(days), ..grant(name, "p", -9, Some(9)) })
            .collect();
        let decision = decide(&policies(&fields, &grants), &request("app", &names), now());
        let effects: Vec<_> = decision.fields.iter().map(|one| one.effect).collect();
        let expired = Effect::Deny { reason: DenyReason::AccessExpired };
        assert_eq!(effects, [Effect::Permit { need: Need::Optional }, expired, expired]);
        assert!(decision.fields.iter().all(|one| one.basis.as_ref().unwrap().display() == Display::Never));
    }

    #[test]
    fn another_application_has_nothing_from_this_ones_grants() {
        let set = policies(&[policy("x", AccessControl::Public, true)], &[grant("x", "p", -1, None)]);
        let decision = decide(&set, &request("other", &["x"]), now());
        assert_eq!(decision.fields[0].effect, Effect::Deny { reason: DenyReason::NotGranted });
    }

    #[test]
    fn what_is_granted_is_what_may_be_asked_for_now_and_no_more() {
        let names = ["now", "ended", "later", "elsewhere", "unspoken"];
        let fields: Vec<_> = names[..4].iter().map(|name| policy(name, AccessControl::Restricted, false)).collect();
        let grants = [
            grant("now", "p", 0, None),
            grant("ended", "p", -2, Some(0)),
            grant("later", "p", 1, None),
            grant("elsewhere", "q", -1, None),
            grant("unspoken", "p", -1, None),
        ];
        let granted = granted(&policies(&fields, &grants), &"app".into(), &"p".into(), now());
        assert_eq!(granted.iter().map(|one| &*one.field.field_name).collect::<Vec<_>>(), ["now"]);
    }

    proptest! {
        #[test]
        fn nothing_is_permitted_without_a_grant_that_holds_now(
            granted in proptest::collection::vec((0..4usize, 0..2usize, -3..3i64, proptest::option::of(-3..3i64)), 0..8),
            asked in proptest::collection::vec(0..5usize, 0..6),
        ) {
            let name = |number: usize| ["a", "b", "c", "d", "e"][number];
            let fields: Vec<_> = (0..4).map(|n| policy(name(n), AccessControl::Restricted, n == 3)).collect();
            let grants: Vec<_> = granted.iter().map(|(n, p, from, until)| grant(name(*n), ["p", "q"][*p], *from, *until)).collect();
            let set = policies(&fields, &grants);
            let asked: Vec<_> = asked.iter().map(|n| name(*n)).collect();
            let decision = decide(&set, &request("app", &asked), now());
            prop_assert_eq!(decision.fields.len(), asked.len());
            for one in decision.fields {
                let holds = set.grants.values().any(|grant| {
                    grant.field == one.field && grant.purpose.as_str() == "p" && grant.from <= now()
                        && grant.until.is_none_or(|until| until > now())
                });
                let denied = matches!(one.effect, Effect::Deny { .. });
                prop_assert_eq!(denied, !holds);
            }
        }
    }
}
