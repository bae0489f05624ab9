//! How we prove ourselves to a provider: a key in a header, or an OAuth 2.0 token by client credentials.
//!
//! A token is renewed beside the calls, before it ends, and by one call to the token endpoint at a time; nobody waits for it
//! but while there is none that is valid.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwapOption;
use http::{HeaderName, HeaderValue};
use http_body_util::Full;
use ndx_config::ProviderAuth;
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, EndpointNotSet, EndpointSet, Scope, TokenResponse, TokenUrl,
    basic::BasicClient,
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::Instant,
};

use super::{
    ProviderFailure, ProviderSetupError,
    transport::{self, Connector, Transport},
};

/// A token is renewed so long before it ends, or after three quarters of its life when that is short.
const EARLY: Duration = Duration::from_secs(60);
/// It is not used any more so long before it ends: the request has a way to go.
const TRAVEL: Duration = Duration::from_secs(2);
/// After a refusal a token is renewed at most so often: a register that refuses everything is not helped by new tokens.
const BETWEEN_RENEWALS: Duration = Duration::from_secs(5);
/// A token endpoint that failed is left alone for so long.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long a token endpoint may take.
const TOKEN_TIME: Duration = Duration::from_secs(5);
const LARGEST_TOKEN_ANSWER: usize = 64 * 1024;
/// How long a token is kept when the provider does not say.
const UNKNOWN_LIFE: Duration = Duration::from_secs(60);

type TokenClient = BasicClient<EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// How we prove ourselves to one provider.
pub enum Credentials {
    /// Not at all.
    None,
    /// A key in a header, the same for ever.
    ApiKey(HeaderName, HeaderValue),
    /// A token.
    OAuth2(Arc<OAuth2>),
}

/// Client credentials (RFC 6749, section 4.4).
pub struct OAuth2 {
    client: TokenClient,
    scopes: Vec<Scope>,
    transport: Transport,
    token: ArcSwapOption<Token>,
    /// Held while a token is fetched.
    renewals: Arc<Mutex<Renewals>>,
}

struct Token {
    value: HeaderValue,
    /// From then on the next one is fetched.
    fresh_until: Instant,
    /// From then on it is not used.
    valid_until: Instant,
}

#[derive(Default)]
struct Renewals {
    /// When a token was last renewed because the one before it was refused.
    after_refusal: Option<Instant>,
    /// Until when the endpoint is left alone, and what it had done.
    failed: Option<(Instant, ProviderFailure)>,
}

impl Credentials {
    /// The credentials that are configured.
    ///
    /// # Errors
    /// When a secret was not resolved or cannot stand in a header.
    pub fn new(auth: &ProviderAuth, connector: Connector) -> Result<Self, ProviderSetupError> {
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
                Ok(Self::OAuth2(Arc::new(OAuth2 {
                    client,
                    scopes: scopes.iter().cloned().map(Scope::new).collect(),
                    transport: Transport::new(connector, 1),
                    token: ArcSwapOption::empty(),
                    renewals: Arc::default(),
                })))
            }
        }
    }

    /// The token for the next call, where there are tokens.
    ///
    /// # Errors
    /// When there should be one, and the token endpoint gives none.
    pub async fn token(&self) -> Result<Option<HeaderValue>, ProviderFailure> {
        match self {
            Self::OAuth2(oauth2) => oauth2.token().await.map(Some),
            Self::None | Self::ApiKey(..) => Ok(None),
        }
    }

    /// Another token than `refused`, which the provider did not accept; `None` when there is no better one to be had.
    ///
    /// # Errors
    /// When the token endpoint gives none.
    pub async fn instead_of(&self, refused: &HeaderValue) -> Result<Option<HeaderValue>, ProviderFailure> {
        match self {
            Self::OAuth2(oauth2) => oauth2.instead_of(refused).await,
            Self::None | Self::ApiKey(..) => Ok(None),
        }
    }
}

impl OAuth2 {
    async fn token(self: &Arc<Self>) -> Result<HeaderValue, ProviderFailure> {
        if let Some(token) = &*self.token.load() {
            let now = Instant::now();
            if now < token.fresh_until {
                return Ok(token.value.clone());
            }
            if now < token.valid_until {
                self.renew_beside();
                return Ok(token.value.clone());
            }
        }
        let held = self.renewals.clone().lock_owned().await;
        match self.valid() {
            Some(value) => Ok(value),
            None => self.renew(held).await,
        }
    }

    async fn instead_of(self: &Arc<Self>, refused: &HeaderValue) -> Result<Option<HeaderValue>, ProviderFailure> {
        let mut held = self.renewals.clone().lock_owned().await;
        if let Some(other) = self.valid().filter(|value| value != refused) {
            return Ok(Some(other));
        }
        if held.after_refusal.is_some_and(|last| last.elapsed() < BETWEEN_RENEWALS) {
            return Ok(None);
        }
        held.after_refusal = Some(Instant::now());
        self.renew(held).await.map(Some)
    }

    fn valid(&self) -> Option<HeaderValue> {
        let token = self.token.load();
        token.as_ref().filter(|token| Instant::now() < token.valid_until).map(|token| token.value.clone())
    }

    /// Begins to fetch the next token, unless somebody does so already.
    fn renew_beside(self: &Arc<Self>) {
        let Ok(held) = self.renewals.clone().try_lock_owned() else { return };
        let rests = held.failed.is_some_and(|(until, _)| Instant::now() < until);
        // Somebody may have brought it between the look at the token and the lock.
        let old = self.token.load().as_ref().is_some_and(|token| Instant::now() >= token.fresh_until);
        if old && !rests {
            drop(tokio::spawn(self.clone().fetch(held)));
        }
    }

    /// Fetches a token in a task of its own: a caller who goes away must not take it from those who wait.
    async fn renew(self: &Arc<Self>, held: OwnedMutexGuard<Renewals>) -> Result<HeaderValue, ProviderFailure> {
        if let Some((_, failure)) = held.failed.filter(|(until, _)| Instant::now() < *until) {
            return Err(failure);
        }
        tokio::spawn(self.clone().fetch(held)).await.unwrap_or(Err(ProviderFailure::Error))
    }

    async fn fetch(self: Arc<Self>, mut held: OwnedMutexGuard<Renewals>) -> Result<HeaderValue, ProviderFailure> {
        let fetched = tokio::time::timeout(TOKEN_TIME, self.ask()).await.unwrap_or(Err(ProviderFailure::Timeout));
        match fetched {
            Ok(token) => {
                let value = token.value.clone();
                self.token.store(Some(Arc::new(token)));
                held.failed = None;
                Ok(value)
            }
            Err(failure) => {
                tracing::warn!(?failure, "a token endpoint gave no token");
                held.failed = Some((Instant::now() + AFTER_FAILURE, failure));
                Err(failure)
            }
        }
    }

    async fn ask(&self) -> Result<Token, ProviderFailure> {
        let begun = Instant::now();
        let request = self.client.exchange_client_credentials().add_scopes(self.scopes.iter().cloned());
        let answer = request.request_async(&TokenHttp(&self.transport)).await.map_err(|error| match error {
            oauth2::RequestTokenError::ServerResponse(_) => ProviderFailure::Refused,
            oauth2::RequestTokenError::Request(failure) => failure,
            _ => ProviderFailure::BadData,
        })?;
        let mut value = HeaderValue::from_str(&format!("Bearer {}", answer.access_token().secret()))
            .map_err(|_| ProviderFailure::BadData)?;
        value.set_sensitive(true);
        // No longer than a day: a lifetime that overflows the clock is no lifetime.
        let life = answer.expires_in().unwrap_or(UNKNOWN_LIFE).min(Duration::from_secs(24 * 60 * 60));
        let fresh_until = begun + life - EARLY.min(life / 4);
        let valid_until = begun + life - TRAVEL.min(life / 8);
        Ok(Token { value, fresh_until, valid_until })
    }
}

/// Carries the token request over connections like the provider's own.
struct TokenHttp<'t>(&'t Transport);

impl<'c> AsyncHttpClient<'c> for TokenHttp<'_> {
    type Error = ProviderFailure;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<oauth2::HttpResponse, Self::Error>> + Send + 'c>>;

    fn call(&'c self, request: oauth2::HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.send(request.map(|body| Full::new(body.into()))).await.map_err(|it| it.failure)?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            if status.is_server_error() {
                return Err(ProviderFailure::UNAVAILABLE);
            }
            let body = transport::read(answer, LARGEST_TOKEN_ANSWER).await.map_err(|it| it.failure)?;
            let mut answer = http::Response::new(Vec::from(body));
            (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
            Ok(answer)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use ndx_config::{Secret, SecretRef};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn p6_a_token_is_renewed_beside_the_calls_before_it_ends() {
        let asked = Arc::new(AtomicUsize::new(0));
        let (counted, held) = (asked.clone(), Arc::new(tokio::sync::Semaphore::new(0)));
        let door = held.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let endpoint = tokio::spawn(async move {
            loop {
                let (mut caller, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                assert!(caller.read(&mut request).await.unwrap() > 0);
                counted.fetch_add(1, Ordering::SeqCst);
                door.acquire().await.unwrap().forget();
                let body = r#"{"access_token":"new","token_type":"bearer","expires_in":3600}"#;
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
                caller.write_all(format!("{head}{}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
            }
        });
        let auth = ProviderAuth::Oauth2 {
            token_url: format!("http://127.0.0.1:{port}/").parse().unwrap(),
            client_id: "ndx".into(),
            client_secret: SecretRef::FromEnv("RGD_CLIENT_SECRET".into()),
            scopes: Vec::new(),
            resolved: Some(Secret::new("hush")),
        };
        let credentials = Credentials::new(&auth, transport::connector().unwrap()).unwrap();
        let Credentials::OAuth2(oauth2) = &credentials else { panic!("it is OAuth 2.0") };
        let (now, value) = (Instant::now(), HeaderValue::from_static("Bearer old"));
        let old = Token { value, fresh_until: now, valid_until: now + Duration::from_secs(600) };
        oauth2.token.store(Some(Arc::new(old)));

        // The endpoint does not answer yet: nobody waits for it, and it is asked once.
        for _ in 0..20 {
            assert_eq!(credentials.token().await.unwrap().unwrap(), "Bearer old");
        }
        while asked.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        held.add_permits(1);
        while credentials.token().await.unwrap().unwrap() != "Bearer new" {
            tokio::task::yield_now().await;
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        endpoint.abort();
    }
}
