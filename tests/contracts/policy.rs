//! What the gateway relies on from a policy decision point.

use std::sync::Arc;

use ndx_contracts::{
    FieldRef, Need,
    policy::{DecisionRequest, DenyReason, Effect, PolicyDecisionPoint},
};
use ndx_remote::RemotePolicyDecisionPoint;
use ndx_testkit::Stores;
use policy_decision_point::Pdp;

use crate::ways::{Ground, Way, in_every_way};

in_every_way!(suite);

fn request(application: &str, purpose: &str, fields: &[&str]) -> DecisionRequest {
    let field = |text: &&str| {
        let (schema, name) = text.split_once(':').unwrap();
        FieldRef::new(schema, name)
    };
    DecisionRequest {
        application: application.into(),
        purpose: purpose.into(),
        fields: fields.iter().map(field).collect(),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
    }
}

async fn suite(ground: Ground) {
    let pdp = Pdp::open(&ground.exchange.policy, &ground.place(), ground.clock.clone()).await.unwrap();
    let judge: Arc<dyn PolicyDecisionPoint> = match ground.way {
        Way::InProcess => pdp.clone(),
        _ => {
            let router = |callers| policy_decision_point::server::router(pdp.clone(), callers);
            Arc::new(RemotePolicyDecisionPoint(ground.serve("policy", router).await))
        }
    };
    let asked = request(
        "passport-app",
        "passport-application",
        &["drp-schema-v1:person.fullName", "drp-schema-v1:person.secret", "abc-212:getPersonInfo.sex", "x:y.z"],
    );
    let decision = judge.decide(&asked).await.unwrap();
    let answered: Vec<_> = decision.fields.iter().map(|one| one.field.clone()).collect();
    assert_eq!(answered, asked.fields, "one decision a field, in their order");
    let effects: Vec<_> = decision.fields.iter().map(|one| one.effect).collect();
    let unknown = Effect::Deny { reason: DenyReason::FieldUnknown };
    let with_consent = |effect| matches!(effect, Effect::PermitWithConsent { need: Need::Needed | Need::Optional });
    assert!(with_consent(effects[0]) && with_consent(effects[2]), "{effects:?}");
    assert_eq!((effects[1], effects[3]), (unknown, unknown), "nobody may have what no policy speaks of");
    assert!(decision.fields.iter().all(|one| one.effect == unknown || !one.determined_by.is_empty()));
    assert!(decision.policy_version > 0);

    let other_purpose = judge.decide(&request("passport-app", "curiosity", &["drp-schema-v1:person.fullName"])).await;
    let other_purpose = other_purpose.unwrap().fields[0].effect;
    assert_eq!(other_purpose, Effect::Deny { reason: DenyReason::OtherPurpose });
    let stranger = judge.decide(&request("nobody", "curiosity", &["drp-schema-v1:person.fullName"])).await.unwrap();
    assert_eq!(stranger.fields[0].effect, Effect::Deny { reason: DenyReason::NotGranted });
    let nothing = judge.decide(&request("passport-app", "passport-application", &[])).await.unwrap();
    assert_eq!(nothing.fields, []);

    // Whoever is asked, and however, says the same of the same policies.
    assert_eq!(judge.decide(&asked).await.unwrap(), pdp.decide(&asked).await.unwrap());
    let many: Vec<String> = (0..300).map(|number| format!("s{number}:a.b{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let large = request("passport-app", "passport-application", &many);
    assert_eq!(judge.decide(&large).await.unwrap().fields.len(), 300);
}
