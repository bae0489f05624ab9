//! What an HTTP answer, or the lack of one, says of a provider.

use http::StatusCode;
use ndx_auth::capped;

use super::ProviderFailure;

/// Some providers answer GraphQL errors with 400 or 422 and a body that says more: those are read.
pub fn usable(status: StatusCode) -> Result<(), ProviderFailure> {
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Ok(()),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(ProviderFailure::Refused),
        StatusCode::TOO_MANY_REQUESTS => Err(ProviderFailure::QUOTA),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Err(ProviderFailure::UNAVAILABLE),
        StatusCode::GATEWAY_TIMEOUT => Err(ProviderFailure::Timeout),
        _ => Err(ProviderFailure::Error),
    }
}

/// Reads an answer; one that is too large is as useless as one that is no answer.
///
/// # Errors
/// When it is too large, or breaks off.
pub async fn read(response: reqwest::Response, largest: usize) -> Result<Vec<u8>, ProviderFailure> {
    capped::read(response, largest).await.map_err(|error| failure(&error))?.ok_or(ProviderFailure::BadData)
}

/// What a failure of the connection means.
pub fn failure(error: &reqwest::Error) -> ProviderFailure {
    if error.is_timeout() {
        ProviderFailure::Timeout
    } else if error.is_decode() || error.is_body() {
        ProviderFailure::BadData
    } else {
        ProviderFailure::UNAVAILABLE
    }
}
