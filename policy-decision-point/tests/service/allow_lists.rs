//! `POST /api/v1/policy/update-allowlist` and `DELETE …/allowlist/{applicationId}`.

use ndx_contracts::{Need, policy::Effect};
use serde_json::{Value, json};

use crate::ground::{Ground, question};
use ndx_contracts::policy::PolicyDecisionPoint as _;

const ALLOW: &str = "/api/v1/policy/update-allowlist";

fn drp(name: &str) -> Value {
    json!({"schemaId": "drp-schema-v1", "fieldName": name})
}

#[tokio::test]
async fn an_application_may_ask_for_a_month_or_a_year_of_the_calendar() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        for (duration, until) in [("30d", "2026-07-15T12:00:00Z"), ("365d", "2027-06-15T12:00:00Z")] {
            let request =
                json!({"applicationId": "passport-app", "records": [drp("person.photo")], "grantDuration": duration});
            let (status, body) = served.post(ALLOW, request).await;
            assert_eq!(status, 200, "{body}");
            let expected = json!({
                "schemaId": "drp-schema-v1", "fieldName": "person.photo", "expiresAt": until,
                "updatedAt": "2026-06-15T12:00:00Z",
            });
            assert_eq!(body["records"], json!([expected]));
            let record = served.record("drp-schema-v1", "person.photo").await;
            assert_eq!(record["allowList"]["passport-app"]["expires_at"], until);
        }
        let decision = served.pdp.decide(&question(&["person.photo"])).await.unwrap();
        assert_eq!(decision.fields[0].effect, Effect::PermitWithConsent { need: Need::Needed });
    }
}

#[tokio::test]
async fn a_grant_that_is_prolonged_keeps_its_need_and_its_beginning() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[0]).await;
    let request = |need: Value| json!({"applicationId": "passport-app", "records": [drp("person.profession")], "grantDuration": "30d", "need": need});
    assert_eq!(served.post(ALLOW, request(Value::Null)).await.0, 200);
    let held = |policies: &policy_decision_point::history::Policies| {
        let grant = policies.set().grants.values().find(|grant| *grant.field.field_name == *"person.profession");
        grant.map(|grant| (grant.need, grant.from.to_rfc3339())).unwrap()
    };
    let began = "2026-01-01T00:00:00+00:00".to_owned();
    assert_eq!(held(&served.pdp.in_force().await.unwrap()), (Need::Optional, began.clone()));
    assert_eq!(served.post(ALLOW, request(json!("needed"))).await.0, 200);
    assert_eq!(held(&served.pdp.in_force().await.unwrap()), (Need::Needed, began));
}

#[tokio::test]
async fn a_grant_by_law_is_put_whole_and_is_kept_when_it_is_prolonged() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let request = |basis: Value| json!({"applicationId": "passport-app", "records": [drp("person.photo")], "grantDuration": "30d", "basis": basis});
        let task = json!({"statutoryTask": {"law": "Passports Act", "section": "section 14"}});
        assert_eq!(served.post(ALLOW, request(task.clone())).await.0, 200);
        assert_eq!(served.post(ALLOW, request(Value::Null)).await.0, 200);
        let decide =
            json!({"applicationId": "passport-app", "requiredFields": [drp("person.photo"), drp("person.fullName")]});
        let (_, body) = served.post("/api/v1/policy/decide", decide.clone()).await;
        assert_eq!(body["decisions"][0]["effect"], "permit");
        assert_eq!(body["decisions"][0]["basis"], task);
        assert_eq!(body["decisions"][1].get("basis"), None, "{body}");
        assert_eq!(served.post(ALLOW, request(json!("consent"))).await.0, 200);
        let (_, body) = served.post("/api/v1/policy/decide", decide).await;
        assert_eq!(body["decisions"][0]["effect"], "permitWithConsent");
    }
}

#[tokio::test]
async fn c19_a_grant_on_a_ground_that_says_too_little_or_has_ended_is_refused() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[0]).await;
    let request = |basis: Value| json!({"applicationId": "passport-app", "records": [drp("person.photo")], "grantDuration": "30d", "basis": basis});
    let (status, body) = served.post(ALLOW, request(json!({"courtOrder": {"court": "", "until": "soon"}}))).await;
    assert_eq!(status, 400);
    for place in ["basis.courtOrder.court", "basis.courtOrder.reference", "basis.courtOrder.until"] {
        assert!(body["error"].as_str().unwrap().contains(place), "{place}: {body}");
    }
    let over = json!({"courtOrder": {"court": "High Court", "reference": "HC 1", "until": "2026-06-15T12:00:00Z"}});
    let (status, body) = served.post(ALLOW, request(over)).await;
    assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")), "the order ends now");
}

#[tokio::test]
async fn what_for_is_taken_from_the_register_or_the_grants_or_must_be_said() {
    let ground = Ground::new();
    let served = ground.serve(&ground.both()[1]).await;
    let request = |purpose: Value| json!({"applicationId": "new-app", "records": [drp("person.photo")], "grantDuration": "30d", "purpose": purpose});
    let (status, body) = served.post(ALLOW, request(Value::Null)).await;
    assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")));
    assert!(body["error"].as_str().unwrap().starts_with("purpose: say what for"), "{body}");
    assert_eq!(served.post(ALLOW, request(json!("one"))).await.0, 200);
    assert_eq!(served.post(ALLOW, request(Value::Null)).await.0, 200, "its only purpose");
    assert_eq!(served.post(ALLOW, request(json!("two"))).await.0, 200);
    assert_eq!(served.post(ALLOW, request(Value::Null)).await.0, 409, "which of two?");
    served.pdp.know([("new-app".into(), ["two".into()].into())].into());
    assert_eq!(served.post(ALLOW, request(Value::Null)).await.0, 200, "it is registered for one");
    let record = served.record("drp-schema-v1", "person.photo").await;
    assert_eq!(record["allowList"].as_object().unwrap().len(), 1, "{record}");
}

#[tokio::test]
async fn all_mistakes_are_told_at_once_and_nothing_changes() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let before = served.pdp.in_force().await.unwrap();
        let records = json!([drp("person.photo"), drp("person.none"), drp("person.nothing")]);
        let request = json!({"applicationId": "new-app", "records": records, "grantDuration": "30d"});
        let (status, body) = served.post(ALLOW, request).await;
        let text = body["error"].as_str().unwrap();
        assert_eq!(status, 409, "{text}");
        for mistake in ["records[1]: no field policy", "records[2]: no field policy", "purpose: say what for"] {
            assert!(text.contains(mistake), "{mistake} in {text}");
        }
        let request = json!({"applicationId": "new-app", "records": [], "grantDuration": "7d", "need": "perhaps"});
        let (status, body) = served.post(ALLOW, request).await;
        let text = body["error"].as_str().unwrap();
        assert!(status == 400 && text.contains("grantDuration: ") && text.contains("need: "), "{status} {text}");
        let none = json!({"applicationId": "new-app", "records": [], "grantDuration": "30d"});
        assert_eq!(served.post(ALLOW, none).await, (200, json!({"records": []})));
        assert_eq!(served.pdp.in_force().await.unwrap(), before);
    }
}

#[tokio::test]
async fn an_application_is_taken_from_the_list_whatever_it_was_there_for() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let more = json!({
            "applicationId": "passport-app", "records": [drp("person.fullName")], "grantDuration": "30d", "purpose": "other",
        });
        assert_eq!(served.post(ALLOW, more).await.0, 200);
        let record = served.record("drp-schema-v1", "person.fullName").await;
        assert_eq!(record["allowList"]["passport-app"]["expires_at"], Value::Null, "the last to end");
        let id = record["id"].as_str().unwrap();
        let path = format!("/api/v1/policy/metadata/{id}/allowlist/passport-app");
        assert_eq!(served.delete(&path).await, 204);
        assert_eq!(served.delete(&path).await, 404);
        assert_eq!(served.record("drp-schema-v1", "person.fullName").await["allowList"].get("passport-app"), None);
        let history = served.get("/api/v1/policy/history?limit=1000").await;
        let last = history["actions"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["recordedBy"], "service:gateway");
        assert_eq!(last["action"]["action"], "GRANT_REMOVED");
    }
}
