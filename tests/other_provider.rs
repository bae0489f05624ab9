//! The story with an identity provider by other hands in FUDI's place: nothing in the exchange knows FUDI.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use citizen::{Browser, Page};
use ndx_testkit::{Choice, Citizen, Farajaland, Part, WalkError};
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use url::Url;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName birthInfo { district } } }"#;

/// A country whose identity provider is npm's `oidc-provider`, on FUDI's port.
struct Country {
    farajaland: Farajaland,
    provider: Value,
    _process: Child,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

impl Country {
    async fn start() -> Self {
        let mut farajaland = Farajaland::empty(NDX).with_config(|config| {
            config["jwt"]["jwksUrl"] = "http://127.0.0.1:8090/jwks".into();
            config["portal"]["identityProvider"]["name"] = "Another Provider".into();
        });
        let folder = root().join("tests/other-provider");
        assert!(folder.join("node_modules/oidc-provider").exists(), "run `npm ci` in tests/other-provider first");
        let mut process = Command::new("node")
            .current_dir(&folder)
            .args(["provider.js", &farajaland.ports().of("fudi").to_string()])
            .args(["../../sandbox/people.json", "../../sandbox/clients.json"])
            .arg(format!("{}/signed-in", farajaland.url("consent")))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("node is needed");
        for part in [Part::Rgd, Part::DrpApi, Part::DrpAdapter, Part::Exchange] {
            farajaland.run(part).await;
        }
        let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
        let address = format!("{}/.well-known/openid-configuration", farajaland.url("fudi"));
        let described = loop {
            if let Ok(answer) = client.get(&address).send().await {
                break answer;
            }
            assert!(process.try_wait().unwrap().is_none(), "the provider has ended");
            tokio::time::sleep(Duration::from_millis(100)).await;
        };
        Self { farajaland, provider: described.json().await.unwrap(), _process: process }
    }

    async fn token(&self, application: &str) -> String {
        let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
        let address = self.provider["token_endpoint"].as_str().unwrap();
        let request = client.post(address).basic_auth(application, Some(format!("{application}-sandbox")));
        let answer = request.form(&[("grant_type", "client_credentials")]).send().await.unwrap();
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    async fn ask(&self) -> ndx_testkit::Reply {
        let token = self.token("passport-app").await;
        self.farajaland.ask_with(Some(&token), &json!({"query": QUERY}).to_string(), &[]).await
    }
}

/// Fills in the provider's own pages: who it is, and that the portal may know.
async fn sign_in_there(browser: &Browser, page: Page, user: &str) -> Page {
    let login = page.forms().into_iter().find(|form| form.values.iter().any(|(name, _)| name == "login"));
    let login = login.unwrap_or_else(|| panic!("no form to sign in at {}: {}", page.address, page.html));
    let filled = |(name, value): &(String, String)| match name.as_str() {
        "login" => (name.clone(), user.to_owned()),
        "password" => (name.clone(), "anything".to_owned()),
        _ => (name.clone(), value.clone()),
    };
    let values: Vec<_> = login.values.iter().map(filled).collect();
    let mut page = browser.submit(&login, &values).await.unwrap();
    // Her consent, and when somebody else was signed in there, that one's sign-out, which browsers with scripts send at once.
    for _ in 0..5 {
        if page.address.origin() != login.action.origin() {
            break;
        }
        let forms = page.forms();
        let form = forms.first().unwrap_or_else(|| panic!("no way on from {}: {}", page.address, page.html));
        page = browser.submit(form, &form.values).await.unwrap();
    }
    page
}

/// A browser in which `user` has come to the portal by `link` and signed in.
async fn signed_in(link: &Url, user: &str) -> Browser {
    let browser = Browser::new().unwrap();
    let gate = browser.open(link.clone()).await.unwrap();
    let there = gate.link("Sign in with Another Provider").unwrap();
    let page = browser.open(there).await.unwrap();
    let back = sign_in_there(&browser, page, user).await;
    assert_eq!(back.address.origin(), link.origin(), "{}", back.html);
    browser
}

#[tokio::test]
async fn nayana_is_asked_signs_in_there_and_shares() {
    let country = Country::start().await;
    let asked = country.ask().await;
    assert_eq!(asked.codes(), ["CE_NOT_APPROVED"], "{}", asked.text);
    let link = asked.portal_url();

    let regina = Citizen::at(signed_in(&link, "regina").await, "regina", "");
    let stranger = regina.answer(link.clone(), Choice::Share).await;
    let Err(WalkError::NotOffered { status: 404, .. }) = stranger else { panic!("{stranger:?}") };

    let browser = signed_in(&link, "nayana").await;
    Citizen::at(browser.clone(), "nayana", "").answer(link.clone(), Choice::Share).await.unwrap();
    let shared = country.ask().await;
    assert_eq!(
        shared.text,
        r#"{"data":{"personInfo":{"fullName":"Nayana Perera","birthInfo":{"district":"Lumina"}}}}"#
    );

    // Who wants to sign in as somebody else is asked again, though the provider still knows her.
    let anew = format!("{}/sign-in?return=/my&again=1", country.farajaland.url("consent"));
    let page = browser.open(anew.parse().unwrap()).await.unwrap();
    let mine = sign_in_there(&browser, page, "regina").await;
    assert!(mine.address.path() == "/my" && !mine.html.contains("Nayana"), "{}", mine.html);
}

#[tokio::test]
async fn a_token_that_was_not_made_for_the_exchange_is_refused() {
    let country = Country::start().await;
    let body = json!({"query": QUERY}).to_string();
    let token = country.token("passport-app").await;
    let another = country.token("vehicle-insurance").await;
    let forged = format!("{}.{}", another.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
    let refused = country.farajaland.ask_with(Some(&forged), &body, &[]).await;
    assert_eq!((refused.status, refused.codes()), (401, vec!["UNAUTHORIZED"]));
    let accepted = country.farajaland.ask_with(Some(&token), &body, &[]).await;
    assert_eq!(accepted.status, 200, "{}", accepted.text);
}
