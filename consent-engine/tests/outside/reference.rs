//! The application's own case: read where the person is asked, kept with what she answered, and no reason to ask her again.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use consent_engine::ledger::{Action, Entry};
use ndx_contracts::{
    Reference,
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

const CASE: &str = "PA-2026-001234";

async fn asked_for(ledger: &Ledger, case: Option<&str>, fields: &[usize]) -> ConsentAnswer {
    let reference = case.map(|case| Reference::new(case).unwrap());
    ledger.engine.require(&ConsentRequirement { reference, ..requirement(NAYANA, fields) }).await.unwrap()
}

/// The cases of all requests, in their order.
async fn cases(ledger: &Ledger, id: &str) -> Vec<Option<String>> {
    let kept = ledger.engine.current().history_of(&subject(NAYANA), id.parse().unwrap()).await.unwrap();
    let case = |entry: &Entry| match &entry.action {
        Action::Requested { reference, .. } => Some(reference.as_ref().map(ToString::to_string)),
        _ => None,
    };
    kept.entries.iter().filter_map(case).collect()
}

async fn the_case_is_read_on_every_page_and_in_the_receipt(on: On) {
    let portal = portal_on(on).await;
    let path = format!("/c/{}", asked_for(&portal.ledger, Some(CASE), &[0]).await.consent_id);
    let browser = portal.signed_in("nayana").await;
    let why = format!("to fill in and check your passport application ({CASE})");
    let page = browser.get(&path).await;
    assert!(page.text(".govuk-inset-text").concat().contains(&format!("Why: {why}.")), "{}", page.html);
    let stranger = portal.browser().get(&path).await;
    assert!(!stranger.html.contains(CASE), "nobody else learns of it");
    browser.post(&path, &page.form(&SHARE)).await;
    let mine = format!("/my/{}", id_in(&path));
    for address in ["/my", path.as_str(), mine.as_str(), &format!("{mine}/receipt")] {
        assert!(browser.get(address).await.text("main").concat().contains(CASE), "{address}");
    }
    let receipt = browser.get(&format!("{mine}/receipt.json")).await.html;
    let receipt: Value = serde_json::from_str(&receipt).unwrap();
    assert_eq!(receipt["record"]["pii_processing"]["purpose"]["reference"], CASE);
}

async fn another_case_asks_for_nothing_that_is_shared(on: On) {
    let portal = portal_on(on).await;
    let ledger = &portal.ledger;
    let id = asked_for(ledger, Some(CASE), &[0]).await.consent_id.to_string();
    let waiting = asked_for(ledger, Some("PA-2026-000002"), &[0]).await;
    assert_eq!(waiting.version, 1, "nor anew for what is asked already");
    portal.signed_in("nayana").await.answer(&format!("/c/{id}"), &SHARE).await;
    let shared = asked_for(ledger, Some("PA-2026-000003"), &[0]).await;
    assert_eq!((shared.status, shared.version, shared.covered), (ConsentStatus::Approved, 2, vec![field(0)]));
    assert_eq!(cases(ledger, &id).await, [Some(CASE.to_owned())]);
    asked_for(ledger, Some("PA-2026-000004"), &[0, 1]).await;
    asked_for(ledger, None, &[0, 1, 2]).await;
    assert_eq!(cases(ledger, &id).await, [Some(CASE.to_owned()), Some("PA-2026-000004".to_owned()), None]);
    let another = ledger.another().await;
    let seen = another.current().consent_of(&subject(NAYANA), id.parse().unwrap()).await.unwrap();
    assert_eq!(seen.consent.reference, None, "the case of the request that is open");
}

async fn who_changes_her_mind_is_asked_for_the_same_case(on: On) {
    let portal = portal_on(on).await;
    let id = asked_for(&portal.ledger, Some(CASE), &[0]).await.consent_id.to_string();
    let (browser, path) = (portal.signed_in("nayana").await, format!("/c/{id}"));
    browser.answer(&path, &[("decision", "deny")]).await;
    let done = browser.get(&format!("{path}/done")).await;
    browser.post(&format!("/my/{id}/reopen"), &done.form(&[])).await;
    assert_eq!(cases(&portal.ledger, &id).await, [Some(CASE.to_owned()), Some(CASE.to_owned())]);
    assert!(browser.get(&path).await.html.contains(CASE));
}

async fn a_service_names_a_case_and_never_a_person(on: On) {
    let portal = portal_on(on).await;
    let ask = async |reference: &str| {
        let body = json!({
            "appId": "passport-app",
            "reference": reference,
            "consentRequirement": {"ownerId": NAYANA, "fields": [
                {"schemaId": "drp-schema-v1", "fieldName": "person.fullName", "displayName": "Full name"},
            ]},
        });
        let request = portal.browser().client.post(format!("{}/internal/api/v1/consents", portal.url));
        let token = portal.gateway.token_for("consent").unwrap();
        Page::of(request.bearer_auth(token).json(&body).send().await.unwrap()).await
    };
    for (wrong, why) in [("Nayana Perera", "1 to 64"), (NAYANA, "identifier of a person"), ("", "1 to 64")] {
        let refused = ask(wrong).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{wrong}: {}", refused.html);
        assert!(refused.html.contains(why) && !refused.html.contains(NAYANA), "{}", refused.html);
    }
    let asked = ask(CASE).await;
    let asked: Value = serde_json::from_str(&asked.html).unwrap();
    assert_eq!(cases(&portal.ledger, asked["consentId"].as_str().unwrap()).await, [Some(CASE.to_owned())]);
}

on_both_engines! {
    the_case_is_read_on_every_page_and_in_the_receipt,
    another_case_asks_for_nothing_that_is_shared,
    who_changes_her_mind_is_asked_for_the_same_case,
    a_service_names_a_case_and_never_a_person,
}
