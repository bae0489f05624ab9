//! One provider: its connections, its credentials, and the limits within which it is asked.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode, header};
use ndx_contracts::TraceId;
use ndx_service::outbound::{self, ReadError};
use url::Url;
use uuid::Uuid;

use super::{ProviderFailure, credentials::Credentials};

/// A provider that can be asked.
pub struct Provider {
    address: Url,
    http: reqwest::Client,
    credentials: Credentials,
    largest: usize,
}

/// Why a provider cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProviderSetupError {
    /// No HTTP client.
    #[error("the HTTP client of a provider cannot be set up")]
    Client(#[from] reqwest::Error),
    /// Its credentials cannot be used.
    #[error("the credentials of a provider cannot be used: {0}")]
    Credentials(&'static str),
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.address)
    }
}

impl Provider {
    /// Sets up the provider that is `configured`; answers of more than `largest` bytes are not read.
    ///
    /// # Errors
    /// When TLS cannot be set up, or its secret was not resolved.
    pub fn new(configured: &ndx_config::Provider, largest: usize, time: Duration) -> Result<Self, ProviderSetupError> {
        Ok(Self {
            address: configured.provider_url.clone(),
            http: outbound::client(time)?,
            credentials: Credentials::new(&configured.auth)?,
            largest,
        })
    }

    /// Sends `body`, a GraphQL request, and returns the body of the answer. A token that is not accepted is renewed
    /// once; some registers say 500 where they mean 401, so that counts too.
    ///
    /// # Errors
    /// When there is no answer, or one that cannot be used.
    pub async fn ask(&self, body: Vec<u8>, trace_id: &TraceId) -> Result<Bytes, ProviderFailure> {
        let body = Bytes::from(body);
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

/// Some providers answer GraphQL errors with 400 or 422 and a body that says more: those are read.
fn usable(status: StatusCode) -> Result<(), ProviderFailure> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(ProviderFailure::Refused),
        StatusCode::TOO_MANY_REQUESTS => Err(ProviderFailure::Quota),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Err(ProviderFailure::Unavailable),
        StatusCode::GATEWAY_TIMEOUT => Err(ProviderFailure::Timeout),
        _ => Err(ProviderFailure::Error),
    }
}

/// Reads an answer; one that is too large is as useless as one that is no answer.
///
/// # Errors
/// When it is too large, or breaks off.
pub async fn read(response: reqwest::Response, largest: usize) -> Result<Vec<u8>, ProviderFailure> {
    outbound::read(response, largest).await.map_err(|error| match error {
        ReadError::TooLarge(_) => ProviderFailure::BadData,
        ReadError::Broken(error) => failure(&error),
    })
}

/// What a failure of the connection means.
pub fn failure(error: &reqwest::Error) -> ProviderFailure {
    if error.is_timeout() {
        ProviderFailure::Timeout
    } else if error.is_decode() || error.is_body() {
        ProviderFailure::BadData
    } else {
        ProviderFailure::Unavailable
    }
}
