//! The code flow with a browser: the sign-in page, its form, and what the client gets in the end.

use chrono::TimeDelta;
use serde_json::Value;

use crate::support::{PASSPORT, SIGNED_IN, VERIFIER, answer_in, fudi, text_of};

#[tokio::test]
async fn a_person_signs_in_and_the_client_learns_who_it_is() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let page = browser.authorize(&[]).await;
    assert_eq!(page.status(), 200);
    let back = browser.sign_in(page, "nayana", "sandbox").await;
    assert_eq!(back.status(), 303);
    assert!(back.headers()["location"].to_str().unwrap().starts_with(&format!("{SIGNED_IN}?")));
    let answer = answer_in(&back);
    assert_eq!(answer["state"], "the state &");
    assert_eq!(answer["iss"], fudi.url);

    let tokens = fudi.trade_code(&answer["code"], VERIFIER).await;
    assert_eq!(tokens.status(), 200);
    let tokens: Value = tokens.json().await.unwrap();
    let (header, id) = fudi.verified(tokens["id_token"].as_str().unwrap(), "consent-portal").await;
    assert_eq!(header.typ.as_deref(), Some("JWT"));
    assert_eq!((&id["nic"], &id["name"]), (&"199512345678".into(), &"Nayana Perera".into()));
    assert_eq!((&id["nonce"], &id["auth_time"]), (&"the-nonce".into(), &1_800_000_000.into()));
    assert_ne!(id["sub"], id["nic"]);
    assert_eq!((&id["acr"], &id["amr"]), (&"urn:farajaland:acr:password".into(), &serde_json::json!(["pwd"])));
    assert_eq!(id.get("email"), None, "nobody asked for it");

    let (header, access) = fudi.verified(tokens["access_token"].as_str().unwrap(), "consent-portal").await;
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!((&access["sub"], &access["scope"]), (&id["sub"], &"openid profile".into()));
}

#[tokio::test]
async fn a_person_has_one_subject_at_a_client_and_another_at_the_next() {
    let fudi = fudi().await;
    let mut subjects = Vec::new();
    for _ in 0..2 {
        let tokens: Value = fudi.trade_code(&fudi.browser().code().await, VERIFIER).await.json().await.unwrap();
        subjects.push(fudi.verified(tokens["id_token"].as_str().unwrap(), "consent-portal").await.1["sub"].clone());
    }
    assert_eq!(subjects[0], subjects[1]);

    let back = "http://127.0.0.1:9999/back?from=fudi";
    let browser = fudi.browser();
    let page = browser.authorize(&[("client_id", "other"), ("redirect_uri", back)]).await;
    let answer = answer_in(&browser.sign_in(page, "nayana", "sandbox").await);
    assert_eq!(answer["from"], "fudi");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", answer["code"].as_str()),
        ("redirect_uri", back),
        ("code_verifier", VERIFIER),
    ];
    let tokens: Value = fudi.trade(("other", "other: secret+%"), &form).await.json().await.unwrap();
    let other = fudi.verified(tokens["id_token"].as_str().unwrap(), "other").await.1;
    assert_ne!(other["sub"], subjects[0]);
}

#[tokio::test]
async fn a_wrong_verifier_spoils_the_code() {
    let fudi = fudi().await;
    let code = fudi.browser().code().await;
    let wrong = fudi.trade_code(&code, &VERIFIER.replace('a', "b")).await;
    assert_eq!(wrong.status(), 400);
    assert_eq!(wrong.json::<Value>().await.unwrap()["error"], "invalid_grant");
    assert_eq!(fudi.trade_code(&code, VERIFIER).await.status(), 400);
}

#[tokio::test]
async fn a_code_is_worth_something_once_and_for_a_minute() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let code = browser.code().await;
    fudi.clock.advance(TimeDelta::seconds(59));
    assert_eq!(fudi.trade_code(&code, VERIFIER).await.status(), 200);
    assert_eq!(fudi.trade_code(&code, VERIFIER).await.status(), 400);

    let late = answer_in(&browser.authorize(&[]).await).remove("code").unwrap();
    fudi.clock.advance(TimeDelta::seconds(60));
    assert_eq!(fudi.trade_code(&late, VERIFIER).await.status(), 400);
}

#[tokio::test]
async fn a_code_is_worth_nothing_to_another_client() {
    let fudi = fudi().await;
    let code = fudi.browser().code().await;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", SIGNED_IN),
        ("code_verifier", VERIFIER),
    ];
    let answer = fudi.trade(("other", "other: secret+%"), &form).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_redirect_address_that_is_not_registered_shows_a_page_and_sends_nobody_anywhere() {
    let browser = fudi().await.browser();
    for changes in [
        ("redirect_uri", "http://127.0.0.1:8081/signed-in/"),
        ("redirect_uri", "http://127.0.0.1:8081/signed-in?a=b"),
        ("redirect_uri", "http://evil.example/signed-in"),
        ("redirect_uri", ""),
        ("client_id", "nobody"),
        ("client_id", PASSPORT.0),
    ] {
        let page = browser.authorize(&[changes]).await;
        assert_eq!(page.status(), 400, "{changes:?}");
        assert!(!page.headers().contains_key("location"));
        assert_eq!(text_of(&page.text().await.unwrap(), "h1").unwrap(), "You cannot sign in from there");
    }
}

#[tokio::test]
async fn a_bad_request_of_a_registered_client_is_told_to_the_client() {
    let browser = fudi().await.browser();
    for (change, error) in [
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "profile"), "invalid_scope"),
        (("max_age", "-1"), "invalid_request"),
        (("prompt", "none"), "login_required"),
    ] {
        let back = browser.authorize(&[change]).await;
        assert_eq!(back.status(), 303, "{change:?}");
        let answer = answer_in(&back);
        assert_eq!(answer["error"], error, "{change:?}");
        assert_eq!(answer["state"], "the state &");
        assert!(!answer.contains_key("code"));
    }
}

#[tokio::test]
async fn a_wrong_password_shows_the_same_page_with_a_summary() {
    let browser = fudi().await.browser();
    for (user, password) in [("nayana", "Sandbox"), ("nobody", "sandbox"), ("\"><script>", "x")] {
        let page = browser.authorize(&[]).await;
        let again = browser.sign_in(page, user, password).await;
        assert_eq!(again.status(), 422);
        let html = again.text().await.unwrap();
        assert_eq!(text_of(&html, "[role=alert] a").unwrap(), "Check your user name and your password.");
        assert_eq!(text_of(&html, "title").unwrap(), "Error: Sign in – FUDI");
        assert_eq!(text_of(&html, "script"), None);
        assert_eq!(text_of(&html, "input[type=password][value]"), None);
    }
    let page = browser.authorize(&[]).await;
    let again = browser.sign_in(page, "nayana", "wrong").await;
    assert_eq!(browser.sign_in(again, "nayana", "sandbox").await.status(), 303, "the second try goes on");
}

#[tokio::test]
async fn ten_wrong_tries_close_a_user_name_for_five_minutes() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    for _ in 0..10 {
        let page = browser.authorize(&[]).await;
        assert_eq!(browser.sign_in(page, "regina", "wrong").await.status(), 422);
    }
    let closed = browser.sign_in(browser.authorize(&[]).await, "regina", "sandbox").await;
    assert_eq!(closed.status(), 429);
    assert_eq!(closed.headers()["retry-after"], "300");
    assert_eq!(browser.sign_in(closed, "tomas", "sandbox").await.status(), 303, "others are not affected");
    fudi.clock.advance(TimeDelta::minutes(5));
    let page = browser.authorize(&[("prompt", "login")]).await;
    assert_eq!(browser.sign_in(page, "regina", "sandbox").await.status(), 303);
}

#[tokio::test]
async fn a_form_that_another_site_sends_signs_nobody_in() {
    let fudi = fudi().await;
    let page = fudi.browser().authorize(&[]).await;
    let elsewhere = fudi.browser();
    let answer = elsewhere.sign_in(page, "nayana", "sandbox").await;
    assert_eq!(answer.status(), 403);
    assert_eq!(elsewhere.sign_in(answer, "nayana", "sandbox").await.status(), 303, "its own form is good");
}

#[tokio::test]
async fn a_person_stays_signed_in_until_the_client_asks_for_the_form() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    browser.code().await;
    assert!(answer_in(&browser.authorize(&[]).await).contains_key("code"));
    assert!(answer_in(&browser.authorize(&[("prompt", "none")]).await).contains_key("code"));
    assert_eq!(browser.authorize(&[("prompt", "login")]).await.status(), 200);

    fudi.clock.advance(TimeDelta::minutes(10));
    assert!(answer_in(&browser.authorize(&[("max_age", "600")]).await).contains_key("code"));
    assert_eq!(browser.authorize(&[("max_age", "599")]).await.status(), 200);

    let page = browser.authorize(&[("prompt", "login")]).await;
    let back = browser.sign_in(page, "regina", "sandbox").await;
    let tokens: Value = fudi.trade_code(&answer_in(&back)["code"], VERIFIER).await.json().await.unwrap();
    let id = fudi.verified(tokens["id_token"].as_str().unwrap(), "consent-portal").await.1;
    assert_eq!((&id["nic"], &id["auth_time"]), (&"200012345679".into(), &1_800_000_600.into()));

    fudi.clock.advance(TimeDelta::hours(1));
    assert_eq!(browser.authorize(&[]).await.status(), 200);
}

#[tokio::test]
async fn the_page_is_escaped_labelled_and_kept_in_by_its_policy() {
    let fudi = fudi().await;
    let other = [("client_id", "other"), ("redirect_uri", "http://127.0.0.1:9999/back?from=fudi")];
    let page = fudi.browser().authorize(&other).await;
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'none'; style-src 'self'; form-action 'self' http://127.0.0.1:9999; base-uri 'none'; \
         frame-ancestors 'none'"
    );
    let cookie = page.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let html = page.text().await.unwrap();
    assert_eq!(text_of(&html, "main strong").unwrap(), "<b>Other</b> & \"more\"");
    assert_eq!(text_of(&html, "label[for=user]").unwrap(), "User name");
    assert_eq!(text_of(&html, "label[for=password]").unwrap(), "Password");
    assert_eq!(text_of(&html, "script, style, [style]"), None);
    assert_eq!(
        text_of(&html, "main p").unwrap(),
        "to go on to <b>Other</b> & \"more\", which will learn your name and your national identity number."
    );
    let style = fudi.browser().get("/oauth2/fudi.css").await;
    assert_eq!(style.headers()["content-type"], "text/css");
}

#[tokio::test]
async fn a_parameter_that_is_there_twice_is_refused() {
    let page = fudi().await.browser().get("/oauth2/authorize?client_id=consent-portal&client_id=other").await;
    assert_eq!(page.status(), 400);
}
