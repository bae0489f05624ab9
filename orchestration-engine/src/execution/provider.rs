//! One provider: its connections, its credentials, and the limits within which it is asked.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use ndx_contracts::TraceId;
use ndx_service::outbound;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use super::{
    ProviderFailure, ProviderSetupError,
    credentials::Credentials,
    transport::{failure, read, usable},
};

/// A provider that can be asked.
pub struct Provider {
    address: Url,
    http: reqwest::Client,
    credentials: Credentials,
    largest: usize,
    time: Duration,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.address)
    }
}

impl Provider {
    /// Sets up the provider that is `configured`; answers of more than `largest` bytes are not read. It has `usual` for an
    /// answer, unless its configuration says otherwise.
    ///
    /// # Errors
    /// When TLS cannot be set up, or its secret was not resolved.
    pub fn new(configured: &ndx_config::Provider, largest: usize, usual: Duration) -> Result<Self, ProviderSetupError> {
        let time = configured.timeout_ms.map_or(usual, Duration::from_millis);
        Ok(Self {
            address: configured.provider_url.clone(),
            http: outbound::client(time)?,
            credentials: Credentials::new(&configured.auth)?,
            largest,
            time,
        })
    }

    /// Sends `body`, a GraphQL request, and returns the body of the answer. A token that is not accepted is renewed
    /// once; some registers say 500 where they mean 401, so that counts too. Whoever drops the future ends the call.
    ///
    /// # Errors
    /// When there is no answer by `deadline` (or within the provider's own time), or one that cannot be used.
    pub async fn ask(&self, body: Bytes, trace_id: &TraceId, deadline: Instant) -> Result<Bytes, ProviderFailure> {
        let deadline = deadline.min(Instant::now() + self.time);
        let answered = tokio::time::timeout_at(deadline, self.authorized(body, trace_id)).await;
        answered.unwrap_or(Err(ProviderFailure::Timeout))
    }

    async fn authorized(&self, body: Bytes, trace_id: &TraceId) -> Result<Bytes, ProviderFailure> {
        let credential = self.credentials.header(&self.http, None).await?;
        match self.send(body.clone(), credential.clone(), trace_id).await {
            Err(failure @ (ProviderFailure::Refused | ProviderFailure::Error)) if self.credentials.can_renew() => {
                let refused = credential.as_ref().map(|(_, value)| value);
                let renewed = self.credentials.header(&self.http, refused).await?;
                if renewed.as_ref().map(|(_, value)| value) == refused {
                    return Err(failure);
                }
                self.send(body, renewed, trace_id).await
            }
            answer => answer,
        }
    }

    async fn send(
        &self,
        body: Bytes,
        credential: Option<(header::HeaderName, HeaderValue)>,
        trace_id: &TraceId,
    ) -> Result<Bytes, ProviderFailure> {
        let parent_id = Uuid::new_v4().simple().to_string();
        let parent_id = parent_id.get(..16).unwrap_or_default();
        let mut request = self
            .http
            .post(self.address.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json, application/json;q=0.9")
            .header("traceparent", format!("00-{trace_id}-{parent_id}-01"))
            .header(ndx_service::trace::TRACE_HEADER, trace_id.as_str())
            .body(body);
        if let Some((name, value)) = credential {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| failure(&error))?;
        usable(response.status())?;
        Ok(read(response, self.largest).await?.into())
    }
}
