//! A client whose program runs in a browser: no secret, calls from its own origin, the addresses it has built in.

use reqwest::{Method, Response};
use serde_json::Value;

use crate::support::{Browser, Fudi, PORTAL, VERIFIER, answer_in, fudi};

const APP: &str = "CONSENT_PORTAL_APP";
const ORIGIN: &str = "http://localhost:5173";

async fn code(browser: &Browser) -> String {
    let changes = [("client_id", APP), ("redirect_uri", ORIGIN), ("scope", "openid profile email")];
    let back = browser.sign_in(browser.authorize(&changes).await, "nayana", "sandbox").await;
    answer_in(&back).remove("code").unwrap()
}

async fn call(fudi: &Fudi, method: Method, path: &str, origin: &str, form: &[(&str, &str)]) -> Response {
    let request = fudi.browser().client.request(method, format!("{}{path}", fudi.url)).header("origin", origin);
    request.header("access-control-request-method", "POST").form(form).send().await.unwrap()
}

fn trade(code: &str) -> Vec<(&'static str, String)> {
    let grant = [("grant_type", "authorization_code"), ("client_id", APP), ("redirect_uri", ORIGIN)];
    let mut form: Vec<_> = grant.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    form.extend([("code", code.to_owned()), ("code_verifier", VERIFIER.to_owned())]);
    form
}

#[tokio::test]
async fn the_portal_in_the_browser_signs_nayana_in_without_a_secret() {
    let fudi = fudi().await;
    let form = trade(&code(&fudi.browser()).await);
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = call(&fudi, Method::POST, "/oauth2/token", ORIGIN, &form).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], ORIGIN);
    let tokens: Value = answer.json().await.unwrap();
    let (header, access) = fudi.verified(tokens["access_token"].as_str().unwrap(), APP).await;
    assert_eq!((format!("{:?}", header.alg), header.kid.is_some()), ("RS256".to_owned(), true));
    assert_eq!(access["aud"], APP, "text, not a list");
    assert_eq!(access["email"], "nayana@people.farajaland.example");
    assert_eq!(access["iss"], fudi.url);
    assert_eq!(fudi.verified(tokens["id_token"].as_str().unwrap(), APP).await.1["sub"], access["sub"]);
}

#[tokio::test]
async fn a_public_client_still_needs_its_verifier_and_has_no_grant_of_its_own() {
    let fudi = fudi().await;
    let mut form = trade(&code(&fudi.browser()).await);
    form.last_mut().unwrap().1 = VERIFIER.replace('a', "b");
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = call(&fudi, Method::POST, "/oauth2/token", ORIGIN, &form).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_grant");

    let own = [("grant_type", "client_credentials"), ("client_id", APP)];
    let answer = call(&fudi, Method::POST, "/oauth2/token", ORIGIN, &own).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "unauthorized_client");
    // A client that has a secret must give it.
    let own = [("grant_type", "authorization_code"), ("client_id", PORTAL.0)];
    assert_eq!(call(&fudi, Method::POST, "/oauth2/token", ORIGIN, &own).await.status(), 401);
}

#[tokio::test]
async fn only_registered_origins_may_read_answers() {
    let fudi = fudi().await;
    for path in
        ["/oauth2/token", "/oauth2/revoke", "/oauth2/userinfo", "/oauth2/jwks", "/.well-known/openid-configuration"]
    {
        let asked = call(&fudi, Method::OPTIONS, path, ORIGIN, &[]).await;
        assert_eq!(asked.status(), 200, "{path}");
        assert_eq!(asked.headers()["access-control-allow-origin"], ORIGIN, "{path}");
        assert_eq!(asked.headers()["access-control-allow-headers"], "authorization,content-type", "{path}");
        assert!(!asked.headers().contains_key("access-control-allow-credentials"), "{path}");
        for stranger in ["http://localhost:5174", "https://localhost:5173", "http://127.0.0.1:8081", "null"] {
            let asked = call(&fudi, Method::OPTIONS, path, stranger, &[]).await;
            assert!(!asked.headers().contains_key("access-control-allow-origin"), "{path} {stranger}");
        }
    }
    for path in ["/oauth2/authorize", "/oidc/logout", "/oidc/checksession"] {
        let page = call(&fudi, Method::GET, path, ORIGIN, &[]).await;
        assert!(!page.headers().contains_key("access-control-allow-origin"), "{path} is for the person alone");
    }
}

#[tokio::test]
async fn the_frame_of_old_portals_is_there_and_promises_nothing() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let frame = browser.get("/oidc/checksession").await;
    assert_eq!(frame.status(), 200);
    let policy = frame.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.ends_with(&format!("frame-ancestors {ORIGIN}")), "{policy}");
    assert!(frame.text().await.unwrap().contains("answers no message"));
    let changes = [("client_id", APP), ("redirect_uri", ORIGIN)];
    let back = browser.sign_in(browser.authorize(&changes).await, "nayana", "sandbox").await;
    assert!(!answer_in(&back).contains_key("session_state"), "so that no client begins to ask the frame");
}

#[tokio::test]
async fn a_registered_address_is_compared_as_it_is_written() {
    let browser = fudi().await.browser();
    for wrong in ["http://localhost:5173/", "http://127.0.0.1:5173", "http://localhost:5173?a=b"] {
        let page = browser.authorize(&[("client_id", APP), ("redirect_uri", wrong)]).await;
        assert_eq!(page.status(), 400, "{wrong}");
    }
}
