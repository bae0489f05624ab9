//! Asks the register: one GET, in time, within limits, again where that may help.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ndx_service::outbound;
use reqwest::header::{HeaderMap, HeaderValue};
use tokio::sync::{OnceCell, Semaphore};

use crate::{
    definition::{Retry, Source},
    failure::Failure,
};

const PAUSE_BEFORE_REPETITION: Duration = Duration::from_millis(50);

/// What the register answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The way to the register.
#[derive(Debug)]
pub(crate) struct Upstream {
    provider: String,
    client: reqwest::Client,
    base_url: String,
    headers: HeaderMap,
    total: Duration,
    retry: Retry,
    permits: Semaphore,
    longest_body: usize,
}

/// Why the way to the register cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UpstreamError {
    #[error("the key of the source cannot be sent in a header")]
    Key,
    #[error("the HTTP client cannot be set up")]
    Client(#[from] reqwest::Error),
}

impl Upstream {
    pub(crate) fn new(provider: String, source: Source) -> Result<Self, UpstreamError> {
        let mut headers = HeaderMap::new();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        if let Some(auth) = source.auth {
            let mut value = HeaderValue::from_str(auth.value.expose()).map_err(|_| UpstreamError::Key)?;
            value.set_sensitive(true);
            headers.insert(auth.header, value);
        }
        Ok(Self {
            provider,
            client: outbound::builder(source.total).connect_timeout(source.connect).build()?,
            base_url: source.base_url,
            headers,
            total: source.total,
            retry: source.retry,
            permits: Semaphore::new(source.concurrency),
            longest_body: source.response,
        })
    }

    /// The whole answer to `GET path`. Waiting for a turn and repetitions count as the register's time.
    async fn get(&self, path: &str) -> Result<Reply, Failure> {
        let answer = tokio::time::timeout(self.total, self.get_in_turn(path)).await.unwrap_or(Err(Failure::Timeout));
        match &answer {
            Ok(reply) => tracing::debug!(provider.key = self.provider, status = reply.status, "the provider answered"),
            Err(failure) => tracing::warn!(provider.key = self.provider, code = failure.code(), "the provider failed"),
        }
        answer
    }

    async fn get_in_turn(&self, path: &str) -> Result<Reply, Failure> {
        let _permit = self.permits.acquire().await.map_err(|_| Failure::Unavailable)?;
        let mut left = self.retry.max;
        loop {
            let sent = self.client.get(format!("{}{path}", self.base_url)).headers(self.headers.clone()).send().await;
            let again = match &sent {
                Ok(response) => self.retry.statuses.contains(&response.status().as_u16()),
                Err(error) => self.retry.connect && error.is_connect(),
            };
            if !again || left == 0 {
                return self.read(sent.map_err(|error| failure(&error))?).await;
            }
            left -= 1;
            tokio::time::sleep(PAUSE_BEFORE_REPETITION).await;
        }
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Reply, Failure> {
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > self.longest_body {
                return Err(Failure::BadData);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, body })
    }
}

/// The error itself names the address, and with it the person: only its kind goes on.
fn failure(error: &reqwest::Error) -> Failure {
    if error.is_connect() {
        Failure::Unavailable
    } else if error.is_timeout() {
        Failure::Timeout
    } else if error.is_decode() {
        Failure::BadData
    } else {
        Failure::Unavailable
    }
}

type SharedReply = Arc<OnceCell<Result<Arc<Reply>, Failure>>>;

/// The calls of one GraphQL request: the same address is asked once.
#[derive(Debug)]
pub(crate) struct Calls {
    upstream: Arc<Upstream>,
    made: Mutex<HashMap<String, SharedReply>>,
}

impl Calls {
    pub(crate) fn new(upstream: Arc<Upstream>) -> Self {
        Self { upstream, made: Mutex::default() }
    }

    pub(crate) async fn get(&self, path: String) -> Result<Arc<Reply>, Failure> {
        let shared = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(made.entry(path.clone()).or_default())
        };
        shared.get_or_init(|| async { self.upstream.get(&path).await.map(Arc::new) }).await.clone()
    }
}
