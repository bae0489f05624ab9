//! `/api/v1/policy/metadata`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::ground::Ground;

const METADATA: &str = "/api/v1/policy/metadata";

fn restricted(name: &str) -> Value {
    json!({"fieldName": name, "source": "primary", "isOwner": false, "accessControlType": "restricted", "owner": "citizen"})
}

#[tokio::test]
async fn a_schema_becomes_what_the_request_says() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let others = served.get(&format!("{METADATA}?schemaId=abc-212")).await;
        let own = json!({
            "fieldName": "a.new", "displayName": "Neu ü", "description": null, "source": "fallback", "isOwner": true,
            "accessControlType": "public",
        });
        let request = json!({"schemaId": "drp-schema-v1", "records": [restricted("person.fullName"), own]});
        let (status, body) = served.post(METADATA, request.clone()).await;
        assert_eq!(status, 201, "{body}");
        let [new, old] = body["records"].as_array().unwrap().as_slice() else { panic!("{body}") };
        assert_eq!((&new["fieldName"], &old["fieldName"]), (&json!("a.new"), &json!("person.fullName")));
        assert_eq!((&new["source"], &new["isOwner"], new.get("owner")), (&json!("fallback"), &json!(true), None));
        assert_eq!((new["allowList"].clone(), new.get("description")), (json!({}), None));
        let allowed = &old["allowList"]["passport-app"];
        assert_eq!(
            (allowed.get("expires_at"), &allowed["updated_at"]),
            (Some(&Value::Null), &json!("2026-06-15T12:00:00Z"))
        );

        let listed = served.get(&format!("{METADATA}?schemaId=drp-schema-v1")).await;
        assert_eq!(listed["records"], json!([new, old]), "in the order of their names, and no other");
        assert_eq!(served.get(&format!("{METADATA}?schemaId=abc-212")).await, others, "another schema stays");
        assert_eq!(served.get(&format!("{METADATA}?schemaId=none")).await, json!({"records": []}));

        // With the field, those went who might ask for it.
        let grants = &served.pdp.in_force().await.unwrap().set().grants.clone();
        assert!(!grants.keys().any(|(.., field)| *field.field_name == *"person.otherNames"));

        let total = served.get("/api/v1/policy/history").await["total"].clone();
        assert_eq!(served.post(METADATA, request).await.0, 201);
        assert_eq!(served.get("/api/v1/policy/history").await["total"], total, "nothing new is not recorded");
    }
}

#[tokio::test]
async fn a_record_keeps_its_id_and_tells_when_it_was_made_and_changed() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let before = served.record("drp-schema-v1", "person.photo").await;
        let since: chrono::DateTime<chrono::Utc> = serde_json::from_value(before["createdAt"].clone()).unwrap();
        ground.clock.advance(chrono::TimeDelta::hours(1));
        let path = format!("{METADATA}/{}", before["id"].as_str().unwrap());
        let change = json!({"displayName": "Picture", "description": null, "isOwner": true, "owner": null});
        let (status, after) = served.call(Method::PATCH, &path, Some(change)).await;
        assert_eq!(status, 200, "{after}");
        assert_eq!((&after["id"], &after["createdAt"]), (&before["id"], &before["createdAt"]));
        let changed: chrono::DateTime<chrono::Utc> = serde_json::from_value(after["updatedAt"].clone()).unwrap();
        assert_eq!(changed - since, chrono::TimeDelta::hours(1));
        assert_eq!(
            (&after["displayName"], after.get("description"), after.get("owner")),
            (&json!("Picture"), None, None)
        );
        assert_eq!((&after["source"], &after["accessControlType"]), (&before["source"], &before["accessControlType"]));

        let (status, body) = served.call(Method::PATCH, &path, Some(json!({"owner": "citizen"}))).await;
        assert_eq!((status, &body["code"]), (409, &json!("CONFLICT")), "an owner beside `isOwner`: {body}");
        let (status, body) = served.call(Method::PATCH, &path, Some(json!({"source": "third", "id": "x"}))).await;
        assert_eq!(status, 400);
        assert!(body["error"].as_str().unwrap().contains("source: this is not one of"), "{body}");

        assert_eq!(served.delete(&path).await, 204);
        assert_eq!(served.delete(&path).await, 404);
        assert_eq!(served.call(Method::PATCH, &path, Some(json!({}))).await.0, 404);
        assert_eq!(served.delete(&format!("{METADATA}/7")).await, 400);
        assert_eq!(served.delete(&format!("{METADATA}/%ff")).await, 400);
    }
}

#[tokio::test]
async fn all_mistakes_are_told_at_once_and_nothing_changes() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let before = served.pdp.in_force().await.unwrap();
        let mut ownerless = restricted("x");
        ownerless["owner"] = Value::Null;
        let records = json!([
            ownerless,
            {"fieldName": "y\u{0}", "source": "secondary", "isOwner": true, "accessControlType": "public", "owner": "citizen"},
            {"displayName": "\u{0}", "isOwner": "yes"},
        ]);
        let (status, body) = served.post(METADATA, json!({"schemaId": "", "records": records})).await;
        let text = body["error"].as_str().unwrap();
        assert_eq!((status, &body["code"]), (400, &json!("BAD_REQUEST")), "{text}");
        let mistakes = [
            "schemaId: ",
            "records[0]: `owner` must be there",
            "records[1]: `owner` must be there",
            "records[1].fieldName: ",
            "records[1].source: ",
            "records[2].fieldName: ",
            "records[2].displayName: ",
            "records[2].source: ",
            "records[2].isOwner: ",
            "records[2].accessControlType: ",
        ];
        for mistake in mistakes {
            assert!(text.contains(mistake), "{mistake} in {text}");
        }
        let twice = json!({"schemaId": "s", "records": [restricted("x"), restricted("y"), restricted("x")]});
        let (status, body) = served.post(METADATA, twice).await;
        assert_eq!(status, 409);
        assert!(body["error"].as_str().unwrap().starts_with("records[2].fieldName"), "{body}");
        assert_eq!(served.pdp.in_force().await.unwrap(), before);
    }
}
