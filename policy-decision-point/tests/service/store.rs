//! The history: it only grows, what is in force is its fold, and the seed files leave alone what people have changed.

use chrono::TimeDelta;
use ndx_clock::Clock as _;
use ndx_config::PolicySeed;
use ndx_store::{Place, connection};
use policy_decision_point::{Pdp, PolicyStoreError, store};
use proptest::{prelude::*, test_runner::TestRunner};
use reqwest::Method;
use serde_json::{Value, json};

use crate::ground::{Ground, Served, question, seed};
use ndx_contracts::policy::{DenyReason, Effect, PolicyDecisionPoint as _};

#[tokio::test]
async fn the_history_cannot_be_rewritten() {
    let ground = Ground::new();
    for place in ground.both() {
        ground.open(&place).await;
        let mut database = connection::connect(&place, &store::TABLES).await.unwrap();
        let engines_own = match &place {
            Place::Folder(_) => "INSERT OR REPLACE INTO policy_actions SELECT * FROM policy_actions",
            Place::Postgres(_) => "TRUNCATE policy_actions",
        };
        for sql in ["DELETE FROM policy_actions", "UPDATE policy_actions SET recorded_by = 'x'", engines_own] {
            let refused = sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut database).await.unwrap_err();
            assert!(refused.to_string().contains("append-only"), "{place}: {sql}: {refused}");
        }
    }
}

#[tokio::test]
async fn an_unchanged_seed_adds_nothing_and_an_edited_one_takes_effect() {
    let ground = Ground::new();
    for place in ground.both() {
        let version = ground.open(&place).await.in_force().await.unwrap().version();
        let pdp = ground.open(&place).await;
        pdp.reseed(&seed()).await.unwrap();
        assert_eq!(pdp.in_force().await.unwrap().version(), version);

        let edited = ground.folder.path().join("grants.json");
        std::fs::write(&edited, "[]").unwrap();
        let without_grants = PolicySeed { grants: edited.clone(), ..seed() };
        pdp.reseed(&without_grants).await.unwrap();
        let policies = pdp.in_force().await.unwrap();
        assert!(policies.set().grants.is_empty() && policies.version() > version);

        std::fs::write(&edited, "[{}]").unwrap();
        let refused = pdp.reseed(&without_grants).await.unwrap_err();
        assert!(matches!(refused, PolicyStoreError::Seed(_)), "{refused:?}");
        assert_eq!(pdp.in_force().await.unwrap(), policies, "nothing of a seed with a mistake");
    }
}

#[tokio::test]
async fn what_people_have_changed_outlives_the_seed() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let name = served.record("drp-schema-v1", "person.fullName").await;
        let photo = served.record("drp-schema-v1", "person.photo").await;
        let address = served.record("drp-schema-v1", "person.permanentAddress").await;
        let path = |record: &Value| format!("/api/v1/policy/metadata/{}", record["id"].as_str().unwrap());
        assert_eq!(served.delete(&format!("{}/allowlist/passport-app", path(&name))).await, 204);
        assert_eq!(served.call(Method::PATCH, &path(&photo), Some(json!({"displayName": "Picture"}))).await.0, 200);
        assert_eq!(served.delete(&path(&address)).await, 204);
        let changed = served.pdp.in_force().await.unwrap();

        served.pdp.reseed(&seed()).await.unwrap();
        assert_eq!(served.pdp.in_force().await.unwrap(), changed);
        let again = ground.open(&place).await;
        assert_eq!(again.in_force().await.unwrap(), changed, "nor at the next start");
        let decision = again.decide(&question(&["person.fullName", "person.permanentAddress"])).await.unwrap();
        let reasons = [DenyReason::NotGranted, DenyReason::FieldUnknown];
        for (one, reason) in decision.fields.iter().zip(reasons) {
            assert_eq!(one.effect, Effect::Deny { reason });
        }

        // What nobody touched still follows the files.
        let edited = ground.folder.path().join("none.json");
        std::fs::write(&edited, "[]").unwrap();
        served.pdp.reseed(&PolicySeed { fields: edited.clone(), grants: edited }).await.unwrap();
        let left = served.pdp.in_force().await.unwrap();
        let names: Vec<_> = left.set().fields.keys().map(|field| &*field.field_name).collect();
        assert_eq!(names, ["person.photo"]);
        assert!(left.set().grants.is_empty());
    }
}

#[tokio::test]
async fn a_store_of_the_program_before_is_read() {
    let ground = Ground::new();
    let [place, _] = ground.both();
    let database = ndx_store::Database::open(&place, &store::TABLES).await.unwrap();
    let action = r#"{"action":"FIELD_POLICY_PUT","policy":{"field":{"schemaId":"drp-schema-v1","fieldName":"person.nic"},"displayName":"National identity card number","description":"As on your identity card","isOwner":false,"access":"restricted","owner":"citizen"}}"#;
    sqlx::query("INSERT INTO policy_actions (recorded_at, recorded_by, action) VALUES ($1, $2, $3)")
        .bind("2026-01-01T00:00:00+00:00")
        .bind("seed")
        .bind(action)
        .execute(database.writer())
        .await
        .unwrap();
    database.close().await;
    let served = ground.serve(&place).await;
    assert_eq!(served.record("drp-schema-v1", "person.nic").await["createdAt"], "2026-01-01T00:00:00Z");
    let policies = served.rebuilt(1000).await;
    assert_eq!(policies, *served.pdp.in_force().await.unwrap());
}

#[tokio::test]
async fn the_history_is_told_in_pages_and_its_paging_has_bounds() {
    let ground = Ground::new();
    for place in ground.both() {
        let served = ground.serve(&place).await;
        let total = served.pdp.in_force().await.unwrap().version();
        let page = served.get("/api/v1/policy/history?limit=2&offset=3").await;
        assert_eq!((&page["total"], &page["limit"], &page["offset"]), (&json!(total), &json!(2), &json!(3)));
        let numbers: Vec<_> = page["actions"].as_array().unwrap().iter().map(|one| one["number"].clone()).collect();
        assert_eq!(numbers, [4, 5]);
        assert_eq!(page["actions"][0]["recordedBy"], "seed");
        let beyond = served.get("/api/v1/policy/history?offset=9007199254740991").await;
        assert_eq!(beyond["actions"], json!([]));
        for bad in [
            "limit=0",
            "limit=1001",
            "limit=-1",
            "limit=x",
            "offset=-1",
            "offset=9007199254740992",
            "offset=1e3",
            "limit=99999999999999999999",
            "limit=1&limit=2",
            "limit=",
        ] {
            let (status, body) = served.call(Method::GET, &format!("/api/v1/policy/history?{bad}"), None).await;
            assert_eq!((status, &body["code"]), (400, &json!("BAD_REQUEST")), "{bad}");
        }
    }
}

/// Something a service may do, right or wrong.
#[derive(Debug, Clone)]
enum Deed {
    Sync(&'static str, Vec<(&'static str, bool)>),
    Allow(&'static str, &'static str, &'static str),
    Disallow(&'static str, &'static str),
    Rename(&'static str),
    Remove(&'static str),
    Reseed,
    Wait,
}

fn deeds() -> impl Strategy<Value = Deed> {
    let name = || prop::sample::select(vec!["person.fullName", "person.photo", "person.new"]);
    let app = || prop::sample::select(vec!["passport-app", "new-app"]);
    let record = (name(), any::<bool>());
    prop_oneof![
        prop::collection::vec(record, 0..3).prop_map(|records| Deed::Sync("drp-schema-v1", records)),
        (app(), name(), prop::sample::select(vec!["30d", "365d"])).prop_map(|(a, n, d)| Deed::Allow(a, n, d)),
        (app(), name()).prop_map(|(app, name)| Deed::Disallow(app, name)),
        name().prop_map(Deed::Rename),
        name().prop_map(Deed::Remove),
        Just(Deed::Reseed),
        Just(Deed::Wait),
    ]
}

async fn done(ground: &Ground, served: &Served, deed: Deed) {
    let path = async |name: &str| {
        let records = served.get("/api/v1/policy/metadata?schemaId=drp-schema-v1").await;
        let record = records["records"].as_array().unwrap().iter().find(|one| one["fieldName"] == name).cloned();
        let id = record.map_or(uuid::Uuid::nil().to_string(), |record| record["id"].as_str().unwrap().to_owned());
        format!("/api/v1/policy/metadata/{id}")
    };
    let status = match deed {
        Deed::Sync(schema, records) => {
            let record = |(name, own): &(&str, bool)| {
                let owner = (!own).then_some("citizen");
                json!({"fieldName": name, "source": "primary", "isOwner": own, "accessControlType": "public", "owner": owner})
            };
            let records: Vec<_> = records.iter().map(record).collect();
            served.post("/api/v1/policy/metadata", json!({"schemaId": schema, "records": records})).await.0
        }
        Deed::Allow(application, name, duration) => {
            let field = json!({"schemaId": "drp-schema-v1", "fieldName": name});
            let request =
                json!({"applicationId": application, "records": [field], "grantDuration": duration, "purpose": "p"});
            served.post("/api/v1/policy/update-allowlist", request).await.0
        }
        Deed::Disallow(application, name) => {
            served.delete(&format!("{}/allowlist/{application}", path(name).await)).await
        }
        Deed::Rename(name) => {
            served.call(Method::PATCH, &path(name).await, Some(json!({"displayName": "Another"}))).await.0
        }
        Deed::Remove(name) => served.delete(&path(name).await).await,
        Deed::Reseed => {
            served.pdp.reseed(&seed()).await.unwrap();
            200
        }
        Deed::Wait => {
            ground.clock.advance(TimeDelta::days(20));
            200
        }
    };
    assert!([200, 201, 204, 404, 409].contains(&status), "{status}");
}

#[test]
fn after_whatever_was_done_what_is_in_force_is_the_fold_of_the_history() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    for engine in [0, 1] {
        let mut runner =
            TestRunner::new(ProptestConfig { cases: 6, max_shrink_iters: 20, ..ProptestConfig::default() });
        let all = prop::collection::vec(deeds(), 1..12);
        runner
            .run(&all, |deeds| {
                runtime.block_on(async {
                    let ground = Ground::new();
                    let place = ground.both()[engine].clone();
                    let served = ground.serve(&place).await;
                    for deed in deeds {
                        done(&ground, &served, deed).await;
                    }
                    let in_force = served.pdp.in_force().await.unwrap();
                    prop_assert_eq!(&served.rebuilt(7).await, &*in_force);
                    let other = Pdp::over(
                        std::sync::Arc::new(store::SqlStore::open(&place).await.unwrap()),
                        ground.clock.clone(),
                    );
                    prop_assert_eq!(&*other.in_force().await.unwrap(), &*in_force);
                    prop_assert!(
                        ground.clock.now() >= "2026-06-15T12:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
                    );
                    Ok(())
                })
            })
            .unwrap();
    }
}
