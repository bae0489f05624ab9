//! A ledger that fails: no answer is a refusal, said soon, and nothing is half written.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    beside::Beside,
    stepped::{AtEachStep, Step, Stepped},
    support::*,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use consent_engine::{Decision, Engine, EngineError, server, store::SqlStore};
use ndx_auth::ServiceVerifier;
use ndx_contracts::{
    JudgeError,
    consent::{ConsentEngine, StandingConsent},
};
use ndx_service::{listen, outbound};
use ndx_store::StoreError;
use reqwest::StatusCode;
use tokio_util::sync::CancellationToken;

fn share() -> Decision {
    Decision::Share { optional: Vec::new(), length: TimeDelta::days(7) }
}

#[tokio::test]
async fn f5_consent_store_down_is_no_answer_and_soon() {
    let ledger = ledger_on(On::Postgres).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await.unwrap();
    let standing = [StandingConsent { consent_id: id, fields: vec![field(0)] }];
    let database = ledger.database.as_ref().unwrap();
    database.shut_out();
    let began = Instant::now();
    let asked = ledger.engine.require(&requirement(NAYANA, &[0])).await;
    assert!(matches!(asked, Err(JudgeError::Unavailable { .. })), "what was shared a moment ago is not enough");
    assert!(matches!(ledger.engine.withdrawn(&standing).await, Err(JudgeError::Unavailable { .. })));
    let stopped = ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await;
    assert!(matches!(stopped, Err(EngineError::Store(_))));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    database.let_in();
    assert_eq!(ledger.engine.withdrawn(&standing).await.unwrap(), []);
    assert_eq!(ledger.require(NAYANA, &[0]).await.covered, [field(0)]);
}

#[tokio::test]
async fn f5_consent_store_down_is_503_for_services_and_a_page_for_people() {
    let portal = portal_on(On::Postgres).await;
    let browser = portal.signed_in("nayana").await;
    portal.ledger.database.as_ref().unwrap().shut_out();
    let client = portal.browser().client;
    let address = format!("{}/internal/api/v1/consents?appId=passport-app&ownerId={NAYANA}", portal.url);
    let answer = client.get(address).bearer_auth(portal.gateway.token_for("consent").unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers()["retry-after"], "5");
    let body: serde_json::Value = answer.json().await.unwrap();
    assert_eq!(body["error"]["code"], "CE_UNAVAILABLE");
    let page = browser.get("/my").await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "This is not working now"));
    portal.ledger.database.as_ref().unwrap().let_in();
    assert_eq!(browser.get("/my").await.h1(), "What you are sharing");
}

/// Lets so many steps of writing be done, and fails then.
#[derive(Debug)]
struct Failing(AtomicUsize);

#[async_trait]
impl AtEachStep for Failing {
    async fn at(&self, step: Step) -> Result<(), StoreError> {
        if step != Step::Write {
            return Ok(());
        }
        let taken = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| StoreError::Corrupt("the disk is full".to_owned()))
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_a_page_for_people() {
    let ledger = ledger().await;
    let inner = SqlStore::open(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap();
    let store = Arc::new(Stepped { inner, steps: Arc::new(Failing(AtomicUsize::new(usize::MAX))) });
    let listener = listen::bind_loopback("consent", 0).await.unwrap();
    let url = format!("http://{}", address(&listener));
    let engine = Engine::over(config(&address(&listener), "127.0.0.1:8090"), store, ledger.clock.clone());
    let nobody = Arc::new(ServiceVerifier::new("consent", [], ledger.clock.clone()));
    let router = server::router(engine, nobody, Arc::new(Beside::default()).neighbours()).unwrap();
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    let client = outbound::client(Duration::from_secs(5)).unwrap();
    let answer = client.get(format!("{url}/my")).header("cookie", "ndx-portal-session=bug").send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.headers().contains_key("content-security-policy"));
    let number = answer.headers()["x-trace-id"].to_str().unwrap().to_owned();
    let page = answer.text().await.unwrap();
    assert!(page.contains("Something went wrong") && page.contains(&number) && !page.contains("panics"), "{page}");
}

/// Begin, hold, time, count, append, commit: whichever of them fails, the ledger is as it was, and the next try succeeds.
async fn a_transaction_that_fails_at_any_step_has_written_nothing(on: On) {
    let ledger = ledger_on(on).await;
    let failing = Arc::new(Failing(AtomicUsize::new(usize::MAX)));
    let inner = SqlStore::open(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap();
    let store = Arc::new(Stepped { inner, steps: failing.clone() });
    let config = config("127.0.0.1:8081", "127.0.0.1:8090");
    let engine = Engine::over(config, store, ledger.clock.clone());
    for steps in 0..10 {
        failing.0.store(steps, Ordering::SeqCst);
        let asked = engine.require(&requirement(NAYANA, &[0])).await;
        assert!(matches!(asked, Err(JudgeError::Unavailable { .. })), "{steps}");
        assert!(ledger.engine.current().consents_of(&subject(NAYANA)).await.unwrap().is_empty(), "{steps}");
    }
    failing.0.store(usize::MAX, Ordering::SeqCst);
    let id = engine.require(&requirement(NAYANA, &[0])).await.unwrap().consent_id;
    for steps in 0..5 {
        failing.0.store(steps, Ordering::SeqCst);
        let decided = engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await;
        assert!(matches!(decided, Err(EngineError::Store(_))), "{steps}");
        assert_eq!(engine.require(&requirement(NAYANA, &[0])).await.unwrap().version, 1, "{steps}");
    }
    failing.0.store(usize::MAX, Ordering::SeqCst);
    engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await.unwrap();
    assert_eq!(engine.require(&requirement(NAYANA, &[0])).await.unwrap().version, 2);
}

on_both_engines! {
    a_transaction_that_fails_at_any_step_has_written_nothing,
}
