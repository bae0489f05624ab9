//! When what a person shares was used, and what she was told when she said yes.

use std::{path::Path, sync::atomic::Ordering};

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use consent_engine::Config;
use ndx_contracts::{
    LegalBasis,
    history::UseResult::{Refused, Released},
};
use reqwest::StatusCode;
use uuid::Uuid;

const NAME: &str = "drp-schema-v1:person.fullName";

/// Nayana shares her name with the passport application, from 21 November on.
async fn sharing(portal: &Portal) -> (Browser, Uuid) {
    let (browser, path) = portal.asked(&[0]).await;
    assert_eq!(browser.answer(&path, &SHARE).await.status, StatusCode::SEE_OTHER);
    let id = id_in(&path).parse().unwrap();
    *portal.beside.consent.lock().unwrap() = Some(id);
    (browser, id)
}

/// What stands beside "Last used".
fn last_used(page: &Page) -> String {
    let at = page.text("dt").iter().position(|key| key == "Last used").unwrap();
    page.text("dd.govuk-summary-list__value")[at].clone()
}

#[tokio::test]
async fn the_list_tells_when_it_was_last_used_and_works_without_the_record() {
    let portal = portal().await;
    let (browser, id) = sharing(&portal).await;
    let consent = Some(LegalBasis::Consent);
    assert_eq!(last_used(&browser.get("/my").await), "Not used yet");
    portal.beside.used(NAYANA, "2026-11-21T06:00:00Z", Refused, &[(NAME, "CE_NOT_APPROVED", consent.clone())]);
    assert_eq!(last_used(&browser.get("/my").await), "Not used yet", "they got nothing");
    portal.beside.used(NAYANA, "2026-11-22T06:00:00Z", Released, &[(NAME, "released", consent.clone())]);
    portal.beside.used(NAYANA, "2026-11-23T20:00:00Z", Released, &[(NAME, "released", consent.clone())]);
    *portal.beside.consent.lock().unwrap() = Some(Uuid::from_u128(5));
    portal.beside.used(NAYANA, "2026-11-25T06:00:00Z", Released, &[(NAME, "released", consent.clone())]);
    let before = portal.beside.asked.load(Ordering::Relaxed);
    let page = browser.get("/my").await;
    assert_eq!(last_used(&page), "24 November 2026", "the country's day, of this sharing and no other");
    assert_eq!(portal.beside.asked.load(Ordering::Relaxed), before + 1, "one question for the whole list");

    for _ in 0..500 {
        portal.beside.used(NAYANA, "2026-11-26T06:00:00Z", Released, &[(NAME, "released", consent.clone())]);
    }
    assert_eq!(last_used(&browser.get("/my").await), "Not since 26 November 2026", "older ones were not looked at");
    portal.beside.behind.store(true, Ordering::Relaxed);
    assert_eq!(last_used(&browser.get("/my").await), "This cannot be told now");
    portal.beside.silent.store(true, Ordering::Relaxed);
    assert_eq!(last_used(&browser.get("/my").await), "This cannot be told now", "nobody waits for the record for long");
    portal.beside.down.store(true, Ordering::Relaxed);
    let page = browser.get("/my").await;
    assert_eq!((page.status, last_used(&page).as_str()), (StatusCode::OK, "This cannot be told now"));
    let detail = browser.get(&format!("/my/{id}")).await;
    assert_eq!(detail.status, StatusCode::OK);
    assert!(detail.html.contains("We cannot show this now. The record of who got your information is not answering."));
    assert_eq!(detail.attributes("main .ndx-actions a", "href")[0], format!("/my/{id}/stop"), "she can still stop");
}

#[tokio::test]
async fn one_sharing_shows_its_newest_uses_and_leads_to_all_of_them() {
    let portal = portal().await;
    let (browser, id) = sharing(&portal).await;
    let (path, consent) = (format!("/my/{id}"), Some(LegalBasis::Consent));
    assert!(browser.get(&path).await.html.contains("Not used yet"));
    for day in 22..=28 {
        portal.beside.used(
            NAYANA,
            &format!("2026-11-{day}T06:00:00Z"),
            Released,
            &[(NAME, "released", consent.clone())],
        );
    }
    *portal.beside.consent.lock().unwrap() = Some(Uuid::from_u128(5));
    portal.beside.used(NAYANA, "2026-11-29T06:00:00Z", Released, &[(NAME, "released", consent)]);
    let page = browser.get(&path).await;
    let uses = page.text("main .govuk-list--spaced a");
    assert_eq!((uses.len(), uses[0].as_str()), (5, "11:30am on 28 November"));
    assert_eq!(page.text("main .govuk-list--spaced li")[0], "11:30am on 28 NovemberThey got it: Full name");
    assert_eq!(page.attributes("main .govuk-list--spaced a", "href")[0], format!("/history/{}", Uuid::from_u128(7)));
    let all = format!("/history?consent={id}");
    assert!(page.attributes("main a", "href").contains(&all));
    let list = browser.get(&all).await;
    assert_eq!(list.text(".govuk-summary-card").len(), 7, "and not what rests on another answer");
    assert_eq!(list.attributes("input[name=consent]", "value"), [id.to_string()]);
    assert!(list.html.contains("This is only what rests on one answer of yours."));
    assert!(list.html.contains("You said yes on 21 November"), "{}", list.html);
    let files = list.attributes("main a", "href");
    assert!(files.contains(&format!("/history.csv?consent={id}")), "{files:?}");
    let hers = portal.signed_in("regina").await.get(&all).await;
    assert_eq!(hers.text(".govuk-summary-card").len(), 0, "another person's answer is nobody's");
}

/// Farajaland's configuration for this portal, with some texts replaced.
fn changed(portal: &Portal, changes: &[(&str, &str)]) -> Config {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fl-config.json");
    let own = portal.url.trim_start_matches("http://").to_owned();
    let changed = |text: String| {
        let text = changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        });
        text.replace("127.0.0.1:8081", &own)
    };
    Config::of(&ndx_config::load(&file, changed).unwrap()).unwrap()
}

#[tokio::test]
async fn the_words_of_that_day_stay_when_the_registration_changes_and_when_it_is_gone() {
    let portal = portal().await;
    let (browser, id) = sharing(&portal).await;
    portal.beside.used(NAYANA, "2026-11-22T06:00:00Z", Released, &[(NAME, "released", Some(LegalBasis::Consent))]);
    let then = "to fill in and check your passport application";
    portal
        .ledger
        .engine
        .reconfigure(changed(&portal, &[(then, "to sell you a car"), ("Printed in your passport", "Why not")]));
    let page = browser.get(&format!("/my/{id}")).await;
    let told = page.text("main details")[0].clone();
    for words in [
        "What you were told when you said yes",
        "You said yes at 10:30am on 21 November 2026.",
        "Online Passport Application",
        "To fill in and check your passport application.",
        "Full name",
        "Printed in your passport",
        "10 years",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("car") && !page.html.contains("Why not"), "{}", page.html);
    assert_eq!(page.attributes("main details span[lang]", "lang")[0], "en");

    portal.ledger.engine.reconfigure(changed(&portal, &[("\"id\": \"passport-app\"", "\"id\": \"another-app\"")]));
    for path in ["/my".to_owned(), format!("/my/{id}"), "/history".to_owned(), "/history.csv".to_owned()] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(page.html.contains("Online Passport Application") && !page.html.contains("passport-app<"), "{path}");
        assert!(page.html.to_lowercase().contains(then), "{path}: {}", page.html);
        assert!(page.html.contains("epartment of Immigration"), "{path}");
    }
}
