//! What a person has filled in outlives the session in which she did it; and whoever signs out everywhere is out everywhere.

use crate::{portal::SHARE, support::*};
use reqwest::{StatusCode, header};

async fn answers_survive_a_session_that_ends_while_the_form_is_open(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let page = browser.get(&path).await;
    portal.ledger.advance(21 * 60);
    let chosen = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat();
    let sent = browser.post(&path, &page.form(&chosen)).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(path.as_str())));
    let cookie = sent.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("ndx-portal-draft=") && !cookie.contains("profession"), "sealed: {cookie}");
    let gate = browser.get(&path).await;
    assert_eq!(gate.h1(), "Sign in to see who is asking for your information");
    assert!(gate.text(".govuk-inset-text").concat().contains("Your choices are kept."));
    assert_eq!(browser.sign_in("nayana", &path).await.location, Some(path.clone()));
    let again = browser.get(&path).await;
    assert_eq!(again.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession", "P7D"]);
    assert!(again.text(".govuk-inset-text").concat().contains("Check your choices, then answer."));
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing answers by itself");
    let done = browser.post(&path, &again.form(&chosen)).await;
    assert_eq!(done.location, Some(format!("{path}/done")));
    let gone = done
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .any(|cookie| cookie.to_str().unwrap().starts_with("ndx-portal-draft=;"));
    assert!(gone, "it is not kept any longer");
}

async fn what_was_kept_fills_no_other_persons_form_and_no_other_request(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let page = browser.get(&path).await;
    portal.ledger.advance(21 * 60);
    browser.post(&path, &page.form(&[("field", "drp-schema-v1:person.profession"), ("decision", "share")])).await;
    let hers = format!("/c/{}", portal.ledger.require(REGINA, &[0, 3]).await.consent_id);
    let other = browser.get(&hers).await;
    assert!(other.text(".govuk-inset-text").is_empty(), "{}", other.html);
    let to_provider = browser.get(&format!("/sign-in?again=yes&return={hers}")).await;
    browser.sign_in_from(to_provider, "regina").await;
    assert_eq!(browser.get(&hers).await.attributes("input[checked]", "value"), Vec::<String>::new());
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
}

async fn nobody_else_fills_a_form(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let page = browser.get(&path).await;
    portal.ledger.advance(21 * 60);
    let chosen = page.form(&[("field", "drp-schema-v1:person.profession"), ("decision", "share")]);
    let foreign = browser
        .post_from(&path, &[("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")], &chosen)
        .await;
    assert!(!foreign.headers.contains_key(header::SET_COOKIE));
    let without: Vec<_> = chosen.into_iter().filter(|(name, _)| name != "csrf").collect();
    let kept = browser.post(&path, &without).await;
    assert_eq!((kept.status, kept.headers.contains_key(header::SET_COOKIE)), (StatusCode::OK, false));
}

async fn w2_who_signs_out_everywhere_is_out_in_every_browser(on: On) {
    let portal = portal_on(on).await;
    let (one, other, hers) =
        (portal.signed_in("nayana").await, portal.signed_in("nayana").await, portal.signed_in("regina").await);
    let settings = one.get("/settings").await;
    assert_eq!(settings.text("main form button"), ["Sign out everywhere"]);
    assert_eq!(one.post("/sign-out/everywhere", &[]).await.status, StatusCode::FORBIDDEN, "only our own form");
    let sent = one.post("/sign-out/everywhere", &settings.form(&[])).await;
    let done = one.get(&sent.location.unwrap()).await;
    assert!(done.text("main p").concat().contains("You are signed out on every device."));
    for browser in [&one, &other] {
        assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing");
    }
    assert_eq!(hers.get("/my").await.h1(), "What you are sharing", "and nobody else");
    assert_eq!(one.get("/sign-out/everywhere").await.location.as_deref(), Some("/settings"), "a link changes nothing");
    assert!(one.get("/settings").await.text("main p").concat().contains("You are not signed in here."));
}

on_both_engines! {
    answers_survive_a_session_that_ends_while_the_form_is_open,
    what_was_kept_fills_no_other_persons_form_and_no_other_request,
    nobody_else_fills_a_form,
    w2_who_signs_out_everywhere_is_out_in_every_browser,
}
