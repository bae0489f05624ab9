//! Signing out, because a client asks for it or because the person does.

use std::collections::HashMap;

use reqwest::Response;
use serde_json::Value;

use crate::support::{Browser, Fudi, OTHER, answer_in, fudi, hidden, text_of};

const BYE: &str = "http://127.0.0.1:9999/bye?from=fudi";

/// Nayana is signed in at this browser; the ID token of the client `other` says so.
async fn signed_in(fudi: &Fudi) -> (Browser, String) {
    let browser = fudi.browser();
    let tokens = fudi.others_tokens(&browser, "openid").await;
    (browser, tokens["id_token"].as_str().unwrap().to_owned())
}

async fn logout(browser: &Browser, query: &[(&str, &str)]) -> Response {
    browser.client.get(format!("{}/oidc/logout", browser.url)).query(query).send().await.unwrap()
}

async fn press(browser: &Browser, page: Response) -> Response {
    let html = page.text().await.unwrap();
    let form = [("request", hidden(&html, "request")), ("form_token", hidden(&html, "form_token"))];
    browser.client.post(format!("{}/oidc/sign-out", browser.url)).form(&form).send().await.unwrap()
}

async fn is_signed_in(browser: &Browser) -> bool {
    answer_in(&browser.authorize(&[("prompt", "none")]).await).contains_key("code")
}

#[tokio::test]
async fn a_client_with_her_id_token_signs_her_out_and_gets_her_back() {
    let fudi = fudi().await;
    let (browser, hint) = signed_in(&fudi).await;
    assert!(is_signed_in(&browser).await);
    let query = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE), ("state", "a state &")];
    let back = logout(&browser, &query).await;
    assert_eq!(back.status(), 303);
    assert!(back.headers()["location"].to_str().unwrap().starts_with(BYE));
    let expected = [("from", "fudi"), ("state", "a state &")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(answer_in(&back), HashMap::from(expected));
    assert!(!is_signed_in(&browser).await);
    // Once more, and by the other method: nobody is there any more, and nobody is asked.
    let request = browser.client.post(format!("{}/oidc/logout", browser.url)).form(&query);
    assert_eq!(request.send().await.unwrap().status(), 303);
}

#[tokio::test]
async fn an_old_id_token_is_still_a_hint() {
    let fudi = fudi().await;
    let (browser, hint) = signed_in(&fudi).await;
    fudi.provider.change_keys();
    fudi.clock.advance(chrono::TimeDelta::seconds(3600));
    let again = browser.sign_in(browser.authorize(&[]).await, "nayana", "sandbox").await;
    assert_eq!(again.status(), 303);
    let done = logout(&browser, &[("id_token_hint", hint.as_str())]).await;
    assert_eq!(text_of(&done.text().await.unwrap(), "h1").unwrap(), "You are signed out");
    assert!(!is_signed_in(&browser).await);
}

#[tokio::test]
async fn without_a_hint_of_her_own_she_is_asked_first() {
    let fudi = fudi().await;
    let (_, hint_of_another) = signed_in(&fudi).await;
    let browser = fudi.browser();
    browser.sign_in(browser.authorize(&[]).await, "regina", "sandbox").await;
    for query in [
        vec![],
        vec![("id_token_hint", "a.b.c")],
        vec![("id_token_hint", hint_of_another.as_str()), ("post_logout_redirect_uri", BYE)],
        vec![("client_id", OTHER.0), ("post_logout_redirect_uri", BYE)],
    ] {
        let page = logout(&browser, &query).await;
        assert_eq!(page.status(), 200, "{query:?}");
        let html = page.text().await.unwrap();
        assert_eq!(text_of(&html, "h1").unwrap(), "Do you want to sign out?");
        assert_eq!(text_of(&html, "script"), None);
        assert!(is_signed_in(&browser).await, "a link alone does nothing");
    }
    let asked = logout(&browser, &[("client_id", OTHER.0), ("post_logout_redirect_uri", BYE), ("state", "s")]).await;
    assert!(
        asked.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("form-action 'self' http://127.0.0.1:9999;")
    );
    let back = press(&browser, asked).await;
    assert_eq!((back.status().as_u16(), answer_in(&back)["state"].as_str()), (303, "s"));
    assert!(!is_signed_in(&browser).await);
}

#[tokio::test]
async fn a_form_that_another_site_sends_signs_nobody_out() {
    let fudi = fudi().await;
    let (browser, _) = signed_in(&fudi).await;
    let elsewhere = logout(&fudi.browser(), &[]).await;
    let refused = press(&browser, elsewhere).await;
    assert_eq!(refused.status(), 403);
    assert!(is_signed_in(&browser).await);
    let done = press(&browser, refused).await;
    assert_eq!((done.status().as_u16(), is_signed_in(&browser).await), (200, false), "its own form is good");
}

#[tokio::test]
async fn an_address_that_is_not_registered_leads_nowhere_and_changes_nothing() {
    let fudi = fudi().await;
    let (browser, hint) = signed_in(&fudi).await;
    let hint = ("id_token_hint", hint.as_str());
    for query in [
        vec![hint, ("post_logout_redirect_uri", "http://127.0.0.1:9999/bye")],
        vec![hint, ("post_logout_redirect_uri", "http://evil.example/")],
        vec![hint, ("post_logout_redirect_uri", BYE), ("client_id", "consent-portal")],
        vec![("post_logout_redirect_uri", BYE)],
        vec![("client_id", "nobody")],
        vec![hint, ("state", "a"), ("state", "b")],
    ] {
        let page = logout(&browser, &query).await;
        assert_eq!(page.status(), 400, "{query:?}");
        assert!(!page.headers().contains_key("location"));
        assert!(is_signed_in(&browser).await);
    }
}

#[tokio::test]
async fn an_access_token_is_no_hint() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let tokens: Value = fudi.others_tokens(&browser, "openid").await;
    let page = logout(&browser, &[("id_token_hint", tokens["access_token"].as_str().unwrap())]).await;
    assert_eq!(page.status(), 200);
    assert!(is_signed_in(&browser).await);
}
