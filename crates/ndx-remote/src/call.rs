//! How one service calls another.

use ndx_auth::{ServiceKey, capped};
use ndx_contracts::{JudgeError, TraceId};
use reqwest::{StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

/// The most bytes of an answer that are read: far more than the largest.
const LARGEST: usize = 4 * 1024 * 1024;

/// How the caller proves itself.
#[derive(Debug, Clone)]
pub enum Proof {
    /// With a token of a minute, signed with this key.
    Token(ServiceKey),
    /// With the certificate that the HTTP client shows.
    Certificate,
}

/// A service at its address.
#[derive(Debug, Clone)]
pub struct RemoteService {
    /// Its name in tokens.
    name: &'static str,
    /// What it is called in errors.
    judge: &'static str,
    url: Url,
    http: reqwest::Client,
    proof: Proof,
}

/// Why a service gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error("it answered with status {0}")]
    Status(StatusCode),
    #[error("the address cannot be extended")]
    Address,
}

impl RemoteService {
    /// The service `name` (as in tokens) at `url`; `judge` is what errors call it. `http` gives up in time by itself.
    pub fn new(name: &'static str, judge: &'static str, url: Url, http: reqwest::Client, proof: Proof) -> Self {
        Self { name, judge, url, http, proof }
    }

    /// Sends `question` to `path` and reads the answer, which must come with the status `expected`.
    pub(crate) async fn ask<A: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        trace_id: Option<&TraceId>,
        expected: StatusCode,
    ) -> Result<A, JudgeError> {
        self.read(self.send(path, question, trace_id, expected).await?).await
    }

    /// Sends `question` to `path` and reads the answer, which must come with the status `expected`; 404 says that there is
    /// nothing of the kind.
    pub(crate) async fn ask_for<A: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        expected: StatusCode,
    ) -> Result<Option<A>, JudgeError> {
        let response = self.sent(path, question, None).await?;
        match response.status() {
            StatusCode::NOT_FOUND => Ok(None),
            status if status == expected => self.read(response).await.map(Some),
            status => Err(JudgeError::unavailable(self.judge, CallError::Status(status))),
        }
    }

    async fn read<A: DeserializeOwned>(&self, response: reqwest::Response) -> Result<A, JudgeError> {
        let judge = self.judge;
        let body = capped::read(response, LARGEST).await.map_err(|error| failed(judge, error))?;
        let body = body.ok_or_else(|| JudgeError::Confused { judge, what: "its answer is too large".to_owned() })?;
        serde_json::from_slice(&body).map_err(|error| JudgeError::Confused { judge, what: shape_only(&error) })
    }

    /// Sends `message` to `path`; the answer is 204 and says no more.
    pub(crate) async fn tell(
        &self,
        path: &str,
        message: &impl Serialize,
        trace_id: Option<&TraceId>,
    ) -> Result<(), JudgeError> {
        self.send(path, message, trace_id, StatusCode::NO_CONTENT).await.map(drop)
    }

    /// It answered, but not what was asked.
    pub(crate) fn confused(&self, what: &str) -> JudgeError {
        JudgeError::Confused { judge: self.judge, what: what.to_owned() }
    }

    async fn send(
        &self,
        path: &str,
        body: &impl Serialize,
        trace_id: Option<&TraceId>,
        expected: StatusCode,
    ) -> Result<reqwest::Response, JudgeError> {
        let response = self.sent(path, body, trace_id).await?;
        let status = response.status();
        if status != expected {
            return Err(JudgeError::unavailable(self.judge, CallError::Status(status)));
        }
        Ok(response)
    }

    async fn sent(
        &self,
        path: &str,
        body: &impl Serialize,
        trace_id: Option<&TraceId>,
    ) -> Result<reqwest::Response, JudgeError> {
        let judge = self.judge;
        let mut url = self.url.clone();
        url.path_segments_mut()
            .map_err(|()| JudgeError::unavailable(judge, CallError::Address))?
            .pop_if_empty()
            .extend(path.split('/').filter(|segment| !segment.is_empty()));
        let mut request = self.http.post(url).json(body);
        if let Proof::Token(key) = &self.proof {
            let token = key.token_for(self.name).map_err(|error| JudgeError::unavailable(judge, error))?;
            request = request.bearer_auth(token);
        }
        if let Some(trace_id) = trace_id {
            request = request.header("x-trace-id", trace_id.as_str());
        }
        // INVARIANT: the error's URL holds no query, so nothing of the question is in it.
        let response = request.send().await.map_err(|error| failed(judge, error))?;
        if let (StatusCode::TOO_MANY_REQUESTS, Some(retry_after)) = (response.status(), seconds(&response)) {
            return Err(JudgeError::Limited { judge, retry_after });
        }
        Ok(response)
    }
}

/// How long the answer says to wait.
fn seconds(response: &reqwest::Response) -> Option<u32> {
    response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()
}

fn failed(judge: &'static str, error: reqwest::Error) -> JudgeError {
    if error.is_timeout() { JudgeError::Timeout { judge } } else { JudgeError::unavailable(judge, error) }
}

/// Where the answer was wrong, and not what stood there: it may be about a person.
fn shape_only(error: &serde_json::Error) -> String {
    format!("its answer is not of the expected shape ({:?} at column {})", error.classify(), error.column())
}
