//! A receiver that answers as a test wants it to, and the configuration that names it.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::support::address;
use axum::{Router, body::Bytes, extract::State, response::IntoResponse, routing::post};
use consent_engine::{Config, ledger::Event};
use ndx_service::listen;
use reqwest::StatusCode;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A receiver, and what it has heard.
#[derive(Clone, Default)]
pub struct Receiver {
    heard: Arc<Mutex<Vec<Event>>>,
    /// What it answers to whom: a status, or silence.
    pub answers: Arc<Mutex<BTreeMap<Uuid, Option<u16>>>>,
    /// What it answers to everybody else.
    pub usually: Arc<Mutex<Option<u16>>>,
    /// How long it thinks.
    pub pause: Arc<Mutex<Duration>>,
}

async fn hear(State(receiver): State<Receiver>, body: Bytes) -> impl IntoResponse {
    let event: Event = serde_json::from_slice(&body).unwrap();
    let id = event.id;
    receiver.heard.lock().unwrap().push(event);
    let pause = *receiver.pause.lock().unwrap();
    tokio::time::sleep(pause).await;
    let usually = *receiver.usually.lock().unwrap();
    match receiver.answers.lock().unwrap().get(&id).copied().unwrap_or(usually) {
        Some(status) => StatusCode::from_u16(status).unwrap(),
        None => StatusCode::NO_CONTENT,
    }
}

impl Receiver {
    /// One that listens, and its address.
    pub async fn listening() -> (Self, String) {
        let receiver = Self::default();
        let listener = listen::bind_loopback("receiver", 0).await.unwrap();
        let address = format!("http://{}/hooks", address(&listener));
        let router = Router::new().route("/hooks", post(hear)).with_state(receiver.clone());
        tokio::spawn(listen::serve(listener, router, CancellationToken::new()));
        (receiver, address)
    }

    /// What it has heard.
    pub fn events(&self) -> Vec<Event> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits until it has heard so many.
    pub async fn has_heard(&self, number: usize) -> Vec<Event> {
        for _ in 0..400 {
            if self.events().len() >= number {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        let events = self.events();
        assert_eq!(events.len(), number, "{events:?}");
        events
    }
}

/// Farajaland's configuration, where these applications are told at these addresses; `settings` are those of webhooks.
pub fn telling(receivers: &[(&str, &str)], settings: serde_json::Value) -> Config {
    let secrets = tempfile::tempdir().unwrap();
    let secret = secrets.path().join("secret");
    std::fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let changed = |text: String| {
        let mut config: serde_json::Value = serde_json::from_str(&text).unwrap();
        for (application, url) in receivers {
            let all = config["applications"].as_array_mut().unwrap();
            let one = all.iter_mut().find(|one| one["id"] == *application).unwrap();
            one["webhook"] = json!({"url": url, "secret": {"from_file": secret}});
        }
        config["consent"]["webhooks"] = settings;
        config["consent"]["webhooks"]["allowedNetworks"] = json!(["127.0.0.0/8"]);
        config.to_string()
    };
    Config::of(&ndx_config::load(&file, changed).unwrap()).unwrap()
}
