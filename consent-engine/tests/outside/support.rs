//! A running portal with Farajaland's configuration, Farajaland's identity provider beside it, and browsers in front.

use std::{path::Path, sync::Arc, time::Duration};

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair, KeySize},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::DateTime;
use consent_engine::{Config, Engine, server};
use jsonwebtoken::EncodingKey;
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::{Clock, ManualClock};
use ndx_contracts::{
    FieldRef, Need, Subject, TraceId,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, RequiredField},
};
use ndx_service::{listen, outbound};
use ndx_store::{Place, PostgresDatabase, RootKey};
use ndx_test_postgres::TestDatabase;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Row as _};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::beside::Beside;

pub use crate::browser::{Browser, Page};

pub const NAYANA: &str = "199512345678";
pub const REGINA: &str = "200012345679";

/// The fields of the passport application: what they are called, and whether they are needed.
pub const FIELDS: [(&str, &str, Need, &str, &str); 5] = [
    ("drp-schema-v1", "person.fullName", Need::Needed, "Full name", "As on your identity card"),
    ("drp-schema-v1", "person.permanentAddress", Need::Needed, "Home address", "Your registered address"),
    ("abc-212", "getPersonInfo.brNo", Need::Needed, "Birth certificate number", "The number on your certificate"),
    ("drp-schema-v1", "person.profession", Need::Optional, "Profession", "As you registered it"),
    ("abc-212", "getPersonInfo.sex", Need::Optional, "Sex, as registered", "As on your birth certificate"),
];

/// On which engine a ledger is kept.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

/// Runs each test, a function of the engine, on both.
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod on_sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::On::Sqlite).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::On::Postgres).await;
            })*
        }
    };
}
pub(crate) use on_both_engines;

/// A ledger of its own, with a clock that stands still.
pub struct Ledger {
    pub engine: Arc<Engine>,
    pub clock: Arc<ManualClock>,
    pub folder: TempDir,
    pub database: Option<TestDatabase>,
}

/// 10:30 in the morning of 21 November 2026 in Farajaland.
pub fn clock() -> Arc<ManualClock> {
    ManualClock::at("2026-11-21T05:00:00Z".parse::<DateTime<chrono::Utc>>().unwrap())
}

/// Farajaland's configuration, with the addresses of the portal and of the identity provider changed.
pub fn config(portal: &str, provider: &str) -> Config {
    config_with(portal, provider, |text| text)
}

/// The same, changed once more.
pub fn config_with(portal: &str, provider: &str, change: impl FnOnce(String) -> String) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let moved = |text: String| change(text.replace("127.0.0.1:8081", portal).replace("127.0.0.1:8090", provider));
    Config::of(&ndx_config::load(&file, moved).unwrap()).unwrap()
}

pub async fn ledger() -> Ledger {
    ledger_on(On::Sqlite).await
}

pub async fn ledger_on(on: On) -> Ledger {
    ledger_with(on, config("127.0.0.1:8081", "127.0.0.1:8090"), clock()).await
}

pub async fn ledger_with(on: On, config: Config, clock: Arc<ManualClock>) -> Ledger {
    ledger_in(tempfile::tempdir().unwrap(), on, config, clock).await
}

/// The same, with its files in memory where the system has a place for that: nothing waits for a disk.
pub async fn ledger_in_memory(on: On) -> Ledger {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    ledger_in(folder.unwrap(), on, config("127.0.0.1:8081", "127.0.0.1:8090"), clock()).await
}

async fn ledger_in(folder: TempDir, on: On, config: Config, clock: Arc<ManualClock>) -> Ledger {
    let database = matches!(on, On::Postgres).then(TestDatabase::new);
    let place = place(&folder, database.as_ref());
    let engine = Engine::open(config, &place, &root_key(&folder), clock.clone()).await.unwrap();
    let ledger = Ledger { engine, clock, folder, database };
    ledger.tell_the_database_the_time();
    ledger
}

fn place(folder: &TempDir, database: Option<&TestDatabase>) -> Place {
    match database {
        Some(database) => Place::Postgres(PostgresDatabase::new(database.url(), None)),
        None => Place::Folder(folder.path().to_owned()),
    }
}

fn root_key(folder: &TempDir) -> RootKey {
    RootKey::read_or_make(&folder.path().join("root.key")).unwrap()
}

pub fn subject(nic: &str) -> Subject {
    Subject::from_canonical(nic)
}

pub fn trace() -> TraceId {
    TraceId::new("4bf92f3577b34da6a3ce929d0e0e4736")
}

/// The field number `index` of [`FIELDS`].
pub fn field(index: usize) -> FieldRef {
    FieldRef::new(FIELDS[index].0, FIELDS[index].1)
}

/// What the fields of [`FIELDS`] are called in Sinhala and Tamil.
const TRANSLATED: [(&str, &str); 5] = [
    ("සම්පූර්ණ නම", "முழுப் பெயர்"),
    ("නිවසේ ලිපිනය", "வீட்டு முகவரி"),
    ("උප්පැන්න සහතික අංකය", "பிறப்புச் சான்றிதழ் இலக்கம்"),
    ("රැකියාව", "தொழில்"),
    ("ස්ත්‍රී පුරුෂ භාවය", "பால்"),
];

/// What the passport application requires of a person, by the numbers of [`FIELDS`].
pub fn requirement(nic: &str, fields: &[usize]) -> ConsentRequirement {
    let required = |index: &usize| {
        let (_, _, need, name, description) = FIELDS[*index];
        RequiredField {
            field: field(*index),
            need,
            display_name: [("en", name), ("si", TRANSLATED[*index].0), ("ta", TRANSLATED[*index].1)]
                .into_iter()
                .collect(),
            description: Some(description.into()),
            sensitive: false,
        }
    };
    ConsentRequirement {
        application: "passport-app".into(),
        purpose: "passport-application".into(),
        subject: subject(nic),
        fields: fields.iter().map(required).collect(),
        reference: None,
        trace_id: trace(),
    }
}

impl Ledger {
    /// Where it lies.
    pub fn place(&self) -> Place {
        place(&self.folder, self.database.as_ref())
    }

    /// The key that wraps its keys.
    pub fn root_key(&self) -> RootKey {
        root_key(&self.folder)
    }

    /// Another engine on the same ledger.
    pub async fn another(&self) -> Arc<Engine> {
        let config = config("127.0.0.1:8081", "127.0.0.1:8090");
        Engine::open(config, &self.place(), &self.root_key(), self.clock.clone()).await.unwrap()
    }

    /// Runs SQL in the ledger's tables behind the engine's back; what the first column of its rows holds, as text.
    pub async fn sql(&self, statement: &str) -> Vec<String> {
        self.try_sql(statement).await.unwrap()
    }

    /// The same, when it is refused.
    pub async fn try_sql(&self, statement: &str) -> Result<Vec<String>, sqlx::Error> {
        let url = match &self.database {
            None => format!("sqlite://{}", self.folder.path().join("consent.db").display()),
            Some(database) => format!("{}?options[search_path]=ndx_consent", database.url()),
        };
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(statement.to_owned())).fetch_all(&mut connection).await;
        connection.close().await.unwrap();
        Ok(rows?.iter().map(|row| row.get(0)).collect())
    }

    /// The time in so many seconds, as JSON writes it.
    pub fn clock_at(&self, seconds: i64) -> String {
        (self.clock.now() + chrono::TimeDelta::seconds(seconds)).to_rfc3339()
    }

    pub async fn require(&self, nic: &str, fields: &[usize]) -> ConsentAnswer {
        self.engine.require(&requirement(nic, fields)).await.unwrap()
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.advance(chrono::TimeDelta::seconds(seconds));
        self.tell_the_database_the_time();
    }

    /// On PostgreSQL the ledger goes by the database's clock: it is set to this one.
    fn tell_the_database_the_time(&self) {
        if let Some(database) = &self.database {
            let millis = self.clock.now().timestamp_millis();
            database.sql(&format!(
                "CREATE OR REPLACE FUNCTION ndx_consent.ledger_time() RETURNS BIGINT LANGUAGE sql VOLATILE AS \
                 $$ SELECT {millis}::BIGINT $$"
            ));
        }
    }
}

/// The portal, running.
pub struct Portal {
    pub ledger: Ledger,
    pub url: String,
    pub gateway: ServiceKey,
    /// What the services know that the pages ask.
    pub beside: Arc<Beside>,
}

/// Starts the portal and Farajaland's identity provider on ports of their own.
pub async fn portal() -> Portal {
    portal_on(On::Sqlite).await
}

pub async fn portal_on(on: On) -> Portal {
    portal_with(on, |text| text).await
}

/// The same with a changed configuration.
pub async fn portal_with(on: On, change: impl FnOnce(String) -> String) -> Portal {
    let clock = clock();
    let portal = listen::bind_loopback("consent", 0).await.unwrap();
    let provider = listen::bind_loopback("fudi", 0).await.unwrap();
    let provider_address = address(&provider);
    identity_provider(provider, &address(&portal), clock.clone());
    let config = config_with(&address(&portal), &provider_address, change);
    portal_of(on, portal, config, clock).await
}

/// Starts the portal on `listener`, with the identity provider at this address.
pub async fn portal_beside(on: On, listener: TcpListener, provider: &str, clock: Arc<ManualClock>) -> Portal {
    let config = config(&address(&listener), provider);
    portal_of(on, listener, config, clock).await
}

async fn portal_of(on: On, listener: TcpListener, config: Config, clock: Arc<ManualClock>) -> Portal {
    let address = address(&listener);
    let ledger = ledger_with(on, config, clock.clone()).await;
    let key_file = ledger.folder.path().join("gateway.key");
    let gateway = ServiceKey::read_or_make("gateway", &key_file, clock.clone()).unwrap();
    let verifier = Arc::new(ServiceVerifier::new("consent", [("gateway", gateway.public())], clock));
    let beside = Arc::new(Beside::default());
    let router = server::router(Arc::clone(&ledger.engine), verifier, beside.neighbours()).unwrap();
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
    Portal { ledger, url: format!("http://{address}"), gateway, beside }
}

pub fn address(listener: &TcpListener) -> String {
    listener.local_addr().unwrap().to_string()
}

fn identity_provider(listener: TcpListener, portal: &str, clock: Arc<ManualClock>) {
    let sandbox = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox");
    let read = |name: &str| std::fs::read_to_string(sandbox.join(name)).unwrap();
    let config = fudi::Config {
        issuer: Url::parse(&format!("http://{}", address(&listener))).unwrap(),
        people: serde_json::from_str(&read("people.json")).unwrap(),
        clients: serde_json::from_str(&read("clients.json").replace("127.0.0.1:8081", portal)).unwrap(),
    };
    let router = fudi::router(config, clock as Arc<dyn Clock>).unwrap();
    tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
}

impl Portal {
    pub fn browser(&self) -> Browser {
        let client = outbound::builder(Duration::from_secs(5)).cookie_store(true).build().unwrap();
        Browser { client, url: self.url.clone() }
    }

    /// A browser of Nayana's that shows what it is sent as it came, packed or not.
    pub async fn unpacked(&self) -> Browser {
        let client = outbound::builder(Duration::from_secs(5)).cookie_store(true).no_gzip().build().unwrap();
        let browser = Browser { client, url: self.url.clone() };
        browser.sign_in("nayana", "/my").await;
        browser
    }

    /// A browser in which `user` has signed in.
    pub async fn signed_in(&self, user: &str) -> Browser {
        let browser = self.browser();
        let back = browser.sign_in(user, "/my").await;
        assert_eq!(back.location.as_deref(), Some("/my"), "{}", back.html);
        browser
    }

    /// A browser of Nayana's, with a request of the passport application for `fields` open.
    pub async fn asked(&self, fields: &[usize]) -> (Browser, String) {
        let answer = self.ledger.require(NAYANA, fields).await;
        (self.signed_in("nayana").await, format!("/c/{}", answer.consent_id))
    }
}

/// A new RSA key.
pub fn key() -> EncodingKey {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = STANDARD.encode(pair.as_der().unwrap().as_ref());
    let lines: Vec<&str> = der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    const LABEL: &str = "PRIVATE KEY";
    let pem = format!("-----BEGIN {LABEL}-----\n{}\n-----END {LABEL}-----\n", lines.join("\n"));
    EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
}
