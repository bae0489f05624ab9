//! The versions of the consumer schema over HTTP, on both engines: made, checked, compared, activated, rolled back; followed
//! by other gateways on the same store; swapped under load.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod ground;
mod load;
mod races;

use std::path::Path;

use serde_json::json;

use crate::ground::{Ground, exchange, file, with_photo, without_sex};

#[tokio::test]
async fn a_version_is_a_draft_until_it_is_activated_and_the_way_back_stays_open() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let of_file = served.versions().await;
        assert_eq!((served.in_force().await, of_file.len()), (file(), 1));
        let made = served.make("1.0.0", &with_photo()).await;
        assert_eq!(
            (&made["id"], &made["is_active"], &made["created_by"]),
            (&json!("schema-1.0.0"), &json!(false), &json!("Kumari"))
        );
        assert_eq!(served.versions().await, [of_file[0].as_str(), "1.0.0"]);
        let (status, body) = served.post("/sdl", json!({"sdl": "type", "created_by": "x"})).await;
        assert_eq!(
            (status, &body["error"]["code"]),
            (409, &json!("CONFLICT")),
            "1.0.0 is the name of whatever has none"
        );

        let (status, body) = served.activate("1.0.0").await;
        assert_eq!((status, &body["message"]), (200, &json!("Schema activated successfully")));
        assert_eq!(body["changes"][0]["place"], "PersonInfo.photo", "{body}");
        assert_eq!(served.in_force().await, with_photo());
        let file_version = of_file[0].trim_end_matches('*');
        assert_eq!(served.versions().await, ["1.0.0*", file_version]);

        let (status, body) = served.activate(file_version).await;
        assert_eq!((status, &body["error"]["code"]), (409, &json!("BREAKING_CHANGES")));
        assert_eq!(
            body["error"]["changes"][0],
            json!({"level": "breaking", "place": "PersonInfo.photo", "what": "the field is gone"})
        );
        served.accept(file_version).await;
        assert_eq!(served.in_force().await, file());
        let (status, body) = served.activate("2.0.0").await;
        assert_eq!((status, &body["error"]["message"]), (404, &json!("Schema not found or cannot be activated")));

        served.registry.close().await;
        drop(served);
        let again = ground.serve(&place).await;
        assert_eq!(again.versions().await, [&format!("{file_version}*"), "1.0.0"]);
    }
}

#[tokio::test]
async fn what_does_not_compose_is_told_with_its_place_and_never_put_in_force() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let wrong = file().replace("person.fullName", "person.fulName");
        let (status, body) = served.post("/sdl/validate", json!({"sdl": wrong})).await;
        assert_eq!((status, &body["valid"]), (200, &json!(false)));
        let mistake = &body["mistakes"][0];
        assert!(mistake["line"].is_u64() && mistake["column"].is_u64(), "{mistake}");
        assert!(mistake["message"].as_str().unwrap().contains("fullName"), "what was meant: {mistake}");
        let (_, body) = served.post("/sdl/validate", json!({"sdl": file()})).await;
        assert_eq!((&body["valid"], &body["mistakes"]), (&json!(true), &json!([])));
        let (_, body) = served.post("/sdl/check-compatibility", json!({"sdl": wrong})).await;
        assert_eq!((&body["compatible"], &body["reason"]), (&json!(false), &json!("the schema has mistakes")));
        let (_, body) = served.post("/sdl/check-compatibility", json!({"sdl": without_sex()})).await;
        assert_eq!((&body["compatible"], &body["reason"]), (&json!(false), &json!("breaking changes detected")));
        let (_, body) = served.post("/sdl/check-compatibility", json!({"sdl": with_photo()})).await;
        assert_eq!((&body["compatible"], &body["changes"][0]["level"]), (&json!(true), &json!("safe")));

        served.make("wrong", &wrong).await;
        let (status, body) = served.post("/sdl/versions/wrong/activate", json!({"acceptBreaking": true})).await;
        assert_eq!((status, &body["error"]["code"]), (409, &json!("SCHEMA_DOES_NOT_COMPOSE")));
        assert!(body["error"]["mistakes"][0]["line"].is_u64(), "{body}");
        assert_eq!(served.in_force().await, file());
    }
}

#[tokio::test]
async fn another_gateway_on_the_same_database_follows_and_one_that_starts_takes_the_same() {
    let ground = Ground::new();
    let place = ground.postgres();
    let (one, other) = (ground.serve(&place).await, ground.serve(&place).await);
    one.make("a", &with_photo()).await;
    assert_eq!(one.activate("a").await.0, 200);
    other.waits_for(&with_photo()).await;
    other.make("b", &without_sex()).await;
    other.accept("b").await;
    one.waits_for(&without_sex()).await;
    let third = ground.serve(&place).await;
    assert_eq!(third.in_force().await, without_sex());
    assert_eq!(third.versions().await, one.versions().await);
    // A silent database takes nothing out of force, and says that nothing can be changed now.
    ground.database.shut_out();
    assert_eq!(one.in_force().await, without_sex());
    let (status, body) = one.activate("a").await;
    assert_eq!((status, &body["error"]["code"]), (503, &json!("SCHEMA_STORE_UNAVAILABLE")));
    assert_eq!(one.public("/schema.graphql").await.status(), 200);
}

#[tokio::test]
async fn a_gateway_that_cannot_compose_the_version_stays_with_the_last_that_it_can() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        served.make("good", &with_photo()).await;
        assert_eq!(served.activate("good").await.0, 200);
        served.make("late", &file()).await;
        served.accept("late").await;
        served.registry.close().await;
        drop(served);
        // The provider schemas of this one lack what the file asks for, and not what an empty one would.
        let folder = tempfile::tempdir().unwrap();
        let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema");
        let providers = folder.path().join("providers");
        std::fs::create_dir(&providers).unwrap();
        for entry in std::fs::read_dir(schemas.join("providers")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), providers.join(entry.file_name())).unwrap();
        }
        let mut poorer = exchange();
        poorer.schema.providers = providers.clone();
        let consumer = folder.path().join("schema.graphql");
        std::fs::write(&consumer, without_sex()).unwrap();
        poorer.schema.consumer = consumer;
        let drp = providers.join("abc-212.graphql");
        let text = std::fs::read_to_string(&drp).unwrap();
        std::fs::write(&drp, text.replace("  sex: String", "  gender: String")).unwrap();
        let stays = ground.serve_with(&place, &poorer).await;
        assert_eq!(stays.in_force().await, without_sex(), "no version composes, so the file is in force");
        // What can be composed again is taken at the next reload.
        std::fs::write(&drp, text).unwrap();
        stays.registry.renewed(&poorer).await.unwrap().take_place();
        assert_eq!(stays.in_force().await, file());
    }
}

#[tokio::test]
async fn everybody_reads_a_clean_schema_and_a_page_without_a_script() {
    let ground = Ground::new();
    let place = ground.postgres();
    let served = ground.serve(&place).await;
    let sdl = served.public("/schema.graphql").await.text().await.unwrap();
    for secret in ["@sourceInfo", "@dataOwner", "SourceInfoInput", "getPersonInfo", "permanentAddress", "127.0.0.1"] {
        assert!(!sdl.contains(secret), "{secret} in {sdl}");
    }
    assert!(sdl.contains("Citizens read “Home address”") && sdl.contains("From `drp`"), "{sdl}");
    let page = served.public("/docs/schema").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let html = page.text().await.unwrap();
    for word in ["PersonInfo.fullName", "Department of Registration of Persons", "Full name", "Personal data (names)"] {
        assert!(html.contains(word), "{word}");
    }
    for secret in ["<script", "getPersonInfo", "person.fullName", "127.0.0.1"] {
        assert!(!html.contains(secret), "{secret}");
    }
    let mut hidden = exchange();
    hidden.edge.public_schema = false;
    let hidden = ground.serve_with(&place, &hidden).await;
    for path in ["/schema.graphql", "/docs/schema"] {
        assert_eq!(hidden.public(path).await.status(), 404, "{path}");
    }
}
