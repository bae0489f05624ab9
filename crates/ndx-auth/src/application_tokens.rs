//! An application's own access token by client credentials (RFC 6749, section 4.4): fetched when it is first needed, kept
//! until shortly before it ends, and by one call at a time however many wait for it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use oauth2::{
    ClientId, ClientSecret, EndpointNotSet, EndpointSet, RequestTokenError, TokenResponse, TokenUrl, basic::BasicClient,
};
use tokio::sync::Mutex;
use url::Url;

use crate::oauth_http::OAuthHttp;

/// A token is not used any more so long before it ends, or after three quarters of its life when that is short.
const EARLY: Duration = Duration::from_secs(30);
/// How long a token is kept when the provider does not say.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);
/// Longer than this nobody keeps a token: a lifetime that overflows the clock is no lifetime.
const LONGEST_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// A provider that gave no token is left alone for so long.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

type Endpoint = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// The tokens of one application at one provider.
#[derive(Debug)]
pub struct ApplicationTokens {
    endpoint: Endpoint,
    http: reqwest::Client,
    /// Held while a token is fetched.
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    token: Option<(Arc<str>, Instant)>,
    failed: Option<(NoToken, Instant)>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(…)")
    }
}

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoToken {
    /// The provider does not give this application one.
    #[error("the identity provider refuses to give the application a token")]
    Refused,
    /// The provider does not answer, or not as one that gives tokens.
    #[error("the identity provider does not give tokens now")]
    Unavailable,
}

impl ApplicationTokens {
    /// The application `id` with its secret, which is sent with HTTP Basic to the token endpoint `address`.
    pub fn new(address: Url, id: impl Into<String>, secret: impl Into<String>, http: reqwest::Client) -> Self {
        let endpoint = BasicClient::new(ClientId::new(id.into()))
            .set_client_secret(ClientSecret::new(secret.into()))
            .set_token_uri(TokenUrl::from_url(address));
        Self { endpoint, http, kept: Mutex::default() }
    }

    /// A token that is valid for a while.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn token(&self) -> Result<Arc<str>, NoToken> {
        self.other_than(None).await
    }

    /// Another token than `refused`, which somebody did not accept although it should have been good.
    ///
    /// # Errors
    /// When the provider gives none.
    pub async fn instead_of(&self, refused: &str) -> Result<Arc<str>, NoToken> {
        self.other_than(Some(refused)).await
    }

    async fn other_than(&self, refused: Option<&str>) -> Result<Arc<str>, NoToken> {
        let mut kept = self.kept.lock().await;
        let now = Instant::now();
        if let Some((token, until)) = &kept.token
            && now < *until
            && refused != Some(token)
        {
            return Ok(Arc::clone(token));
        }
        if let Some((failure, until)) = kept.failed
            && now < until
        {
            return Err(failure);
        }
        match self.fetch().await {
            Ok((token, life)) => {
                kept.token = Some((Arc::clone(&token), now + life - EARLY.min(life / 4)));
                kept.failed = None;
                Ok(token)
            }
            Err(failure) => {
                kept.failed = Some((failure, Instant::now() + AFTER_FAILURE));
                Err(failure)
            }
        }
    }

    async fn fetch(&self) -> Result<(Arc<str>, Duration), NoToken> {
        let answer = self.endpoint.exchange_client_credentials().request_async(&OAuthHttp(&self.http)).await;
        let answer = answer.map_err(|error| match error {
            RequestTokenError::ServerResponse(_) => NoToken::Refused,
            _ => NoToken::Unavailable,
        })?;
        let life = answer.expires_in().unwrap_or(UNKNOWN_LIFE).min(LONGEST_LIFE);
        Ok((answer.access_token().secret().as_str().into(), life))
    }
}
