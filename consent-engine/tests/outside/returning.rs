//! The way back to the application: where it registered, letter by letter, and nowhere else.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use reqwest::StatusCode;

/// What the application adds to the link, and how it stands in our own addresses.
const HOME: &str = "return_uri=http%3A%2F%2F127.0.0.1%3A3000%2F&state=x%2By%26z";

fn way(status: &str, path: &str) -> String {
    format!("http://127.0.0.1:3000/?consent_id={}&status={status}&state=x%2By%26z", id_in(path))
}

/// Where the buttons that are links lead.
fn buttons(page: &Page) -> Vec<String> {
    page.attributes("main a[role=button]", "href")
}

async fn the_state_travels_through_the_pages_and_back(on: On) {
    let portal = portal_on(on).await;
    let path = format!("/c/{}", portal.ledger.require(NAYANA, &[0, 3]).await.consent_id);
    let asked = format!("{path}?{HOME}");
    let browser = portal.browser();
    let gate = browser.get(&asked).await;
    let to_provider = browser.get(&buttons(&gate)[0]).await;
    let back = browser.sign_in_from(to_provider, "nayana").await;
    assert_eq!(back.location.as_deref(), Some(asked.as_str()), "through the identity provider");
    let page = browser.get(&asked).await;
    assert_eq!(page.attributes("main form > p a", "href"), [way("deferred", &path)]);
    let wrong = browser.post(&page.attributes("main form", "action")[0], &page.form(&[("decision", "none")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = browser.post(&wrong.attributes("main form", "action")[0], &wrong.form(&SHARE)).await;
    assert_eq!(sent.location, Some(format!("{path}/done?{HOME}")), "through a mistake");
    let done = browser.get(&sent.location.unwrap()).await;
    assert_eq!(buttons(&done), [way("partly_granted", &path)]);
    assert_eq!(buttons(&browser.get(&asked).await), [way("partly_granted", &path)], "and on the answered page");
}

async fn each_outcome_has_its_status(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let asked = format!("{path}?{HOME}");
    let answered = async |decision: &[(&str, &str)]| {
        let sent = browser.answer(&asked, decision).await;
        buttons(&browser.get(&sent.location.unwrap()).await)
    };
    assert_eq!(answered(&[("decision", "deny")]).await, [way("denied", &path)]);
    let form = browser.get(&format!("/my/{}", id_in(&path))).await.form(&[]);
    browser.post(&format!("/my/{}/reopen", id_in(&path)), &form).await;
    assert_eq!(answered(&SHARE).await, [way("granted", &path)]);
    portal.ledger.advance(8 * 86_400);
    let over = portal.signed_in("nayana").await.get(&asked).await;
    assert_eq!((over.status, buttons(&over)), (StatusCode::GONE, vec![way("expired", &path)]));
}

async fn c17_nobody_is_sent_to_an_address_that_is_not_registered(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    for foreign in [
        "https://evil.example/",
        "http://127.0.0.1:3000",
        "http://127.0.0.1:3000/x",
        "http://127.0.0.1:3000/?",
        "http://127.0.0.1:3000/#",
        "http://127.0.0.1:3000/#@evil.example",
        "http://127.0.0.1:3000@evil.example/",
        "http://127.0.0.1:3000\\@evil.example/",
        "HTTP://127.0.0.1:3000/",
        "http://127.0.0.1:3000/%0d%0aLocation: https://evil.example",
        "//127.0.0.1:3000/",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "http://127.0.0.1:3002/",
        "x",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_uri", foreign).finish();
        let page = browser.get(&format!("{path}?{query}&state=s")).await;
        assert_eq!(page.status, StatusCode::OK, "{foreign}");
        let links = page.attributes("main a", "href");
        assert_eq!(links, ["/help"], "{foreign}");
        assert!(
            page.text(".govuk-inset-text")
                .concat()
                .contains("is not one that the Online Passport Application has given us")
        );
    }
    let long = browser.get(&format!("{path}?state={}", "s".repeat(2000))).await;
    assert_eq!(long.attributes("main a", "href"), ["/help"], "what is too long does not travel");
    let sent = browser.answer(&format!("{path}?return_uri=https%3A%2F%2Fevil.example%2F"), &SHARE).await;
    let done = browser.get(&sent.location.unwrap()).await;
    assert_eq!((done.h1().as_str(), buttons(&done)), ("You are sharing your information", vec![]));
    assert!(done.text(".govuk-inset-text").concat().contains("So there is no link to it here."));
}

on_both_engines! {
    c17_nobody_is_sent_to_an_address_that_is_not_registered,
    the_state_travels_through_the_pages_and_back,
    each_outcome_has_its_status,
}
