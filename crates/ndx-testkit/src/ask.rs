//! Asks the gateway, and reads what it answers.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use crate::farajaland::Farajaland;

/// What the gateway answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it was sent.
    pub text: String,
    /// The body, parsed; null when it is not JSON.
    pub body: Value,
}

impl Reply {
    /// The codes of the errors, in order.
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("?")).collect()
    }

    /// A key of the first error's extensions.
    pub fn extension(&self, key: &str) -> &Value {
        &self.body["errors"][0]["extensions"][key]
    }

    /// The link at which the citizen answers.
    pub fn portal_url(&self) -> Url {
        self.extension("consentPortalUrl").as_str().unwrap_or_else(|| panic!("no link: {}", self.text)).parse().unwrap()
    }
}

impl Farajaland {
    /// An access token for an application.
    pub async fn token(&self, application: &str) -> String {
        let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
        let response = client
            .post(format!("{}/oauth2/token", self.url("fudi")))
            .basic_auth(application, Some(format!("{application}-sandbox")))
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .unwrap();
        let body: Value = response.json().await.unwrap();
        body["access_token"].as_str().unwrap_or_else(|| panic!("no token: {body}")).to_owned()
    }

    /// Asks as an application.
    pub async fn ask(&self, application: &str, query: &str) -> Reply {
        let token = self.token(application).await;
        self.ask_with(Some(&token), &json!({"query": query}).to_string(), &[]).await
    }

    /// Asks one of several gateways, with a token.
    pub async fn ask_at(&self, gateway: &str, token: &str, query: &str) -> Reply {
        send(&self.client(), gateway, Some(token), &json!({"query": query}).to_string(), &[]).await
    }

    /// Sends `body` to the gateway, with a token or none, and with more headers.
    pub async fn ask_with(&self, token: Option<&str>, body: &str, headers: &[(&str, &str)]) -> Reply {
        send(&self.client(), &self.url("gateway"), token, body, headers).await
    }
}

/// Sends `body` to a gateway over `client`, with a token or none, and with more headers.
pub async fn send(
    client: &reqwest::Client,
    gateway: &str,
    token: Option<&str>,
    body: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = client.post(format!("{gateway}/public/graphql")).body(body.to_owned());
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Reply { status, headers, text, body }
}
