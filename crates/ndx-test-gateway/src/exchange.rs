//! The gateway, opened: with its real judges, or before judges of the test's own.

use std::{path::Path, sync::Arc, time::Duration};

use audit_service::{
    Audit, Role,
    store::{RecordEntry, RecordFilter},
};
use chrono::TimeDelta;
use consent_engine::{Config as ConsentConfig, Decision, Engine};
use ndx_auth::ServiceVerifier;
use ndx_clock::SystemClock;
use ndx_config::Exchange as Configuration;
use ndx_contracts::{FieldRef, Subject};
use ndx_store::{Place, RootKey};
use orchestration_engine::{
    registry::SchemaRegistry,
    server,
    state::{Gateway, Judges, LiveGateway},
};
use policy_decision_point::Pdp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    country::{APPLICATION, Country},
    issuer::Issuer,
    register::Register,
    reply::Reply,
    server::Served,
};

/// A gateway that can be asked over HTTP.
pub struct Exchange {
    /// Where it is asked.
    pub url: String,
    issuer: Issuer,
    client: reqwest::Client,
    registers: Vec<(String, Register)>,
    own: Option<OwnJudges>,
    configuration: Configuration,
    registry: Arc<SchemaRegistry>,
    _gateway: Served,
    _others: Vec<Served>,
    _folder: TempDir,
}

/// Judges that are real and in this process.
struct OwnJudges {
    consent: Arc<Engine>,
    audit: Arc<Audit>,
}

impl std::fmt::Debug for Exchange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Exchange({})", self.url)
    }
}

impl Exchange {
    /// Opens `country` with real judges: policy, consent and audit in a folder of their own.
    pub(crate) async fn open(country: Country) -> Self {
        let (country, issuer, others) = serve(country).await;
        let configuration = country.configuration();
        country.write_policies(&configuration);
        let (judges, own) = judges(&configuration, country.folder.path()).await;
        Self::behind(country, issuer, others, configuration, judges, Some(own)).await
    }

    /// Opens `country` before `judges`.
    pub async fn open_before(country: Country, judges: Judges) -> Self {
        let (country, issuer, others) = serve(country).await;
        let configuration = country.configuration();
        Self::behind(country, issuer, others, configuration, judges, None).await
    }

    async fn behind(
        country: Country,
        issuer: Issuer,
        others: Vec<Served>,
        configuration: Configuration,
        judges: Judges,
        own: Option<OwnJudges>,
    ) -> Self {
        let clock = SystemClock::shared();
        let gateway = Gateway::new(&configuration, judges, clock.clone()).unwrap_or_else(|error| panic!("{error}"));
        let callers = Arc::new(ServiceVerifier::by_certificate("gateway", [], clock));
        let (live, place) = (Arc::new(LiveGateway::new(gateway)), Place::Folder(country.folder.path().to_owned()));
        let registry = SchemaRegistry::open(&place, live).await.unwrap();
        let served = Served::router(server::router(Arc::clone(&registry), callers)).await;
        Self {
            url: format!("http://{}/public/graphql", served.address),
            issuer,
            client: ndx_service::outbound::client(Duration::from_secs(20)).unwrap(),
            registers: country.registers,
            own,
            configuration,
            registry,
            _gateway: served,
            _others: others,
            _folder: country.folder,
        }
    }

    /// The versions of its consumer schema.
    pub fn registry(&self) -> &SchemaRegistry {
        &self.registry
    }

    /// The configuration that it was opened with.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// The register that keeps to this schema.
    pub fn register(&self, schema_id: &str) -> &Register {
        let found = self.registers.iter().find(|(id, _)| id == schema_id);
        &found.unwrap_or_else(|| panic!("no register `{schema_id}`")).1
    }

    /// What all registers were asked, in order, each line with its schema in front: `civil-v1 citizen(nic: "1").name`.
    pub fn asked(&self) -> Vec<String> {
        let lines = |(id, register): &(String, Register)| {
            register.asked().into_iter().map(|line| format!("{id} {line}")).collect::<Vec<_>>()
        };
        self.registers.iter().flat_map(lines).collect()
    }

    /// Asks.
    pub async fn ask(&self, query: &str) -> Reply {
        self.ask_all(json!({"query": query})).await
    }

    /// Asks, with values for the operation's variables.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Reply {
        self.ask_all(json!({"query": query, "variables": variables})).await
    }

    /// Asks, with a whole body.
    pub async fn ask_all(&self, body: Value) -> Reply {
        self.send(APPLICATION, body.to_string(), &[]).await
    }

    /// Sends `body` as `application`, with more headers.
    pub async fn send(&self, application: &str, body: String, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.post(&self.url).bearer_auth(self.token(application)).body(body);
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        received(request).await
    }

    /// Asks by GET, with these parameters.
    pub async fn get(&self, parameters: &[(&str, &str)]) -> Reply {
        received(self.client.get(&self.url).query(parameters).bearer_auth(self.token(APPLICATION))).await
    }

    /// A token of `application`.
    pub fn token(&self, application: &str) -> String {
        self.issuer.token(application)
    }

    /// The person shares these fields of what she is asked for, and declines the others.
    pub async fn shares(&self, nic: &str, fields: &[FieldRef]) {
        let length = TimeDelta::days(7);
        self.decides(nic, Decision::Share { optional: fields.to_vec(), length }).await;
    }

    /// The person says no to what she is asked for.
    pub async fn denies(&self, nic: &str) {
        self.decides(nic, Decision::Deny { unexpected: false }).await;
    }

    /// The person stops sharing.
    pub async fn stops(&self, nic: &str) {
        let (current, subject) = (self.consent().current(), Subject::from_canonical(nic));
        let consent = current.consents_of(&subject).await.unwrap().remove(0);
        current.stop(&subject, consent.id, &"test".into()).await.unwrap();
    }

    async fn decides(&self, nic: &str, decision: Decision) {
        let (current, subject) = (self.consent().current(), Subject::from_canonical(nic));
        let asked = current.consents_of(&subject).await.unwrap().remove(0);
        current.decide(&subject, asked.id, asked.consent.version, decision, None, &"test".into()).await.unwrap();
    }

    /// How many consents were ever asked of the person.
    pub async fn consents(&self, nic: &str) -> usize {
        self.consent().current().consents_of(&Subject::from_canonical(nic)).await.unwrap().len()
    }

    /// What was recorded, the oldest first.
    pub async fn records(&self) -> Vec<RecordEntry> {
        let filter = RecordFilter { limit: 1000, ..RecordFilter::default() };
        let mut records = self.own().audit.records(&filter).await.unwrap().logs;
        records.reverse();
        records
    }

    fn consent(&self) -> &Arc<Engine> {
        &self.own().consent
    }

    fn own(&self) -> &OwnJudges {
        self.own.as_ref().expect("the exchange stands before judges of the test's own")
    }
}

async fn received(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply { status, headers, text, body }
}

/// Serves the registers and the issuer, and tells the configuration where.
async fn serve(mut country: Country) -> (Country, Issuer, Vec<Served>) {
    let issuer = Issuer::new();
    let keys = Served::keys(issuer.keys()).await;
    country.config["jwt"]["jwksUrl"] = format!("http://{}/jwks", keys.address).into();
    let mut others = vec![keys];
    for (number, (id, register)) in
        country.registers.iter().enumerate().filter(|(_, (id, _))| !country.down.contains(id))
    {
        let served = Served::register(register.clone()).await;
        country.config["providers"][number]["providerUrl"] = format!("http://{}/graphql", served.address).into();
        if let Some(scopes) = country.with_tokens.get(id) {
            country.config["providers"][number]["auth"] = json!({
                "type": "oauth2", "tokenUrl": format!("http://{}/token", served.address), "clientId": "gateway",
                "clientSecret": {"from_file": "sandbox/secrets/consent-portal-secret"}, "scopes": scopes,
            });
        }
        others.push(served);
    }
    (country, issuer, others)
}

async fn judges(configuration: &Configuration, folder: &Path) -> (Judges, OwnJudges) {
    let clock = SystemClock::shared();
    let place = Place::Folder(folder.to_owned());
    let root_key = RootKey::read_or_make(&folder.join("root.key")).unwrap();
    let policy = Pdp::open(&configuration.policy, &place, clock.clone()).await.unwrap();
    let config = ConsentConfig::of(configuration).unwrap();
    let consent = Engine::open(config, &place, &root_key, clock.clone()).await.unwrap();
    let audit = Audit::open(&place, &root_key, clock, Role::Alone).await.unwrap();
    (Judges { policy, consent: consent.clone(), audit: audit.clone() }, OwnJudges { consent, audit })
}
