//! What every test stands on: the sandbox's policies, a store, and the running service.

use std::{path::Path, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::{Clock, ManualClock};
use ndx_config::PolicySeed;
use ndx_contracts::{FieldRef, policy::DecisionRequest};
use ndx_service::{listen, outbound};
use ndx_store::{Place, PostgresDatabase};
use ndx_test_postgres::TestDatabase;
use policy_decision_point::{
    Pdp,
    history::{Policies, Recorded},
    server,
};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A folder and a PostgreSQL database, both empty, and a clock that stands in the middle of 2026.
pub struct Ground {
    pub folder: TempDir,
    pub database: TestDatabase,
    pub clock: Arc<ManualClock>,
}

impl Ground {
    pub fn new() -> Self {
        let start: DateTime<Utc> = "2026-06-15T12:00:00Z".parse().unwrap();
        Self { folder: tempfile::tempdir().unwrap(), database: TestDatabase::new(), clock: ManualClock::at(start) }
    }

    pub fn postgres(&self) -> Place {
        Place::Postgres(PostgresDatabase::new(self.database.url(), None))
    }

    /// One place on either engine.
    pub fn both(&self) -> [Place; 2] {
        [Place::Folder(self.folder.path().to_owned()), self.postgres()]
    }

    pub async fn open(&self, place: &Place) -> Arc<Pdp> {
        Pdp::open(&seed(), place, self.clock.clone()).await.unwrap()
    }

    /// The service over `place`, with the sandbox's policies.
    pub async fn serve(&self, place: &Place) -> Served {
        self.serve_pdp(self.open(place).await).await
    }

    pub async fn serve_pdp(&self, pdp: Arc<Pdp>) -> Served {
        // Tokens have a clock of their own, so that they do not run out when a test moves the other.
        let clock = ManualClock::at(self.clock.now());
        let key = ServiceKey::read_or_make("gateway", &self.folder.path().join("key"), clock.clone()).unwrap();
        let portal =
            ServiceKey::read_or_make("consent", &self.folder.path().join("portal-key"), clock.clone()).unwrap();
        let known = [(key.name(), key.public()), (portal.name(), portal.public())];
        let router = server::router(pdp.clone(), Arc::new(ServiceVerifier::new("policy", known, clock)));
        let listener = listen::bind_loopback("policy", 0).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(listen::serve(listener, router, stop.clone()));
        let client = outbound::client(Duration::from_secs(30)).unwrap();
        Served { url, key, portal, pdp, client, _stop: stop.drop_guard() }
    }
}

/// The policies of the sandbox.
pub fn seed() -> PolicySeed {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    PolicySeed { fields: root.join("schema/policy-metadata.json"), grants: root.join("sandbox/grants.json") }
}

/// May `passport-app` see `fields` of the register of persons?
pub fn question(fields: &[&str]) -> DecisionRequest {
    DecisionRequest {
        application: "passport-app".into(),
        purpose: "passport-application".into(),
        fields: fields.iter().map(|name| FieldRef::new("drp-schema-v1", *name)).collect(),
        trace_id: "t".into(),
    }
}

/// A running service, and the key of one who may call it.
pub struct Served {
    pub url: String,
    pub key: ServiceKey,
    /// The key of the consent engine.
    pub portal: ServiceKey,
    pub pdp: Arc<Pdp>,
    pub client: reqwest::Client,
    _stop: DropGuard,
}

impl Served {
    /// Calls `path` as the gateway does.
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        self.call_as(&self.key, method, path, body).await
    }

    /// Calls `path` with this key.
    pub async fn call_as(&self, key: &ServiceKey, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(key.token_for("policy").unwrap());
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, None).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> u16 {
        self.call(Method::DELETE, path, None).await.0
    }

    /// The record of one field.
    pub async fn record(&self, schema: &str, field: &str) -> Value {
        let records = self.get(&format!("/api/v1/policy/metadata?schemaId={schema}")).await;
        let found = records["records"].as_array().unwrap().iter().find(|one| one["fieldName"] == field).cloned();
        found.unwrap_or_else(|| panic!("no record of {field}"))
    }

    /// What is in force as the history alone tells it, read in pages of `size`.
    pub async fn rebuilt(&self, size: usize) -> Policies {
        let mut policies = Policies::default();
        loop {
            let offset = policies.version();
            let page = self.get(&format!("/api/v1/policy/history?limit={size}&offset={offset}")).await;
            let actions: Vec<Recorded> = serde_json::from_value(page["actions"].clone()).unwrap();
            if actions.is_empty() {
                assert_eq!(page["total"], json!(offset));
                return policies;
            }
            for action in actions {
                policies.fold(action).expect("numbers follow each other");
            }
        }
    }
}
