//! The one-time code: who is asked for it, which one is taken, and what the client hears of it.

use axum::{Router, response::Html, routing::get};
use chrono::TimeDelta;
use citizen::Citizen;
use ndx_service::listen;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::support::{OTHER, VERIFIER, WITH_CODE, answer_in, fudi, fudi_sending_back_to, hidden, text_of};

const ASKED: (&str, &str) = ("acr_values", WITH_CODE);

#[tokio::test]
async fn a_client_that_wants_to_be_surer_gets_a_person_who_gave_a_code_too() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let asked = browser.sign_in(browser.authorize(&[ASKED]).await, "nayana", "sandbox").await;
    assert_eq!(asked.status(), 200);
    assert!(!asked.headers().contains_key("location"), "the password alone leads nowhere");
    fudi.clock.advance(TimeDelta::seconds(40));
    let back = browser.give_code(asked, &fudi.authenticator("nayana").code()).await;
    assert_eq!(back.status(), 303);
    let tokens: Value = fudi.trade_code(&answer_in(&back)["code"], VERIFIER).await.json().await.unwrap();
    let id = fudi.verified(tokens["id_token"].as_str().unwrap(), "consent-portal").await.1;
    assert_eq!((&id["acr"], &id["amr"]), (&WITH_CODE.into(), &json!(["pwd", "otp", "mfa"])));
    assert_eq!(id["auth_time"], 1_800_000_000, "when the password was given");

    let again = browser.authorize(&[ASKED, ("prompt", "none")]).await;
    assert!(answer_in(&again).contains_key("code"), "the session is sure enough from now on");
}

#[tokio::test]
async fn a_session_with_a_password_does_not_satisfy_who_wants_a_code() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    browser.code().await;
    let silent = answer_in(&browser.authorize(&[ASKED, ("prompt", "none")]).await);
    assert_eq!(silent["error"], "interaction_required");
    assert!(!silent.contains_key("code"));

    let page = browser.authorize(&[ASKED]).await;
    assert_eq!(page.status(), 200);
    let back = browser.give_code(page, &fudi.authenticator("nayana").code()).await;
    assert!(answer_in(&back).contains_key("code"), "the code alone makes the session surer");
}

#[tokio::test]
async fn each_code_works_once_and_not_for_another_person() {
    let fudi = fudi().await;
    let code = fudi.authenticator("nayana").code();
    let enter = async |user: &'static str, code: String| {
        let browser = fudi.browser();
        let asked = browser.sign_in(browser.authorize(&[ASKED]).await, user, "sandbox").await;
        browser.give_code(asked, &code).await.status().as_u16()
    };
    assert_eq!(enter("regina", code.clone()).await, 422);
    let (one, other) = code.split_at(3);
    let grouped = format!("{one} {other}");
    assert_eq!(enter("nayana", grouped).await, 303, "as an app shows it");
    assert_eq!(enter("nayana", code.clone()).await, 422, "once");
    fudi.clock.advance(TimeDelta::seconds(30));
    assert_eq!(enter("nayana", code).await, 422, "not in the next half minute either, though a slow one would pass");
    assert_eq!(enter("nayana", fudi.authenticator("nayana").code()).await, 303);
    let old = fudi.authenticator("nayana").code();
    fudi.clock.advance(TimeDelta::seconds(90));
    assert_eq!(enter("nayana", old).await, 422, "an old one");
}

#[tokio::test]
async fn ten_wrong_codes_close_the_second_page_for_five_minutes() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let mut page = browser.sign_in(browser.authorize(&[ASKED]).await, "nayana", "sandbox").await;
    for wrong in ["", "12345", "not a code", "1234567", "+12345", "𝟙𝟚𝟛𝟜𝟝𝟞"].iter().cycle().take(10) {
        page = browser.give_code(page, wrong).await;
        assert_eq!(page.status(), 422, "{wrong}");
    }
    let right = fudi.authenticator("nayana").code();
    let closed = browser.give_code(page, &right).await;
    assert_eq!((closed.status().as_u16(), &closed.headers()["retry-after"]), (429, &"300".parse().unwrap()));
    fudi.clock.advance(TimeDelta::minutes(5));
    let back = browser.give_code(closed, &fudi.authenticator("nayana").code()).await;
    assert_eq!(back.status(), 303);
}

#[tokio::test]
async fn the_page_is_labelled_and_says_what_is_wrong() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    let asked = browser.sign_in(browser.authorize(&[ASKED]).await, "nayana", "sandbox").await;
    let html = browser.give_code(asked, "000000").await.text().await.unwrap();
    assert_eq!(text_of(&html, "title").unwrap(), "Error: Enter your code – FUDI");
    assert_eq!(text_of(&html, "label[for=code]").unwrap(), "Code");
    let mistake = "Check the code. Each code works once; a new one comes every 30 seconds.";
    assert_eq!(text_of(&html, "[role=alert] a[href='#code']").unwrap(), mistake);
    assert!(text_of(&html, "#mistake").unwrap().ends_with(mistake));
    assert!(text_of(&html, "input#code[aria-invalid=true][aria-describedby='hint mistake']").is_some());
    assert_eq!(text_of(&html, "script, style, [style]"), None);
    assert_eq!(text_of(&html, "input[value='000000']"), None);
}

#[tokio::test]
async fn nobody_gets_past_the_password_by_the_second_page() {
    let fudi = fudi().await;
    let (browser, code) = (fudi.browser(), fudi.authenticator("nayana").code());
    // The form of one browser in another, in which nobody is signed in.
    let asked = browser.sign_in(browser.authorize(&[ASKED]).await, "nayana", "sandbox").await;
    assert_eq!(fudi.browser().give_code(asked, &code).await.status(), 403);
    // Who must sign in anew must give the password anew.
    fudi.clock.advance(TimeDelta::minutes(11));
    let page = browser.authorize(&[ASKED]).await;
    let html = page.text().await.unwrap().replace("acr_values=", "prompt=login&amp;acr_values=");
    let (request, form_token) = (hidden(&html, "request"), hidden(&html, "form_token"));
    let form = [("request", request), ("form_token", form_token), ("code", fudi.authenticator("nayana").code())];
    let address = format!("{}/oauth2/one-time-code", fudi.url);
    let refused = browser.client.post(address).form(&form).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert!(text_of(&refused.text().await.unwrap(), "input[type=password]").is_some());
}

#[tokio::test]
async fn what_is_not_known_here_asks_for_nothing_more() {
    let fudi = fudi().await;
    let browser = fudi.browser();
    browser.code().await;
    for acr_values in ["urn:somebody:else", "urn:farajaland:acr:password urn:farajaland:acr:password+totp"] {
        assert_eq!(browser.authorize(&[("acr_values", acr_values)]).await.status(), 303, "{acr_values}");
    }
    let preferred = "urn:somebody:else urn:farajaland:acr:password+totp urn:farajaland:acr:password";
    assert_eq!(browser.authorize(&[("acr_values", preferred)]).await.status(), 200);
}

#[tokio::test]
async fn a_citizen_with_her_authenticator_walks_through_both_pages() {
    let client = listen::bind_loopback("client", 0).await.unwrap();
    let place = format!("http://{}/back", client.local_addr().unwrap());
    let arrival = Router::new().route("/back", get(|| async { Html("<h1>Welcome</h1>") }));
    tokio::spawn(listen::serve(client, arrival, CancellationToken::new()));
    let fudi = fudi_sending_back_to(&place).await;
    let asked = fudi.browser().authorize_address(&[ASKED, ("client_id", OTHER.0), ("redirect_uri", &place)]);

    let alone = Citizen::new("nayana", "sandbox").unwrap();
    assert_eq!(alone.sign_in(asked.clone()).await.unwrap_err().to_string(), "Enter your code");
    let nayana = Citizen::new("nayana", "sandbox").unwrap().with_authenticator(fudi.authenticator("nayana"));
    let arrived = nayana.sign_in(asked).await.unwrap();
    assert_eq!(arrived.heading(), "Welcome");
    assert!(arrived.address.query().unwrap().starts_with("code="), "{}", arrived.address);
}
