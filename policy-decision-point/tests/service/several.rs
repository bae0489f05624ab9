//! Several processes over one store, and a store that is gone.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use ndx_clock::ManualClock;
use ndx_contracts::{
    JudgeError,
    policy::{DenyReason, Effect, PolicyDecisionPoint as _},
};
use ndx_store::StoreError;
use policy_decision_point::{
    Pdp,
    history::{Author, Recorded},
    policy::Action,
    store::{PolicyStore, SqlStore},
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::ground::{Ground, question};

fn is_unavailable<T: std::fmt::Debug>(answer: &Result<T, JudgeError>) -> bool {
    matches!(answer, Err(JudgeError::Unavailable { judge: "policy", .. }))
}

#[tokio::test]
async fn f6_a_grant_that_is_removed_through_one_is_refused_by_the_other_within_a_second() {
    let ground = Ground::new();
    for place in ground.both() {
        let (one, other) = (ground.serve(&place).await, ground.open(&place).await);
        let asked = question(&["person.fullName"]);
        let before = other.decide(&asked).await.unwrap();
        assert!(matches!(before.fields[0].effect, Effect::PermitWithConsent { .. }));

        let record = one.record("drp-schema-v1", "person.fullName").await;
        let path = format!("/api/v1/policy/metadata/{}/allowlist/passport-app", record["id"].as_str().unwrap());
        assert_eq!(one.delete(&path).await, 204);
        let here = one.pdp.decide(&asked).await.unwrap();
        assert_eq!(here.fields[0].effect, Effect::Deny { reason: DenyReason::NotGranted }, "at once where it was done");
        ground.clock.advance(TimeDelta::seconds(1));
        let there = other.decide(&asked).await.unwrap();
        assert_eq!(there.fields[0].effect, Effect::Deny { reason: DenyReason::NotGranted });
        assert_eq!(there.policy_version, here.policy_version);
    }
}

#[tokio::test]
async fn changes_through_two_processes_lose_nothing_and_leave_no_gap() {
    let ground = Ground::new();
    for place in ground.both() {
        let both = [ground.serve(&place).await, ground.serve(&place).await];
        let before = both[0].pdp.in_force().await.unwrap().version();
        let allow = |number: usize| {
            let served = &both[number % 2];
            async move {
                let field = json!({"schemaId": "drp-schema-v1", "fieldName": "person.photo"});
                let request = json!({
                    "applicationId": format!("app-{number}"), "records": [field], "grantDuration": "30d", "purpose": "p",
                });
                let (status, body) = served.post("/api/v1/policy/update-allowlist", request).await;
                assert_eq!(status, 200, "{body}");
            }
        };
        futures::future::join_all((0..40).map(allow)).await;
        ground.clock.advance(TimeDelta::seconds(1));
        let rebuilt = both[0].rebuilt(16).await;
        assert_eq!(rebuilt.version(), before + 40);
        let record = both[1].record("drp-schema-v1", "person.photo").await;
        assert_eq!(record["allowList"].as_object().unwrap().len(), 40);
        for served in &both {
            assert_eq!(*served.pdp.in_force().await.unwrap(), rebuilt);
        }
    }
}

#[tokio::test]
async fn many_start_on_one_empty_store_and_seed_it_once() {
    let ground = Ground::new();
    let place = ground.postgres();
    let all = futures::future::join_all((0..4).map(|_| ground.open(&place))).await;
    let first = all[0].in_force().await.unwrap();
    assert_eq!(first.version(), u64::try_from(first.set().fields.len() + first.set().grants.len()).unwrap());
    ground.clock.advance(TimeDelta::seconds(1));
    for pdp in all {
        assert_eq!(pdp.in_force().await.unwrap(), first);
    }
}

#[tokio::test]
async fn f1_a_store_that_is_gone_is_no_answer_until_it_is_back() {
    let ground = Ground::new();
    let served = ground.serve(&ground.postgres()).await;
    assert!(served.pdp.decide(&question(&["person.fullName"])).await.is_ok());
    ground.database.shut_out();
    ground.clock.advance(TimeDelta::seconds(1));
    let answer = served.pdp.decide(&question(&["person.fullName"])).await;
    assert!(is_unavailable(&answer), "{answer:?}");
    let asked = json!({"applicationId": "passport-app", "requiredFields": []});
    let (status, body) = served.post("/api/v1/policy/decide", asked).await;
    assert_eq!((status, &body["code"]), (503, &json!("PDP_UNAVAILABLE")));
    let (status, body) = served.post("/api/v1/policy/metadata", json!({"schemaId": "s", "records": []})).await;
    assert_eq!((status, &body["code"]), (503, &json!("PDP_UNAVAILABLE")));
    let text = body["error"].as_str().unwrap();
    assert!(!text.contains("127.0.0.1") && !text.contains("postgres"), "{text}");
    ground.database.let_in();
    assert!(served.pdp.decide(&question(&["person.fullName"])).await.is_ok());
}

/// A real store that counts, waits and fails as it is told.
#[derive(Debug)]
struct Watched {
    store: SqlStore,
    looks: AtomicUsize,
    fails: AtomicBool,
    /// A look takes one of these; there are enough unless a test takes them away.
    open: Semaphore,
}

#[async_trait]
impl PolicyStore for Watched {
    async fn close(&self) {}

    async fn newest(&self) -> Result<u64, StoreError> {
        self.looks.fetch_add(1, Ordering::SeqCst);
        drop(self.open.acquire().await);
        if self.fails.load(Ordering::SeqCst) {
            return Err(StoreError::Corrupt("it fails as it was told".to_owned()));
        }
        self.store.newest().await
    }

    async fn after(&self, number: u64, most: u32) -> Result<Vec<Recorded>, StoreError> {
        self.store.after(number, most).await
    }

    async fn append(
        &self,
        newest: u64,
        actions: Vec<Action>,
        by: &Author,
        at: DateTime<Utc>,
    ) -> Result<Option<Vec<Recorded>>, StoreError> {
        self.store.append(newest, actions, by, at).await
    }
}

async fn watched(ground: &Ground) -> (Arc<Watched>, Arc<Pdp>) {
    let place = &ground.both()[0];
    ground.open(place).await;
    let store = SqlStore::open(place).await.unwrap();
    let open = Semaphore::new(1000);
    let watched = Arc::new(Watched { store, looks: AtomicUsize::new(0), fails: AtomicBool::new(false), open });
    let clock: Arc<ManualClock> = ground.clock.clone();
    (watched.clone(), Pdp::over(watched, clock))
}

#[tokio::test]
async fn decisions_between_two_looks_ask_no_database() {
    let ground = Ground::new();
    let (store, pdp) = watched(&ground).await;
    let asked = question(&["person.fullName"]);
    let begun = Instant::now();
    for _ in 0..1000 {
        pdp.decide(&asked).await.unwrap();
    }
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    let looks = store.looks.load(Ordering::SeqCst);
    assert!(looks <= 1 + seconds, "{looks} looks in {seconds} s");
}

#[tokio::test]
async fn decisions_that_wait_share_one_look() {
    let ground = Ground::new();
    let (store, pdp) = watched(&ground).await;
    let nobody = store.open.acquire_many(1000).await.unwrap();
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let pdp = pdp.clone();
            tokio::spawn(async move { pdp.decide(&question(&["person.fullName"])).await })
        })
        .collect();
    while store.looks.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    drop(nobody);
    for one in waiting {
        assert!(one.await.unwrap().is_ok());
    }
    // On a machine so slow that the second passes meanwhile, there is a second look.
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!(store.looks.load(Ordering::SeqCst) <= 1 + seconds);
}

#[tokio::test]
async fn f1_decisions_that_wait_share_its_failure_and_the_next_looks_again() {
    let ground = Ground::new();
    let (store, pdp) = watched(&ground).await;
    assert!(pdp.decide(&question(&["person.fullName"])).await.is_ok());
    ground.clock.advance(TimeDelta::seconds(1));
    store.fails.store(true, Ordering::SeqCst);
    let nobody = store.open.acquire_many(1000).await.unwrap();
    store.looks.store(0, Ordering::SeqCst);
    let asked = question(&["person.fullName"]);
    let waiting = futures::future::join_all((0..50).map(|_| pdp.decide(&asked)));
    let release = async {
        while store.looks.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        drop(nobody);
    };
    let (answers, ()) = futures::future::join(waiting, release).await;
    assert!(answers.iter().all(is_unavailable), "no permit that nobody knows to hold still");
    assert_eq!(store.looks.load(Ordering::SeqCst), 1);
    store.fails.store(false, Ordering::SeqCst);
    assert!(pdp.decide(&asked).await.is_ok());
}

#[tokio::test]
async fn f2_a_store_that_hangs_is_cut_off() {
    let ground = Ground::new();
    let (store, pdp) = watched(&ground).await;
    let _nobody = store.open.acquire_many(1000).await.unwrap();
    let asked = question(&["person.fullName"]);
    let answer = tokio::time::timeout(Duration::from_secs(60), pdp.decide(&asked)).await.expect("it is cut off");
    assert!(is_unavailable(&answer), "{answer:?}");
}
