//! The service over HTTP, and a caller that it knows.

use std::{sync::Arc, time::Duration};

use audit_service::{Audit, server};
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::SystemClock;
use ndx_service::{listen, outbound};
use ndx_store::Place;
use reqwest::Method;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{Ground, NIC};

/// A running service.
pub struct Running {
    pub audit: Arc<Audit>,
    pub url: String,
    pub client: reqwest::Client,
    pub key: ServiceKey,
    /// The key of the consent engine.
    pub portal: ServiceKey,
    _stop: DropGuard,
}

impl Running {
    pub async fn start(ground: &Ground, place: &Place) -> Self {
        let clock = SystemClock::shared();
        let audit = ground.open(place).await;
        let key = ServiceKey::read_or_make("gateway", &ground.folder.path().join("key"), clock.clone()).unwrap();
        let portal =
            ServiceKey::read_or_make("consent", &ground.folder.path().join("portal-key"), clock.clone()).unwrap();
        let known = [(key.name(), key.public()), (portal.name(), portal.public())];
        let router = server::router(audit.clone(), Arc::new(ServiceVerifier::new("audit", known, clock)));
        let listener = listen::bind_loopback("audit", 0).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(listen::serve(listener, router, stop.clone()));
        let client = outbound::client(Duration::from_secs(20)).unwrap();
        Self { audit, url, client, key, portal, _stop: stop.drop_guard() }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let token = self.key.token_for("audit").unwrap();
        self.client.request(method, format!("{}{path}", self.url)).bearer_auth(token)
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        answer(self.request(Method::POST, path).json(body)).await
    }
}

/// The status, and the body as JSON; no body is `null`.
pub async fn answer(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert!(!text.contains(NIC), "no answer names the person: {text}");
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

pub fn is_problem(body: &Value, code: &str) {
    assert_eq!(body["code"], code, "{body}");
    assert!(body["error"].is_string() && body["details"].is_string(), "{body}");
}
