//! A ledger that fails: no answer is a refusal, said soon, and nothing is half written.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{beside::Beside, support::*};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use consent_engine::{
    Decision, Engine, EngineError, Recorded,
    ledger::Entry,
    server,
    store::{ConsentStore, Person, Session, SessionStore, SqlStore, Writing},
};
use ndx_auth::ServiceVerifier;
use ndx_contracts::{
    ApplicationId, JudgeError, Purpose, Subject,
    consent::{ConsentEngine, StandingConsent},
};
use ndx_service::{listen, outbound};
use ndx_store::{Keyring, StoreError};
use reqwest::StatusCode;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

fn share() -> Decision {
    Decision::Share { optional: Vec::new(), length: TimeDelta::days(7) }
}

#[tokio::test]
async fn f5_consent_store_down_is_no_answer_and_soon() {
    let ledger = ledger_on(On::Postgres).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(), &trace()).await.unwrap();
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

/// A store whose transactions fail after so many steps.
#[derive(Debug)]
struct Failing {
    inner: SqlStore,
    steps_left: Arc<AtomicUsize>,
}

struct FailingWriting {
    inner: Box<dyn Writing>,
    steps_left: Arc<AtomicUsize>,
}

fn step(left: &AtomicUsize) -> Result<(), StoreError> {
    let taken = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    taken.map(drop).map_err(|_| StoreError::Corrupt("the disk is full".to_owned()))
}

#[async_trait]
impl SessionStore for Failing {
    async fn begin_session(&self, person: &Person, now: DateTime<Utc>) -> Result<String, StoreError> {
        self.inner.begin_session(person, now).await
    }

    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
        assert_ne!(id, "bug", "the double panics for this session");
        self.inner.session(id, now).await
    }

    async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        self.inner.end_session(id).await
    }
}

#[async_trait]
impl ConsentStore for Failing {
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Arc<Recorded>>, StoreError> {
        self.inner.find(subject, application, purpose).await
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Arc<Recorded>>, StoreError> {
        self.inner.get(ids).await
    }

    async fn all_of(&self, subject: &Subject) -> Result<Vec<Recorded>, StoreError> {
        self.inner.all_of(subject).await
    }

    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool {
        self.inner.is_about(recorded, subject)
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        step(&self.steps_left)?;
        Ok(Box::new(FailingWriting { inner: self.inner.begin().await?, steps_left: Arc::clone(&self.steps_left) }))
    }

    fn keys(&self) -> &Keyring {
        self.inner.keys()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl Writing for FailingWriting {
    async fn hold(&mut self, id: Uuid) -> Result<Option<Recorded>, StoreError> {
        step(&self.steps_left)?;
        self.inner.hold(id).await
    }

    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
        at: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        step(&self.steps_left)?;
        self.inner.hold_or_make(subject, application, purpose, at).await
    }

    async fn append(&mut self, consent: Uuid, entry: &Entry) -> Result<(), StoreError> {
        step(&self.steps_left)?;
        self.inner.append(consent, entry).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        step(&self.steps_left)?;
        self.inner.commit().await
    }
}

#[tokio::test]
async fn a_handler_that_panics_is_a_page_for_people() {
    let ledger = ledger().await;
    let inner = SqlStore::open(&ledger.place(), &ledger.root_key()).await.unwrap();
    let store = Arc::new(Failing { inner, steps_left: Arc::new(AtomicUsize::new(usize::MAX)) });
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

/// Begin, hold, append, commit: whichever of them fails, the ledger is as it was, and the next try succeeds.
async fn a_transaction_that_fails_at_any_step_has_written_nothing(on: On) {
    let ledger = ledger_on(on).await;
    let steps_left = Arc::new(AtomicUsize::new(usize::MAX));
    let inner = SqlStore::open(&ledger.place(), &ledger.root_key()).await.unwrap();
    let store = Arc::new(Failing { inner, steps_left: Arc::clone(&steps_left) });
    let config = config("127.0.0.1:8081", "127.0.0.1:8090");
    let engine = Engine::over(config, store, ledger.clock.clone());
    for steps in 0..4 {
        steps_left.store(steps, Ordering::SeqCst);
        let asked = engine.require(&requirement(NAYANA, &[0])).await;
        assert!(matches!(asked, Err(JudgeError::Unavailable { .. })), "{steps}");
        assert!(ledger.engine.current().consents_of(&subject(NAYANA)).await.unwrap().is_empty(), "{steps}");
    }
    steps_left.store(usize::MAX, Ordering::SeqCst);
    let id = engine.require(&requirement(NAYANA, &[0])).await.unwrap().consent_id;
    for steps in 0..4 {
        steps_left.store(steps, Ordering::SeqCst);
        let decided = engine.current().decide(&subject(NAYANA), id, 1, share(), &trace()).await;
        assert!(matches!(decided, Err(EngineError::Store(_))), "{steps}");
        assert_eq!(engine.require(&requirement(NAYANA, &[0])).await.unwrap().version, 1, "{steps}");
    }
    steps_left.store(usize::MAX, Ordering::SeqCst);
    engine.current().decide(&subject(NAYANA), id, 1, share(), &trace()).await.unwrap();
    assert_eq!(engine.require(&requirement(NAYANA, &[0])).await.unwrap().version, 2);
}

on_both_engines! {
    a_transaction_that_fails_at_any_step_has_written_nothing,
}
