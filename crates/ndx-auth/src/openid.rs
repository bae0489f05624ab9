//! Signs a person in at an OpenID provider: authorization code flow (OpenID Connect Core 1.0, section 3.1) with PKCE.
//!
//! Two steps: [`OpenIdProvider::begin`] gives the address to send the browser to and an [`Attempt`] to keep for it;
//! [`OpenIdProvider::finish`] takes what the browser brings back and gives the claims of a verified ID token. Who the
//! browser is, and that an attempt is used once, is for the caller to see to.

mod userinfo;

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::TimeDelta;
use ndx_clock::Clock;
use oauth2::{
    AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
    basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::OnceCell;
use url::Url;

use crate::{
    KeySet, Rejection, TokenVerifier, capped,
    oauth_http::{LARGEST, OAuthHttp, SendError, TIMEOUT},
};

/// By so many seconds the provider's clock may be behind ours.
const LEEWAY: i64 = 10;

/// Why somebody could not be signed in.
#[derive(Debug, thiserror::Error)]
pub enum OpenIdError {
    /// The provider did not answer, or refused to talk to us.
    #[error("the identity provider at `{0}` cannot be reached")]
    Unreachable(Url, #[source] reqwest::Error),
    /// What the provider says about itself cannot be right.
    #[error("the identity provider at `{0}` does not describe itself rightly: {1}")]
    Discovery(Url, &'static str),
    /// The browser came back with the state of another attempt.
    #[error("the sign-in was not begun in this browser")]
    OtherState,
    /// The provider did not take the code.
    #[error("the identity provider did not exchange the code")]
    Exchange(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The provider sent no ID token.
    #[error("the identity provider sent no ID token")]
    NoIdToken,
    /// The ID token is not acceptable.
    #[error("the ID token is refused")]
    IdToken(#[from] Rejection),
    /// The access token is not acceptable.
    #[error("the access token is refused")]
    AccessToken(#[source] Rejection),
    /// The ID token answers another attempt, or was made for another client.
    #[error("the ID token is refused: {0}")]
    NotForThis(&'static str),
}

/// What we are at the provider. Printing it shows no secret.
#[derive(Debug, Clone)]
pub struct OpenIdClient {
    id: String,
    secret: ClientSecret,
    redirect: Url,
    needed: Option<String>,
}

impl OpenIdClient {
    /// The client `id` with its secret, which is sent with HTTP Basic; browsers come back to `redirect`.
    pub fn new(id: impl Into<String>, secret: impl Into<String>, redirect: Url) -> Self {
        Self { id: id.into(), secret: ClientSecret::new(secret.into()), redirect, needed: None }
    }

    /// This client can do nothing without the claim `name`. When the ID token does not have it, the provider's userinfo
    /// endpoint is asked: with the code flow, many providers tell only there what a scope stands for (OpenID Connect Core
    /// 1.0, section 5.4).
    #[must_use]
    pub fn needing(mut self, name: impl Into<String>) -> Self {
        self.needed = Some(name.into());
        self
    }
}

/// What must be remembered of one attempt to sign in, for the browser that began it and for nobody else.
#[derive(Clone, Serialize, Deserialize)]
pub struct Attempt {
    state: String,
    nonce: String,
    verifier: String,
    /// The person must have signed in at the provider at this time or later; Unix time in seconds.
    signed_in_from: i64,
}

impl Attempt {
    /// What the browser brings back with the code, by which its attempt is found.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl std::fmt::Debug for Attempt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Attempt(…)")
    }
}

/// How an attempt begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Whoever signed in at the provider no longer ago than this need not sign in again (`max_age`).
    IfOlderThan(TimeDelta),
    /// Everybody signs in again (`prompt=login`): somebody else may sit there now.
    Always,
}

/// What a client asks of a sign-in (OpenID Connect Core 1.0, section 3.1.2.1).
#[derive(Debug, Clone, Copy)]
pub struct Wishes<'a> {
    /// Whether the person must sign in again.
    pub prompt: Prompt,
    /// How surely, the preferred first; empty where any way will do. The answer's `acr` says how it was: look at it.
    pub acr_values: &'a [String],
    /// The languages of the provider's pages, as tags with spaces between them.
    pub ui_locales: Option<&'a str>,
}

impl From<Prompt> for Wishes<'_> {
    fn from(prompt: Prompt) -> Self {
        Self { prompt, acr_values: &[], ui_locales: None }
    }
}

/// An OpenID provider, as one client sees it.
#[derive(Debug)]
pub struct OpenIdProvider {
    issuer: Url,
    client: OpenIdClient,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    audiences: Vec<String>,
    discovered: OnceCell<Discovered>,
}

/// What the provider says about itself (OpenID Connect Discovery 1.0, section 3), as far as it is used here.
#[derive(Deserialize)]
struct Description {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: Url,
    userinfo_endpoint: Option<Url>,
}

#[derive(Debug)]
struct Discovered {
    flow: CodeFlow,
    userinfo: Option<Url>,
    id_tokens: TokenVerifier,
    access_tokens: TokenVerifier,
}

/// The client with an ID token among the fields of a token answer; the library's own client drops it.
type CodeFlow = Client<
    BasicErrorResponse,
    StandardTokenResponse<IdToken, BasicTokenType>,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

#[derive(Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

// The token answer must be printable; the token must not be.
impl std::fmt::Debug for IdToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdToken(…)")
    }
}

/// What is told of a person.
type Claims = serde_json::Map<String, serde_json::Value>;

impl OpenIdProvider {
    /// The provider with this issuer. Nothing is fetched yet: the provider may start later than we do.
    pub fn new(issuer: Url, client: OpenIdClient, http: reqwest::Client, clock: Arc<dyn Clock>) -> Self {
        Self { issuer, client, http, clock, audiences: Vec::new(), discovered: OnceCell::new() }
    }

    /// The same provider, whose access tokens are accepted when they are for any of `audiences`.
    #[must_use]
    pub fn accepting(self, audiences: Vec<String>) -> Self {
        Self { audiences, ..self }
    }

    /// The claims of `token`, an access token (`typ: at+jwt`, RFC 9068) that this provider made for one of the accepted
    /// audiences. An ID token is never one.
    ///
    /// # Errors
    /// When the token is not acceptable, or the provider's keys cannot be had.
    pub async fn access_token<T: DeserializeOwned>(&self, token: &str) -> Result<T, OpenIdError> {
        if self.audiences.is_empty() {
            return Err(OpenIdError::AccessToken(Rejection::Unacceptable("no audience is accepted")));
        }
        self.discovered().await?.access_tokens.verify(token).await.map_err(OpenIdError::AccessToken)
    }

    /// Where to send the browser, and what to keep until it comes back.
    ///
    /// # Errors
    /// When the provider cannot be reached or does not describe itself rightly.
    pub async fn begin(&self, wishes: impl Into<Wishes<'_>>) -> Result<(Url, Attempt), OpenIdError> {
        let Wishes { prompt, acr_values, ui_locales } = wishes.into();
        let discovered = self.discovered().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = CsrfToken::new_random();
        let mut request = discovered
            .flow
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("openid".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .add_extra_param("nonce", nonce.secret().clone())
            .set_pkce_challenge(challenge);
        // The provider is asked, and its answer is checked: a browser can change what it is asked.
        let longest = match prompt {
            Prompt::IfOlderThan(longest) => longest,
            Prompt::Always => {
                request = request.add_extra_param("prompt", "login");
                TimeDelta::zero()
            }
        };
        request = request.add_extra_param("max_age", longest.num_seconds().to_string());
        if !acr_values.is_empty() {
            request = request.add_extra_param("acr_values", acr_values.join(" "));
        }
        if let Some(languages) = ui_locales {
            request = request.add_extra_param("ui_locales", languages.to_owned());
        }
        let signed_in_from = (self.clock.now() - longest).timestamp();
        let (address, state) = request.url();
        let (state, nonce, verifier) = (state.into_secret(), nonce.into_secret(), verifier.into_secret());
        let attempt = Attempt { state, nonce, verifier, signed_in_from };
        Ok((address, attempt))
    }

    /// The claims of the person who came back with `state` and `code`.
    ///
    /// # Errors
    /// When the attempt was another one, or the provider's answer is not acceptable in every respect.
    pub async fn finish<T: DeserializeOwned>(
        &self,
        attempt: &Attempt,
        state: &str,
        code: &str,
    ) -> Result<T, OpenIdError> {
        if !same(state, &attempt.state) {
            return Err(OpenIdError::OtherState);
        }
        let discovered = self.discovered().await?;
        let answer = discovered
            .flow
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request_async(&OAuthHttp(&self.http))
            .await
            .map_err(|error| match error {
                RequestTokenError::Request(SendError::Http(error)) => {
                    OpenIdError::Unreachable(self.issuer.clone(), error)
                }
                error => OpenIdError::Exchange(Box::new(error)),
            })?;
        let id_token = answer.extra_fields().id_token.as_deref().ok_or(OpenIdError::NoIdToken)?;
        let mut claims: Claims = discovered.id_tokens.verify(id_token).await?;
        self.check(&claims, attempt)?;
        let lacks = |name: &String| !claims.contains_key(name);
        if let (true, Some(address)) = (self.client.needed.as_ref().is_some_and(lacks), &discovered.userinfo) {
            self.complete(&mut claims, address, answer.access_token()).await?;
        }
        serde_json::from_value(claims.into())
            .map_err(|_| OpenIdError::NotForThis("a claim is missing or has another form"))
    }

    /// Whether an ID token that is the provider's answers this attempt.
    fn check(&self, claims: &Claims, attempt: &Attempt) -> Result<(), OpenIdError> {
        let claim = |name: &str| claims.get(name).and_then(serde_json::Value::as_str);
        if !claim("nonce").is_some_and(|nonce| same(nonce, &attempt.nonce)) {
            return Err(OpenIdError::NotForThis("its `nonce` is another"));
        }
        // OpenID Connect Core 1.0, section 3.1.3.7: with several audiences, `azp` says for whom it was made.
        let several = claims.get("aud").and_then(serde_json::Value::as_array).is_some_and(|all| all.len() > 1);
        if claim("azp").map_or(several, |party| party != self.client.id) {
            return Err(OpenIdError::NotForThis("its `azp` is another client"));
        }
        let signed_in = claims.get("auth_time").and_then(serde_json::Value::as_i64);
        if signed_in.is_none_or(|time| time + LEEWAY < attempt.signed_in_from) {
            return Err(OpenIdError::NotForThis("the person signed in too long ago"));
        }
        Ok(())
    }

    /// What the provider says about itself: asked when first needed, then kept. A failure is not kept.
    async fn discovered(&self) -> Result<&Discovered, OpenIdError> {
        self.discovered.get_or_try_init(|| self.discover()).await
    }

    async fn discover(&self) -> Result<Discovered, OpenIdError> {
        let wrong = |what| OpenIdError::Discovery(self.issuer.clone(), what);
        let unreachable = |error| OpenIdError::Unreachable(self.issuer.clone(), error);
        let issuer = self.issuer.as_str().trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let response = self.http.get(address).timeout(TIMEOUT).send().await;
        let response = response.and_then(reqwest::Response::error_for_status).map_err(unreachable)?;
        let body = capped::read(response, LARGEST).await.map_err(unreachable)?;
        let body = body.ok_or_else(|| wrong("the description is too large"))?;
        let described: Description =
            serde_json::from_slice(&body).map_err(|_| wrong("the description lacks something"))?;
        // A URL type adds the slash of an empty path; the issuer is an identifier and may be written without it.
        if described.issuer != issuer && described.issuer != self.issuer.as_str() {
            return Err(wrong("it names another issuer"));
        }
        let flow = Client::new(ClientId::new(self.client.id.clone()))
            .set_client_secret(self.client.secret.clone())
            .set_auth_uri(AuthUrl::new(described.authorization_endpoint).map_err(|_| wrong("an address is none"))?)
            .set_token_uri(TokenUrl::new(described.token_endpoint).map_err(|_| wrong("an address is none"))?)
            .set_redirect_uri(RedirectUrl::from_url(self.client.redirect.clone()));
        let keys = KeySet::new(described.jwks_uri.clone(), self.http.clone(), Arc::clone(&self.clock));
        let (issuer, audiences) = (described.issuer.clone(), self.audiences.clone());
        let access_tokens = TokenVerifier::for_access_tokens(keys.clone(), issuer, audiences, Arc::clone(&self.clock));
        let id_tokens =
            TokenVerifier::for_id_tokens(keys, described.issuer, self.client.id.clone(), Arc::clone(&self.clock));
        Ok(Discovered { flow, userinfo: described.userinfo_endpoint, id_tokens, access_tokens })
    }
}

fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
