//! Small requests of the runner's own: what it sets up, switches and checks.

use bytes::Bytes;
use http::{Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::Value;

/// A client for everything that runs here.
#[derive(Debug, Clone)]
pub struct Asker(Client<HttpConnector, Full<Bytes>>);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The beginning of the body, for a message.
    pub fn start(&self) -> String {
        let start = self.body.get(..self.body.len().min(600)).unwrap_or_default();
        format!("{} {}", self.status, String::from_utf8_lossy(start))
    }
}

impl Asker {
    pub fn new() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }

    /// Sends `body` as JSON; an empty one is left out.
    pub async fn send(&self, method: Method, url: &str, token: &str, body: String) -> anyhow::Result<Answer> {
        let mut request = Request::builder().method(method).uri(url);
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if !token.is_empty() {
            request = request.header(header::AUTHORIZATION, token);
        }
        let response = self.0.request(request.body(Full::new(Bytes::from(body)))?).await?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.into_body().collect().await?.to_bytes() })
    }

    pub async fn get(&self, url: &str) -> anyhow::Result<Value> {
        Ok(self.send(Method::GET, url, "", String::new()).await?.json())
    }

    pub async fn put(&self, url: &str, body: &Value) -> anyhow::Result<()> {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(Method::PUT, url, "", text).await?;
        anyhow::ensure!(answer.status == 204, "{url}: {}", answer.start());
        Ok(())
    }
}
