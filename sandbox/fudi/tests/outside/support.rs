//! A running provider and a browser in front of it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::DateTime;
use citizen::Authenticator;
use fudi::{Client as RegisteredClient, Config, Provider};
use jsonwebtoken::{DecodingKey, Header, Validation, jwk::JwkSet};
use ndx_clock::{Clock, ManualClock};
use ndx_service::{listen, outbound};
use reqwest::{Client, Response};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use url::Url;

/// The client of the code flow, as `clients.json` has it.
pub const PORTAL: (&str, &str) = ("consent-portal", "consent-portal-sandbox");
/// A client of client credentials, as `clients.json` has it.
pub const PASSPORT: (&str, &str) = ("passport-app", "passport-app-sandbox");
/// Where the portal wants people sent back to.
pub const SIGNED_IN: &str = "http://127.0.0.1:8081/signed-in";
/// A code verifier, and its challenge.
pub const VERIFIER: &str = "a-verifier-that-is-long-enough-to-be-one-0123456789";
pub const CHALLENGE: &str = "IdFsue1MJJJtybEPX0invmHHuW1I7Ai5LXVlXpENjsk";

/// The provider on a port of its own.
pub struct Fudi {
    pub url: String,
    pub clock: Arc<ManualClock>,
    pub provider: Provider,
}

/// The acr of a sign-in with a one-time code.
pub const WITH_CODE: &str = "urn:farajaland:acr:password+totp";
/// A client that may do everything, and whose tokens are signed otherwise.
pub const OTHER: (&str, &str) = ("other", "other: secret+%");
/// Where that one wants people sent back to.
pub const OTHERS_PLACE: &str = "http://127.0.0.1:9999/back?from=fudi";
const PEOPLE: &str = include_str!("../../../people.json");

/// Starts the provider with the sandbox's people and clients, and one client more that may do everything.
pub async fn fudi() -> Fudi {
    fudi_sending_back_to(OTHERS_PLACE).await
}

/// The same, with another address for the client `other`.
pub async fn fudi_sending_back_to(place: &str) -> Fudi {
    let clock = ManualClock::at(DateTime::from_timestamp_millis(1_800_000_000_000).unwrap());
    let listener = listen::bind_loopback("fudi", 0).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut clients: Vec<RegisteredClient> = serde_json::from_str(include_str!("../../../clients.json")).unwrap();
    let other = json!({
        "clientId": OTHER.0, "clientSecret": OTHER.1, "name": "<b>Other</b> & \"more\"", "audience": "other",
        "grants": ["authorization_code", "client_credentials"],
        "redirectUris": [place], "postLogoutRedirectUris": ["http://127.0.0.1:9999/bye?from=fudi"],
        "idTokenSigningAlg": "EdDSA", "accessTokenSigningAlg": "ES256",
    });
    clients.push(serde_json::from_value(other).unwrap());
    let config = Config { issuer: Url::parse(&url).unwrap(), people: serde_json::from_str(PEOPLE).unwrap(), clients };
    let provider = Provider::new(config, Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
    tokio::spawn(listen::serve(listener, provider.router(), CancellationToken::new()));
    Fudi { url, clock, provider }
}

impl Fudi {
    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        let client = outbound::builder(Duration::from_secs(5)).cookie_store(true).build().unwrap();
        Browser { client, url: self.url.clone() }
    }

    /// What makes a person's codes, by the provider's clock.
    pub fn authenticator(&self, user: &str) -> Authenticator {
        Authenticator::of(user, PEOPLE, Arc::clone(&self.clock) as Arc<dyn Clock>).unwrap()
    }

    /// The tokens of Nayana at the client `other`, who asked for `scope`.
    pub async fn others_tokens(&self, browser: &Browser, scope: &str) -> Value {
        let changes = [("client_id", OTHER.0), ("redirect_uri", OTHERS_PLACE), ("scope", scope)];
        let mut page = browser.authorize(&changes).await;
        if page.status() == 200 {
            page = browser.sign_in(page, "nayana", "sandbox").await;
        }
        self.others_trade(&answer_in(&page)["code"]).await
    }

    /// Trades a code of that client's.
    pub async fn others_trade(&self, code: &str) -> Value {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", OTHERS_PLACE),
            ("code_verifier", VERIFIER),
        ];
        self.trade(OTHER, &form).await.json().await.unwrap()
    }

    /// Asks for tokens with the client in the form.
    pub async fn trade(&self, (id, secret): (&str, &str), form: &[(&str, &str)]) -> Response {
        let mut form = form.to_vec();
        form.extend([("client_id", id), ("client_secret", secret)]);
        self.browser().client.post(format!("{}/oauth2/token", self.url)).form(&form).send().await.unwrap()
    }

    /// Trades a code of the portal's.
    pub async fn trade_code(&self, code: &str, verifier: &str) -> Response {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", SIGNED_IN),
            ("code_verifier", verifier),
        ];
        self.trade(PORTAL, &form).await
    }

    /// What a token says, after its signature was checked against the published keys.
    pub async fn verified(&self, token: &str, audience: &str) -> (Header, Value) {
        let configuration = self.browser().get("/.well-known/openid-configuration").await;
        let configuration: Value = configuration.json().await.unwrap();
        let keys = configuration.get("jwks_uri").unwrap().as_str().unwrap().strip_prefix(&self.url).unwrap().to_owned();
        let keys: JwkSet = self.browser().get(&keys).await.json().await.unwrap();
        let header = jsonwebtoken::decode_header(token).unwrap();
        let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
        assert_eq!(key.common.key_algorithm.unwrap().to_string(), format!("{:?}", header.alg));
        let mut validation = Validation::new(header.alg);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[&self.url]);
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode(token, &DecodingKey::from_jwk(key).unwrap(), &validation).unwrap().claims;
        (header, claims)
    }
}

/// A browser that keeps cookies and follows no redirect.
pub struct Browser {
    pub client: Client,
    pub url: String,
}

impl Browser {
    pub async fn get(&self, path: &str) -> Response {
        self.client.get(format!("{}{path}", self.url)).send().await.unwrap()
    }

    /// Opens the authorization endpoint for the portal, with `changes` to a good request (an empty value leaves out).
    pub async fn authorize(&self, changes: &[(&str, &str)]) -> Response {
        self.client.get(self.authorize_address(changes)).send().await.unwrap()
    }

    /// The address that a client sends the browser to for that.
    pub fn authorize_address(&self, changes: &[(&str, &str)]) -> Url {
        let mut query = HashMap::from([
            ("response_type", "code"),
            ("client_id", PORTAL.0),
            ("redirect_uri", SIGNED_IN),
            ("scope", "openid profile"),
            ("state", "the state &"),
            ("nonce", "the-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        query.extend(changes.iter().copied());
        query.retain(|_, value| !value.is_empty());
        Url::parse_with_params(&format!("{}/oauth2/authorize", self.url), &query).unwrap()
    }

    /// Fills in the sign-in form that `page` shows and sends it.
    pub async fn sign_in(&self, page: Response, user: &str, password: &str) -> Response {
        let html = page.text().await.unwrap();
        let (request, form_token) = (hidden(&html, "request"), hidden(&html, "form_token"));
        let form = [
            ("request", request.as_str()),
            ("form_token", form_token.as_str()),
            ("user", user),
            ("password", password),
        ];
        self.client.post(format!("{}/oauth2/sign-in", self.url)).form(&form).send().await.unwrap()
    }

    /// Sends the form for the one-time code that `page` shows.
    pub async fn give_code(&self, page: Response, code: &str) -> Response {
        let html = page.text().await.unwrap();
        let (request, form_token) = (hidden(&html, "request"), hidden(&html, "form_token"));
        let form = [("request", request.as_str()), ("form_token", form_token.as_str()), ("code", code)];
        self.client.post(format!("{}/oauth2/one-time-code", self.url)).form(&form).send().await.unwrap()
    }

    /// A code for the portal, by signing in as Nayana.
    pub async fn code(&self) -> String {
        let page = self.authorize(&[]).await;
        let back = self.sign_in(page, "nayana", "sandbox").await;
        answer_in(&back).remove("code").unwrap()
    }
}

/// The value of a hidden field.
pub fn hidden(html: &str, name: &str) -> String {
    let selector = Selector::parse(&format!("input[type=hidden][name={name}]")).unwrap();
    Html::parse_document(html).select(&selector).next().unwrap().attr("value").unwrap().to_owned()
}

/// The text of the first element that `selector` finds.
pub fn text_of(html: &str, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).unwrap();
    Html::parse_document(html).select(&selector).next().map(|found| found.text().collect::<String>().trim().to_owned())
}

/// The query of the address that a response sends the browser to.
pub fn answer_in(response: &Response) -> HashMap<String, String> {
    let to = response.headers().get("location").unwrap().to_str().unwrap();
    Url::parse(to).unwrap().query_pairs().into_owned().collect()
}
