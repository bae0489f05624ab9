//! I2 and I3: a judge that is missing, slow or confused is a refusal; nothing is fetched before INTENT, nothing leaves
//! before RELEASE. The whole line runs, with real tokens and a real provider that counts how often it is asked.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{Json, Router, routing::post};
use bytes::Bytes;
use http::{HeaderMap, header};
use ndx_clock::SystemClock;
use ndx_config::ProviderAuth;
use ndx_contracts::{
    FieldRef, JudgeError, Need,
    audit::{AuditEvent, AuditLog, AuditRecord},
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus, StandingConsent},
    policy::{Decision, DecisionRequest, Effect, FieldDecision, PolicyDecisionPoint},
};
use ndx_service::listen;
use orchestration_engine::{
    pipeline::{self, Incoming},
    request::Asked,
    response::Answer,
    state::{Gateway, Judges},
};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

/// What goes wrong with a judge, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    PolicyFails,
    PolicyHangs,
    PolicyConfused,
    ConsentFails,
    ConsentHangs,
    ConsentConfused,
    ConsentLimited,
    RecheckFails,
    RecheckHangs,
    IntentFails,
    IntentHangs,
    SecondIntentFails,
    ReleaseFails,
    ReleaseHangs,
}

struct Court {
    fault: Fault,
    records: Mutex<Vec<AuditRecord>>,
    /// How often the register was asked before each record.
    asked_before: Mutex<Vec<u32>>,
    asked: Arc<AtomicU32>,
}

fn failed() -> JudgeError {
    JudgeError::unavailable("a judge", std::io::Error::other("out of order"))
}

async fn hang<T>() -> T {
    std::future::pending().await
}

#[async_trait]
impl PolicyDecisionPoint for Court {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        match self.fault {
            Fault::PolicyFails => return Err(failed()),
            Fault::PolicyHangs => return hang().await,
            _ => {}
        }
        let effect = Effect::PermitWithConsent { need: Need::Needed };
        let decided =
            |field: &FieldRef| FieldDecision { field: field.clone(), effect, basis: None, determined_by: Vec::new() };
        let mut fields: Vec<_> = request.fields.iter().map(decided).collect();
        if self.fault == Fault::PolicyConfused {
            fields.pop();
        }
        Ok(Decision { policy_version: 1, fields })
    }
}

#[async_trait]
impl ConsentEngine for Court {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        match self.fault {
            Fault::ConsentFails => return Err(failed()),
            Fault::ConsentHangs => return hang().await,
            Fault::ConsentLimited => return Err(JudgeError::Limited { judge: "a judge", retry_after: 90 }),
            _ => {}
        }
        let mut covered: Vec<_> = requirement.fields.iter().map(|one| one.field.clone()).collect();
        if self.fault == Fault::ConsentConfused {
            covered.push(FieldRef::new("drp-schema-v1", "person.photo"));
        }
        Ok(ConsentAnswer {
            consent_id: Uuid::from_u128(1),
            version: 1,
            status: ConsentStatus::Approved,
            covered,
            missing: Vec::new(),
            declined: Vec::new(),
            portal_url: None,
            manage_url: None,
            expires_at: None,
        })
    }

    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        self.require(requirement).await.map(Some)
    }

    async fn withdrawn(&self, _: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        match self.fault {
            Fault::RecheckFails => Err(failed()),
            Fault::RecheckHangs => hang().await,
            _ => Ok(Vec::new()),
        }
    }
}

#[async_trait]
impl AuditLog for Court {
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError> {
        match (self.fault, &record.event) {
            (Fault::SecondIntentFails, AuditEvent::Intent { .. }) if !self.records.lock().unwrap().is_empty() => {
                return Err(failed());
            }
            (Fault::IntentFails, AuditEvent::Intent { .. }) | (Fault::ReleaseFails, AuditEvent::Release { .. }) => {
                return Err(failed());
            }
            (Fault::IntentHangs, AuditEvent::Intent { .. }) | (Fault::ReleaseHangs, AuditEvent::Release { .. }) => {
                return hang().await;
            }
            _ => {}
        }
        self.asked_before.lock().unwrap().push(self.asked.load(Ordering::SeqCst));
        self.records.lock().unwrap().push(record);
        Ok(())
    }
}

struct Scene {
    gateway: Gateway,
    court: Arc<Court>,
    asked: Arc<AtomicU32>,
    token: String,
    _stop: DropGuard,
}

/// A gateway before that court; one server plays the identity provider and the register.
async fn scene(fault: Fault) -> Scene {
    let listener = listen::bind_loopback("test", 0).await.unwrap();
    let address = listener.local_addr().unwrap();
    let people = r#"[{"user":"a","password":"b","totpSecret":"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP","nic":"199512345678","name":"A","email":"a@farajaland.example"}]"#;
    let clients = r#"[{"clientId":"passport-app","clientSecret":"s","name":"A","audience":"ndx","grants":["client_credentials"],"redirectUris":[]}]"#;
    let fudi = fudi::Config {
        issuer: format!("http://{address}").parse().unwrap(),
        people: serde_json::from_str(people).unwrap(),
        clients: serde_json::from_str(clients).unwrap(),
    };
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let register = move |body: String| {
        counter.fetch_add(1, Ordering::SeqCst);
        let stage = if body.contains("r1_getPersonInfo") {
            json!({"r1_getPersonInfo": {"name": "Malini Perera", "nic": MOTHER}})
        } else if body.contains("r0_getPersonInfo") {
            json!({"r0_getPersonInfo": {"motherNic": MOTHER, "nic": "199512345678"}})
        } else {
            json!({"r0_person": {"fullName": "Nayana Perera", "nic": "199512345678"}})
        };
        async move { Json(json!({"data": stage})) }
    };
    let router =
        Router::new().route("/graphql", post(register)).merge(fudi::router(fudi, SystemClock::shared()).unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(listen::serve(listener, router, stop.clone()));

    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let mut exchange = ndx_config::load(&file, |text| {
        text.replace("127.0.0.1:8090", &address.to_string())
            .replace("127.0.0.1:9090", &address.to_string())
            .replace("127.0.0.1:8080", &address.to_string())
            .replace("\"judgeTimeoutMs\": 2000", "\"judgeTimeoutMs\": 200")
    })
    .unwrap();
    exchange.providers.iter_mut().for_each(|provider| provider.auth = ProviderAuth::None);
    let court =
        Arc::new(Court { fault, records: Mutex::default(), asked_before: Mutex::default(), asked: asked.clone() });
    let judges = Judges { policy: court.clone(), consent: court.clone(), audit: court.clone() };
    let gateway = Gateway::new(&exchange, judges, SystemClock::shared()).unwrap();
    let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
    let request = client.post(format!("http://{address}/oauth2/token")).basic_auth("passport-app", Some("s"));
    let response = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
    let token = response.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned();
    Scene { gateway, court, asked, token, _stop: stop.drop_guard() }
}

impl Scene {
    async fn ask(&self, query: &str) -> (Answer, Value) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
        headers.insert(header::AUTHORIZATION, format!("Bearer {}", self.token).parse().unwrap());
        let body = Ok(Asked::Post(Bytes::from(json!({"query": query}).to_string())));
        let answer = pipeline::answer(
            &self.gateway,
            Incoming { begun: std::time::Instant::now(), headers, certificate: None, body, trace_id: "t".into() },
        )
        .await;
        let body = serde_json::from_str(&answer.body).unwrap();
        (answer, body)
    }

    /// Waits until this is recorded: where the record itself fails, the caller does not wait for the entry to be closed.
    async fn recorded(&self, events: &[&str]) {
        for _ in 0..100 {
            if self.events() == events {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(self.events(), events, "{:?}", self.court.fault);
    }

    fn events(&self) -> Vec<String> {
        let name = |record: &AuditRecord| serde_json::to_value(record).unwrap()["event"].as_str().unwrap().to_owned();
        self.court.records.lock().unwrap().iter().map(name).collect()
    }
}

const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName } }"#;

#[tokio::test]
async fn with_every_judge_in_order_the_answer_leaves_after_its_two_records() {
    let scene = scene(Fault::None).await;
    let (answer, body) = scene.ask(QUERY).await;
    assert_eq!(
        (answer.status.as_u16(), &body["data"]["personInfo"]["fullName"]),
        (200, &json!("Nayana Perera")),
        "{}",
        answer.body
    );
    assert_eq!(scene.events(), ["INTENT", "RELEASE"]);
    assert_eq!(scene.asked.load(Ordering::SeqCst), 1);
}

const MOTHER: &str = "196612345672";
const OF_HER_MOTHER: &str = r#"{ personInfo(nic: "199512345678") { mother { name } } }"#;

#[tokio::test]
async fn every_stage_has_its_intent_before_anybody_is_asked_in_it() {
    let scene = scene(Fault::None).await;
    let (_, body) = scene.ask(OF_HER_MOTHER).await;
    assert_eq!(body, json!({"data": {"personInfo": {"mother": {"name": "Malini Perera"}}}}));
    assert_eq!(scene.events(), ["INTENT", "INTENT", "RELEASE"]);
    assert_eq!(*scene.court.asked_before.lock().unwrap(), [0, 1, 2], "the register's requests before each");
    let records = scene.court.records.lock().unwrap().clone();
    let asked = |record: &AuditRecord| match &record.event {
        AuditEvent::Intent { fields } => {
            fields.iter().map(|one| format!("{} {} {}", one.root, one.field, one.outcome)).collect()
        }
        _ => Vec::new(),
    };
    assert_eq!(asked(&records[0]), ["0:personInfo abc-212:getPersonInfo.motherNic asked"]);
    assert_eq!(asked(&records[1]), ["1:personInfo abc-212:getPersonInfo.name asked"]);
    let people = |record: &AuditRecord| {
        record.subjects.iter().map(|one| one.subject.as_ref().unwrap().expose().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(people(&records[0]), ["199512345678"]);
    assert_eq!(people(&records[1]), [MOTHER], "who was found stands in the record before she is asked");
    assert_eq!(people(&records[2]), ["199512345678", MOTHER]);
    assert!(records.iter().all(|record| record.request_id == records[0].request_id));
}

#[tokio::test]
async fn a_stage_whose_intent_cannot_be_written_asks_nobody_and_nothing_leaves() {
    let scene = scene(Fault::SecondIntentFails).await;
    let (answer, body) = scene.ask(OF_HER_MOTHER).await;
    assert_eq!(
        (answer.status.as_u16(), &body["errors"][0]["extensions"]["code"], body.get("data")),
        (503, &json!("AUDIT_UNAVAILABLE"), None)
    );
    scene.recorded(&["INTENT", "ABORTED"]).await;
    assert_eq!(scene.asked.load(Ordering::SeqCst), 1, "the first stage only");
}

#[tokio::test]
async fn f1_f2_f3_f5_f7_f8_a_judge_that_is_missing_slow_or_confused_is_a_refusal() {
    let before_anybody_is_asked: (&[&str], u32) = (&["REFUSED"], 0);
    for (fault, code, (records, fetches)) in [
        (Fault::PolicyFails, "PDP_UNAVAILABLE", before_anybody_is_asked),
        (Fault::PolicyHangs, "PDP_UNAVAILABLE", before_anybody_is_asked),
        (Fault::PolicyConfused, "PDP_UNAVAILABLE", before_anybody_is_asked),
        (Fault::ConsentFails, "CE_UNAVAILABLE", before_anybody_is_asked),
        (Fault::ConsentHangs, "CE_UNAVAILABLE", before_anybody_is_asked),
        (Fault::ConsentConfused, "CE_UNAVAILABLE", before_anybody_is_asked),
        (Fault::RecheckFails, "CE_UNAVAILABLE", (&["INTENT", "ABORTED"], 1)),
        (Fault::RecheckHangs, "CE_UNAVAILABLE", (&["INTENT", "ABORTED"], 1)),
        (Fault::IntentFails, "AUDIT_UNAVAILABLE", (&["ABORTED"], 0)),
        (Fault::IntentHangs, "AUDIT_UNAVAILABLE", (&["ABORTED"], 0)),
        (Fault::ReleaseFails, "AUDIT_UNAVAILABLE", (&["INTENT", "ABORTED"], 1)),
        (Fault::ReleaseHangs, "AUDIT_UNAVAILABLE", (&["INTENT", "ABORTED"], 1)),
    ] {
        let scene = scene(fault).await;
        let (answer, body) = scene.ask(QUERY).await;
        assert_eq!(
            (answer.status.as_u16(), &body["errors"][0]["extensions"]["code"]),
            (503, &json!(code)),
            "{fault:?}"
        );
        assert_eq!(body.get("data"), None, "{fault:?}");
        assert!(answer.headers.contains_key(header::RETRY_AFTER), "{fault:?}");
        assert!(!answer.body.contains("Nayana") && !answer.body.contains("out of order"), "{fault:?}: {}", answer.body);
        scene.recorded(records).await;
        assert_eq!(scene.asked.load(Ordering::SeqCst), fetches, "{fault:?}");
    }
}

#[tokio::test]
async fn c15_an_application_that_asks_people_too_often_hears_when_to_come_back_and_nothing_else() {
    let scene = scene(Fault::ConsentLimited).await;
    let (answer, body) = scene.ask(QUERY).await;
    let extensions = &body["errors"][0]["extensions"];
    assert_eq!(
        (answer.status.as_u16(), &extensions["code"], &extensions["retryAfter"], &extensions["retryable"]),
        (429, &json!("RATE_LIMITED"), &json!(90), &json!("after_delay"))
    );
    assert_eq!((body.get("data"), &answer.headers[header::RETRY_AFTER]), (None, &"90".parse().unwrap()));
    scene.recorded(&["REFUSED"]).await;
    assert_eq!(scene.asked.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn l5_an_identifier_that_is_used_as_an_alias_does_not_reach_the_record() {
    let scene = scene(Fault::None).await;
    let query = r#"{ _199512345678: personInfo(nic: "199512345678") { _199512345678: fullName } }"#;
    let (answer, _) = scene.ask(query).await;
    assert_eq!(answer.status.as_u16(), 200);
    for record in scene.court.records.lock().unwrap().iter() {
        let mut record = serde_json::to_value(record).unwrap();
        for subject in record["subjects"].as_array_mut().unwrap() {
            assert_eq!(subject["subject"].take(), "199512345678", "the person stands in its own place, to be sealed");
        }
        assert!(!record.to_string().contains("199512345678"), "{record}");
    }
}

#[tokio::test]
async fn type_names_alone_ask_nobody_and_say_nothing_of_anybody() {
    let scene = scene(Fault::None).await;
    let (_, body) = scene.ask(r#"{ personInfo(nic: "199512345678") { __typename } }"#).await;
    assert_eq!(body, json!({"data": {"personInfo": {"__typename": "PersonInfo"}}}));
    assert_eq!((scene.events().len(), scene.asked.load(Ordering::SeqCst)), (0, 0));
}
