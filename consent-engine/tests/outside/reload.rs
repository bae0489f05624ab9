//! A configuration that is replaced while the service runs.

use std::path::Path;

use crate::{citizens_api::Provider, support::*};
use consent_engine::Config;
use ndx_clock::Clock;
use ndx_contracts::{JudgeError, consent::ConsentEngine};
use reqwest::StatusCode;
use serde_json::json;

/// Farajaland's configuration with some texts replaced.
fn changed(changes: &[(&str, &str)]) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let changed = |text: String| {
        changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        })
    };
    Config::of(&ndx_config::load(&file, changed).unwrap()).unwrap()
}

#[tokio::test]
async fn the_next_request_goes_by_the_new_configuration() {
    let ledger = ledger().await;
    let before = ledger.engine.current();
    ledger.engine.reconfigure(changed(&[("{portal}/c/{id}", "https://other.example/?consentId={id}")]));
    let asked = ledger.require(NAYANA, &[0]).await;
    assert_eq!(asked.portal_url, Some(format!("https://other.example/?consentId={}", asked.consent_id)));
    ledger.engine.reconfigure(changed(&[("\"id\": \"passport-application\"", "\"id\": \"another\"")]));
    let gone = ledger.engine.require(&requirement(NAYANA, &[0])).await;
    assert!(matches!(gone, Err(JudgeError::Confused { .. })), "the purpose is not registered any more");
    let seen = before.consent_of(&subject(NAYANA), asked.consent_id).await.unwrap();
    assert_eq!(seen.id, asked.consent_id, "a request that had begun goes on");
}

#[tokio::test]
async fn pages_have_the_new_name_and_people_sign_in_at_the_new_provider() {
    let portal = portal().await;
    let browser = portal.browser();
    assert!(browser.get("/help").await.html.contains("Farajaland Data Exchange"));
    let new = Provider::start().await;
    let own = portal.url.trim_start_matches("http://").to_owned();
    portal.ledger.engine.reconfigure(changed(&[
        ("Farajaland Data Exchange", "The Exchange"),
        ("127.0.0.1:8081", &own),
        ("http://127.0.0.1:8090", &new.issuer),
    ]));
    let page = browser.get("/help").await;
    assert!(page.html.contains("The Exchange") && !page.html.contains("Farajaland Data Exchange"));
    let to_provider = browser.get("/sign-in?return=/my").await.location.unwrap();
    assert!(to_provider.starts_with(&format!("{}/authorize", new.issuer)), "{to_provider}");
}

#[tokio::test]
async fn who_may_call_the_citizens_api_changes_at_once() {
    let portal = portal().await;
    let provider = Provider::start().await;
    let own = portal.url.trim_start_matches("http://").to_owned();
    let here = [("127.0.0.1:8081", own.as_str()), ("http://127.0.0.1:8090", provider.issuer.as_str())];
    let call = async || {
        let token = provider.token("at+jwt", portal.ledger.clock.now().timestamp(), &json!({}));
        let request = portal.browser().client.get(format!("{}/api/v1/consents", portal.url)).bearer_auth(token);
        request.header("origin", "http://localhost:5173").send().await.unwrap()
    };
    portal.ledger.engine.reconfigure(changed(&here));
    let answer = call().await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("access-control-allow-origin"));
    let closed = [("[\"CONSENT_PORTAL_APP\"]", "[]"), ("[\"http://localhost:5173\"]", "[]")];
    portal.ledger.engine.reconfigure(changed(&[&here[..], &closed].concat()));
    let answer = call().await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "no audience, nobody");
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn the_countrys_colours_change_at_once() {
    let portal = portal().await;
    let browser = portal.browser();
    let theme = async || {
        let styles = browser.get("/help").await.attributes("link[rel=stylesheet]", "href");
        styles.into_iter().find(|style| style.ends_with("/theme.css")).unwrap()
    };
    let default = theme().await;
    assert!(browser.get(&default).await.html.contains("Farajaland"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ours.css");
    let own = portal.url.trim_start_matches("http://").to_owned();
    let named = format!("\"theme\": \"{}\", \"utcOffset\":", file.display());
    for colour in ["#4d1b6b", "#6b1b4d"] {
        std::fs::write(&file, format!(":root {{ --govuk-brand-colour: {colour}; }}")).unwrap();
        portal.ledger.engine.reconfigure(changed(&[("127.0.0.1:8081", &own), ("\"utcOffset\":", &named)]));
        let address = theme().await;
        assert_ne!(address, default);
        let css = browser.get(&address).await;
        assert_eq!((css.status, css.html.contains(colour)), (StatusCode::OK, true));
        assert_eq!(css.headers["content-type"], "text/css; charset=utf-8");
        assert_eq!(css.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(css.headers["x-content-type-options"], "nosniff");
        let named_by_an_old_page = browser.get(&default).await;
        assert!(named_by_an_old_page.html.contains(colour));
        assert_eq!(named_by_an_old_page.headers["cache-control"], "no-store");
    }
    portal.ledger.engine.reconfigure(changed(&[("127.0.0.1:8081", &own)]));
    assert_eq!(theme().await, default, "without one, Farajaland's");
}
