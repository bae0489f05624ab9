//! A gateway over HTTP on a store of the test's own, and versions to give it.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::SystemClock;
use ndx_config::Exchange;
use ndx_remote::{Proof, RemoteAuditLog, RemoteConsentEngine, RemotePolicyDecisionPoint, RemoteService};
use ndx_service::{listen, outbound};
use ndx_store::{Place, PostgresDatabase};
use ndx_test_postgres::TestDatabase;
use orchestration_engine::{
    registry::SchemaRegistry,
    server,
    state::{Gateway, Judges, LiveGateway},
};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::{CancellationToken, DropGuard};

pub struct Ground {
    folder: TempDir,
    pub database: TestDatabase,
}

pub struct Served {
    url: String,
    key: ServiceKey,
    pub registry: Arc<SchemaRegistry>,
    client: reqwest::Client,
    _stop: DropGuard,
}

pub fn exchange() -> Exchange {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    ndx_config::load(&file, |text| text).unwrap()
}

pub fn file() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/schema.graphql")).unwrap()
}

/// The file's schema without the field `sex`, which breaks questions.
pub fn without_sex() -> String {
    let is_it = |line: &&str| line.trim_start().starts_with("sex:") || line.contains("Sex, as registered at birth.");
    file().lines().filter(|line| !is_it(line)).collect::<Vec<_>>().join("\n")
}

/// The file's schema with one more field.
pub fn with_photo() -> String {
    let photo =
        r#"photo: String @sourceInfo(providerKey: "drp", schemaId: "drp-schema-v1", providerField: "person.photo")"#;
    file().replacen("type PersonInfo {", &format!("type PersonInfo {{\n  {photo}"), 1)
}

impl Ground {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: TestDatabase::new() }
    }

    pub fn postgres(&self) -> Place {
        Place::Postgres(PostgresDatabase::new(self.database.url(), None))
    }

    pub fn both(&self) -> [Place; 2] {
        [Place::Folder(self.folder.path().to_owned()), self.postgres()]
    }

    /// A gateway whose judges are not there: nobody is asked in these tests.
    pub fn gateway(&self, exchange: &Exchange) -> Gateway {
        let key = ServiceKey::read_or_make("gateway", &self.folder.path().join("key"), SystemClock::shared()).unwrap();
        let http = outbound::client(Duration::from_secs(1)).unwrap();
        let nowhere = |name| {
            let url = "http://127.0.0.1:1".parse().unwrap();
            RemoteService::new(name, name, url, http.clone(), Proof::Token(key.clone()))
        };
        let judges = Judges {
            policy: Arc::new(RemotePolicyDecisionPoint(nowhere("policy"))),
            consent: Arc::new(RemoteConsentEngine(nowhere("consent"))),
            audit: Arc::new(RemoteAuditLog(nowhere("audit"))),
        };
        Gateway::new(exchange, judges, SystemClock::shared()).unwrap()
    }

    pub async fn serve(&self, place: &Place) -> Served {
        self.serve_with(place, &exchange()).await
    }

    pub async fn serve_with(&self, place: &Place, exchange: &Exchange) -> Served {
        let live = Arc::new(LiveGateway::new(self.gateway(exchange)));
        let registry = SchemaRegistry::open(place, live).await.unwrap();
        let clock = SystemClock::shared();
        let key = ServiceKey::read_or_make("gateway", &self.folder.path().join("key"), clock.clone()).unwrap();
        let callers = ServiceVerifier::new("gateway", [(key.name(), key.public())], clock);
        let router = server::router(Arc::clone(&registry), Arc::new(callers));
        let listener = listen::bind_loopback("gateway", 0).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(listen::serve(listener, router, stop.clone()));
        let client = outbound::client(Duration::from_secs(30)).unwrap();
        Served { url, key, registry, client, _stop: stop.drop_guard() }
    }
}

impl Served {
    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.url));
        let request = request.bearer_auth(self.key.token_for("gateway").unwrap());
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn make(&self, version: &str, sdl: &str) -> Value {
        let body = json!({"version": version, "sdl": sdl, "created_by": "Kumari"});
        let (status, made) = self.post("/sdl", body).await;
        assert_eq!(status, 200, "{made}");
        made
    }

    pub async fn activate(&self, version: &str) -> (u16, Value) {
        self.call(Method::POST, &format!("/sdl/versions/{version}/activate"), None).await
    }

    pub async fn accept(&self, version: &str) {
        let (status, body) =
            self.post(&format!("/sdl/versions/{version}/activate"), json!({"acceptBreaking": true})).await;
        assert_eq!(status, 200, "{body}");
    }

    pub async fn in_force(&self) -> String {
        self.call(Method::GET, "/sdl", None).await.1["sdl"].as_str().unwrap().to_owned()
    }

    /// The names of the versions; the one in force with a star.
    pub async fn versions(&self) -> Vec<String> {
        let (_, list) = self.call(Method::GET, "/sdl/versions", None).await;
        let name = |one: &Value| {
            let star = if one["is_active"] == true { "*" } else { "" };
            format!("{}{star}", one["version"].as_str().unwrap())
        };
        list.as_array().unwrap().iter().map(name).collect()
    }

    pub async fn public(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    pub async fn waits_for(&self, sdl: &str) {
        let begun = Instant::now();
        while self.in_force().await != sdl {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never follows");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
