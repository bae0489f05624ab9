//! The desk for trials: tokens of applications on trial for whoever asks, of others for nobody.

use reqwest::{Method, Response, header::CONTENT_TYPE};
use serde_json::{Value, json};

use crate::support::{Fudi, OTHER, PASSPORT, fudi};

const DESK: &str = "/trial/token";
/// The gateway's, where the explorer is.
const EXPLORER: &str = "http://127.0.0.1:4000";

async fn ask(fudi: &Fudi, origin: Option<&str>, client: &str) -> Response {
    let request = fudi.browser().client.post(format!("{}{DESK}", fudi.url)).form(&[("client_id", client)]);
    let request = match origin {
        Some(origin) => request.header("origin", origin),
        None => request,
    };
    request.send().await.unwrap()
}

async fn error(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["error"].clone())
}

#[tokio::test]
async fn the_token_is_that_of_client_credentials() {
    let fudi = fudi().await;
    let answer = ask(&fudi, Some(EXPLORER), PASSPORT.0).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["access-control-allow-origin"], EXPLORER);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let tried: Value = answer.json().await.unwrap();
    let request =
        fudi.browser().client.post(format!("{}/oauth2/token", fudi.url)).basic_auth(PASSPORT.0, Some(PASSPORT.1));
    let proven: Value =
        request.form(&[("grant_type", "client_credentials")]).send().await.unwrap().json().await.unwrap();
    for key in ["token_type", "expires_in", "scope"] {
        assert_eq!(tried[key], proven[key], "{key}");
    }
    let read = async |answer: &Value| fudi.verified(answer["access_token"].as_str().unwrap(), "ndx").await;
    let ((header, mut claims), (proven_header, mut proven_claims)) = (read(&tried).await, read(&proven).await);
    assert_eq!((header.alg, header.typ), (proven_header.alg, proven_header.typ));
    assert_ne!(claims["jti"].take(), proven_claims["jti"].take());
    assert_eq!(claims, proven_claims);
}

#[tokio::test]
async fn json_does_as_well_and_nothing_else_does() {
    let fudi = fudi().await;
    let send = async |kind: &'static str, body: String| {
        let request = fudi.browser().client.post(format!("{}{DESK}", fudi.url)).header(CONTENT_TYPE, kind);
        request.body(body).send().await.unwrap()
    };
    let json = json!({"client_id": PASSPORT.0}).to_string();
    assert_eq!(send("application/json", json.clone()).await.status(), 200);
    for (kind, body) in
        [("text/plain", json), ("application/json", "{}".to_owned()), ("application/json", "x".to_owned())]
    {
        assert_eq!(error(send(kind, body).await).await, (400, json!("invalid_request")), "{kind}");
    }
}

#[tokio::test]
async fn who_is_not_on_trial_or_not_known_gets_the_same_no() {
    let fudi = fudi().await;
    for client in [OTHER.0, "consent-portal", "CONSENT_PORTAL_APP", "nobody", ""] {
        assert_eq!(error(ask(&fudi, None, client).await).await, (400, json!("unauthorized_client")), "{client}");
    }
}

#[tokio::test]
async fn scripts_may_ask_from_the_listed_origins_only() {
    let fudi = fudi().await;
    for stranger in ["http://127.0.0.1:4001", "http://localhost:5173", "https://127.0.0.1:4000", "null"] {
        let answer = ask(&fudi, Some(stranger), PASSPORT.0).await;
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{stranger}");
        assert_eq!(error(answer).await, (400, json!("unauthorized_client")), "{stranger}");
    }
    // Nor does the explorer's origin open anything else here.
    for path in ["/oauth2/token", "/oauth2/userinfo"] {
        let request = fudi.browser().client.request(Method::OPTIONS, format!("{}{path}", fudi.url));
        let request = request.header("origin", EXPLORER).header("access-control-request-method", "POST");
        let answer = request.send().await.unwrap();
        assert!(!answer.headers().contains_key("access-control-allow-origin"), "{path}");
    }
}
