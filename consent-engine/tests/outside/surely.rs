//! What its provider marks as sensitive is shared by who has just signed in with more than a password. The real identity
//! provider asks for it; what its ID token says is checked.

use std::{path::Path, sync::Arc};

use crate::{
    citizens_api::api_on,
    portal::{SHARE, id_in},
    support::*,
};
use citizen::Authenticator;
use ndx_clock::Clock;
use ndx_contracts::consent::ConsentEngine;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

/// The portal, with a request for a sensitive thing that is Nayana's to answer.
async fn sensitive(on: On) -> (Portal, String) {
    let portal = portal_on(on).await;
    let mut asked = requirement(NAYANA, &[0, 3]);
    asked.fields[1].sensitive = true;
    let answer = portal.ledger.engine.require(&asked).await.unwrap();
    (portal, format!("/c/{}", answer.consent_id))
}

/// Follows the link of the page that asks for a surer sign-in, and gives the provider what it wants, the code included.
async fn sign_in_surely(portal: &Portal, browser: &Browser, page: &Page) -> Page {
    let link = page.attributes("main a[role=button]", "href").concat();
    assert!(link.contains("&surely=yes"), "{link}");
    let address = Url::parse(&browser.get(&link).await.location.unwrap()).unwrap();
    assert!(address.as_str().contains("acr_values=urn%3Afarajaland%3Aacr%3Apassword%2Btotp"), "{address}");
    let mut asked = browser.get(address.as_str()).await;
    if asked.html.contains("type=\"password\"") {
        let form = asked.form(&[("user", "nayana"), ("password", "sandbox")]);
        let sent = browser.client.post(address.join("/oauth2/sign-in").unwrap()).form(&form).send().await.unwrap();
        asked = Page::of(sent).await;
    }
    let people = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../sandbox/people.json")).unwrap();
    let clock = Arc::clone(&portal.ledger.clock) as Arc<dyn Clock>;
    let code = Authenticator::of("nayana", &people, clock).unwrap().code();
    let form = asked.form(&[("code", &code)]);
    let sent = browser.client.post(address.join("/oauth2/one-time-code").unwrap()).form(&form).send().await.unwrap();
    browser.get(&Page::of(sent).await.location.unwrap()).await
}

async fn w2_something_sensitive_is_seen_and_shared_after_a_surer_sign_in(on: On) {
    let (portal, path) = sensitive(on).await;
    let browser = portal.signed_in("nayana").await;
    let gate = browser.get(&path).await;
    assert_eq!((gate.status, gate.h1().as_str()), (StatusCode::OK, "Sign in again to see this request"));
    assert!(!gate.html.contains("Passport"), "it says nothing about the request");
    let back = sign_in_surely(&portal, &browser, &gate).await;
    assert_eq!(back.location.as_deref(), Some(path.as_str()));
    let page = browser.get(&path).await;
    assert_eq!(page.h1(), "Do you want to share your information with the Department of Immigration?");
    let sent = browser
        .post(&path, &page.form(&[SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat()))
        .await;
    assert_eq!(sent.location, Some(format!("{path}/done")));
    let answer = portal.ledger.require(NAYANA, &[0, 3]).await;
    assert_eq!(answer.covered.len(), 2);
}

async fn five_minutes_later_it_is_too_late_to_share_and_never_to_say_no(on: On) {
    let (portal, path) = sensitive(on).await;
    let browser = portal.signed_in("nayana").await;
    sign_in_surely(&portal, &browser, &browser.get(&path).await).await;
    let page = browser.get(&path).await;
    portal.ledger.advance(301);
    let chosen = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat();
    let sent = browser.post(&path, &page.form(&chosen)).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
    let gate = browser.get(&path).await;
    assert_eq!(gate.h1(), "Sign in again to see this request");
    assert!(gate.text(".govuk-inset-text").concat().contains("Your choices are kept."));
    sign_in_surely(&portal, &browser, &gate).await;
    let again = browser.get(&path).await;
    assert_eq!(again.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession", "P7D"]);
    portal.ledger.advance(301);
    let no = browser.post(&path, &again.form(&[("decision", "deny")])).await;
    assert_eq!(no.location, Some(format!("{path}/done")), "to say no, nobody needs to be surer");
}

async fn w2_no_answer_shows_something_sensitive_to_who_is_not_sure_enough(on: On) {
    let (portal, path) = sensitive(on).await;
    let browser = portal.signed_in("nayana").await;
    let form = browser.get(&format!("/my/{}/block", id_in(&path))).await.form(&[]);
    let csrf = form.into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    for (decision, etag) in [("none", "1"), ("share", "1"), ("", "1"), ("none", "9"), ("deny", "9")] {
        let form = [("csrf", csrf.as_str()), ("etag", etag), ("decision", decision)];
        let form: Vec<_> = form.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let sent = browser.post(&path, &form).await;
        let led = (sent.status, sent.location.as_deref());
        assert_eq!(led, (StatusCode::SEE_OTHER, Some(path.as_str())), "{decision} of {etag}");
        assert!(!sent.html.contains("Immigration"), "{}", sent.html);
        assert_eq!(browser.get(&path).await.h1(), "Sign in again to see this request");
    }
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
}

async fn w2_a_sign_in_that_was_not_sure_enough_does_not_open_it(on: On) {
    let (portal, path) = sensitive(on).await;
    let browser = portal.signed_in("nayana").await;
    let gate = browser.get(&path).await;
    let link = gate.attributes("main a[role=button]", "href").concat();
    let asked = browser.get(&link).await.location.unwrap();
    // The person takes away what asks for the code; the provider knows her still.
    let without = asked.replace("&acr_values=urn%3Afarajaland%3Aacr%3Apassword%2Btotp", "");
    assert_ne!(without, asked);
    let back = browser.get(&browser.get(&without).await.location.unwrap()).await;
    let refused = browser.get(&back.location.unwrap()).await;
    assert_eq!(refused.h1(), "Sign in again to see this request");
    assert!(refused.text(".govuk-inset-text").concat().contains("not in the way that this request needs"));
    let elsewhere = browser.get(&format!("/my/{}", id_in(&path))).await;
    assert_eq!(elsewhere.status, StatusCode::OK, "the session is as good as any for the rest");
    // Nor does a form that somebody makes up.
    let form = [(
        "csrf".to_owned(),
        elsewhere.form(&[]).into_iter().find(|(name, _)| name == "csrf").map(|(_, value)| value).unwrap_or_default(),
    )];
    let made_up = [
        form.as_slice(),
        &[
            ("etag".to_owned(), "1".to_owned()),
            ("decision".to_owned(), "share".to_owned()),
            ("duration".to_owned(), "P7D".to_owned()),
        ],
    ]
    .concat();
    browser.post(&path, &made_up).await;
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
}

async fn w2_another_portal_shares_something_sensitive_of_who_has_just_signed_in_surely(on: On) {
    let api = api_on(on).await;
    let now = api.portal.ledger.clock.now().timestamp();
    let mut asked = requirement(NAYANA, &[0, 3]);
    asked.fields[1].sensitive = true;
    let id = api.portal.ledger.engine.require(&asked).await.unwrap().consent_id;
    let path = format!("/api/v1/consents/{id}");
    let answer = async |claims: Value, body: Value| {
        api.send(api.call(Method::PUT, &path).bearer_auth(api.token(&claims)).json(&body)).await
    };
    let approve = json!({ "action": "approve" });
    let sure = "urn:farajaland:acr:password+totp";
    for claims in [
        json!({}),
        json!({ "auth_time": now, "acr": "urn:farajaland:acr:password" }),
        json!({ "auth_time": now - 301, "acr": sure }),
        json!({ "acr": sure }),
    ] {
        let refused = answer(claims.clone(), approve.clone()).await;
        assert_eq!(refused.code(), (401, "INSUFFICIENT_USER_AUTHENTICATION"), "{claims}");
        assert_eq!(
            refused.headers["www-authenticate"],
            format!(r#"Bearer error="insufficient_user_authentication", max_age="300", acr_values="{sure}""#)
        );
    }
    assert_eq!(api.portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
    let shared = answer(json!({ "auth_time": now - 10, "acr": sure }), approve).await;
    assert_eq!(shared.status, StatusCode::OK, "{}", shared.body);
    assert_eq!(api.portal.ledger.require(NAYANA, &[0, 3]).await.covered.len(), 2);
}

async fn what_is_sensitive_can_be_left_out_in_another_portal(on: On) {
    let api = api_on(on).await;
    let mut asked = requirement(NAYANA, &[0, 3]);
    asked.fields[1].sensitive = true;
    let id = api.portal.ledger.engine.require(&asked).await.unwrap().consent_id;
    let without = api.put(id, &json!({ "action": "approve", "optional": [] })).await;
    assert_eq!(without.status, StatusCode::OK, "{}", without.body);
    assert_eq!(api.put(id, &json!({ "action": "revoke" })).await.status, StatusCode::OK);
}

on_both_engines! {
    w2_another_portal_shares_something_sensitive_of_who_has_just_signed_in_surely,
    what_is_sensitive_can_be_left_out_in_another_portal,
    w2_something_sensitive_is_seen_and_shared_after_a_surer_sign_in,
    five_minutes_later_it_is_too_late_to_share_and_never_to_say_no,
    w2_no_answer_shows_something_sensitive_to_who_is_not_sure_enough,
    w2_a_sign_in_that_was_not_sure_enough_does_not_open_it,
}
