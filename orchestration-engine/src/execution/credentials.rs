//! How we prove ourselves to a provider: a key in a header, or an OAuth 2.0 token by client credentials.

use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, header};
use ndx_config::ProviderAuth;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, Scope, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use tokio::sync::Mutex;

use super::{ProviderFailure, ProviderSetupError};

/// A token is renewed so long before it ends.
const EARLY: Duration = Duration::from_secs(10);
/// After a refusal a token is renewed at most so often: a register that refuses everything is not helped by new tokens.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(5);
const LARGEST_TOKEN_ANSWER: usize = 64 * 1024;
/// How long a token is kept when the provider does not say.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);

type TokenClient = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// How we prove ourselves to one provider.
pub enum Credentials {
    /// Not at all.
    None,
    /// A key in a header.
    ApiKey(HeaderName, HeaderValue),
    /// A token, kept until it is nearly over; the lock is held while one is fetched, so that one refresh is in flight.
    OAuth2(Box<OAuth2>),
}

/// Client credentials (RFC 6749, section 4.4).
pub struct OAuth2 {
    client: TokenClient,
    scopes: Vec<Scope>,
    tokens: Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    kept: Option<Kept>,
    /// When a token was last renewed because the one before it was refused.
    renewed: Option<Instant>,
}

struct Kept {
    value: HeaderValue,
    until: Instant,
}

impl Credentials {
    /// The credentials that are configured.
    ///
    /// # Errors
    /// When a secret was not resolved or cannot stand in a header.
    pub fn new(auth: &ProviderAuth) -> Result<Self, ProviderSetupError> {
        let unusable = |what| ProviderSetupError::Credentials(what);
        match auth {
            ProviderAuth::None => Ok(Self::None),
            ProviderAuth::ApiKey { api_key_name, resolved, .. } => {
                let key = resolved.as_ref().ok_or_else(|| unusable("the API key was not resolved"))?;
                let name =
                    HeaderName::try_from(api_key_name).map_err(|_| unusable("`apiKeyName` is no header name"))?;
                let mut value = HeaderValue::from_str(key.expose())
                    .map_err(|_| unusable("the API key cannot stand in a header"))?;
                value.set_sensitive(true);
                Ok(Self::ApiKey(name, value))
            }
            ProviderAuth::Oauth2 { token_url, client_id, scopes, resolved, .. } => {
                let secret = resolved.as_ref().ok_or_else(|| unusable("the client secret was not resolved"))?;
                let client = BasicClient::new(ClientId::new(client_id.clone()))
                    .set_client_secret(ClientSecret::new(secret.expose().to_owned()))
                    // In the form: the registers in the field refuse HTTP Basic.
                    .set_auth_type(AuthType::RequestBody)
                    .set_token_uri(TokenUrl::from_url(token_url.clone()));
                let scopes = scopes.iter().cloned().map(Scope::new).collect();
                Ok(Self::OAuth2(Box::new(OAuth2 { client, scopes, tokens: Mutex::default() })))
            }
        }
    }

    /// The header that proves us. `refused` is a token that the provider did not accept: it is not used again.
    ///
    /// # Errors
    /// When the provider gives no token.
    pub async fn header(
        &self,
        http: &reqwest::Client,
        refused: Option<&HeaderValue>,
    ) -> Result<Option<(HeaderName, HeaderValue)>, ProviderFailure> {
        match self {
            Self::None => Ok(None),
            Self::ApiKey(name, value) => Ok(Some((name.clone(), value.clone()))),
            Self::OAuth2(oauth2) => Ok(Some((header::AUTHORIZATION, oauth2.token(http, refused).await?))),
        }
    }

    /// Whether a refusal can be mended by another token.
    pub fn can_renew(&self) -> bool {
        matches!(self, Self::OAuth2(_))
    }
}

impl OAuth2 {
    async fn token(
        &self,
        http: &reqwest::Client,
        refused: Option<&HeaderValue>,
    ) -> Result<HeaderValue, ProviderFailure> {
        let mut tokens = self.tokens.lock().await;
        if let Some(kept) = tokens.kept.as_ref().filter(|kept| kept.until > Instant::now()) {
            let renewed_just_now = tokens.renewed.is_some_and(|last| last.elapsed() < BETWEEN_RENEWALS);
            if Some(&kept.value) != refused || renewed_just_now {
                return Ok(kept.value.clone());
            }
            tokens.renewed = Some(Instant::now());
        }
        tokens.kept = None;
        let request = self.client.exchange_client_credentials().add_scopes(self.scopes.iter().cloned());
        let answer = request.request_async(&TokenHttp(http)).await.map_err(|error| match error {
            oauth2::RequestTokenError::ServerResponse(_) => ProviderFailure::Refused,
            oauth2::RequestTokenError::Request(failure) => failure,
            _ => ProviderFailure::BadData,
        })?;
        let mut value = HeaderValue::from_str(&format!("Bearer {}", answer.access_token().secret()))
            .map_err(|_| ProviderFailure::BadData)?;
        value.set_sensitive(true);
        let life = answer.expires_in().unwrap_or(UNKNOWN_LIFE);
        let until = Instant::now() + life.saturating_sub(EARLY).max(life / 2);
        tokens.kept = Some(Kept { value: value.clone(), until });
        Ok(value)
    }
}

/// Carries the token request over the provider's own client.
struct TokenHttp<'h>(&'h reqwest::Client);

impl<'c> AsyncHttpClient<'c> for TokenHttp<'_> {
    type Error = ProviderFailure;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<oauth2::HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: oauth2::HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(|_| ProviderFailure::Error)?;
            let response = self.0.execute(request).await.map_err(|error| super::transport::failure(&error))?;
            let mut answer = http::Response::builder().status(response.status());
            for (name, value) in response.headers() {
                answer = answer.header(name, value);
            }
            let body = super::transport::read(response, LARGEST_TOKEN_ANSWER).await?;
            answer.body(body).map_err(|_| ProviderFailure::BadData)
        })
    }
}
