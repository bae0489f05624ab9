//! Sends the OAuth library's requests with our own client, and reads no answer further than it can be.

use std::{pin::Pin, time::Duration};

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};

use crate::capped;

/// Larger answers are not read to their end.
pub(crate) const LARGEST: usize = 256 * 1024;
/// How long a provider may take.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// Why a token request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    #[error("the request could not be sent")]
    Http(#[from] reqwest::Error),
    #[error("the answer could not be read")]
    Answer(#[from] oauth2::http::Error),
    #[error("the answer is too large")]
    TooLarge,
}

/// Our client, as the library wants one.
pub(crate) struct OAuthHttp<'a>(pub(crate) &'a reqwest::Client);

impl<'c> AsyncHttpClient<'c> for OAuthHttp<'_> {
    type Error = SendError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, SendError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(send(self.0, request))
    }
}

async fn send(http: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, SendError> {
    let mut request = reqwest::Request::try_from(request)?;
    *request.timeout_mut() = Some(TIMEOUT);
    let answer = http.execute(request).await?;
    let mut response = oauth2::http::Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        response = response.header(name, value);
    }
    let body = capped::read(answer, LARGEST).await?.ok_or(SendError::TooLarge)?;
    Ok(response.body(body)?)
}
