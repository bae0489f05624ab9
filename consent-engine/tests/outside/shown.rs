//! An answer is kept with the hash of the page that led to it, its language, and how the person had signed in.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use aws_lc_rs::digest::{SHA256, digest};
use consent_engine::ledger::{Action, Offered, Shown};
use reqwest::StatusCode;

/// The hash of everything from `<main` to `</main>`, by hand.
fn hash(page: &Page) -> String {
    let from = page.html.find("<main").unwrap();
    let to = page.html.find("</main>").unwrap() + "</main>".len();
    digest(&SHA256, &page.html.as_bytes()[from..to]).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn last_shown(portal: &Portal, path: &str) -> Shown {
    let id = id_in(path).parse().unwrap();
    let kept = portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap();
    match kept.entries.last().unwrap().action.clone() {
        Action::Granted { shown, .. }
        | Action::Denied { shown, .. }
        | Action::Narrowed { shown, .. }
        | Action::Revoked { shown, .. } => shown.unwrap(),
        other => panic!("{other:?}"),
    }
}

async fn what_was_shown_is_kept_with_the_answer(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let page = browser.get(&format!("{path}?lang=si")).await;
    assert_eq!(hash(&page), hash(&browser.get(&path).await), "the same words are the same bytes");
    browser.post(&path, &page.form(&SHARE)).await;
    let shown = last_shown(&portal, &path).await;
    assert_eq!((shown.text_hash, shown.language.as_str()), (hash(&page), "si"));
    assert_eq!(shown.sign_in.at.to_rfc3339(), "2026-11-21T05:00:00+00:00");
    assert_eq!(shown.sign_in.acr.as_deref(), Some("urn:farajaland:acr:password"));
    assert_eq!(shown.sign_in.amr, ["pwd"]);
    let less = browser.get(&format!("/my/{}/less-time", id_in(&path))).await;
    browser.post(&format!("/my/{}/less-time", id_in(&path)), &less.form(&[("duration", "PT1H")])).await;
    assert_eq!(last_shown(&portal, &path).await.text_hash, hash(&less));
}

async fn what_could_be_chosen_and_what_the_page_was_made_of_is_kept_too(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1, 3]).await;
    let mine = format!("/my/{}", id_in(&path));
    browser.answer(&path, &[SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat()).await;
    let offered = |fields: &[usize], durations: &[&str]| Offered {
        fields: fields.iter().map(|index| field(*index)).collect(),
        durations: durations.iter().map(|one| (*one).to_owned()).collect(),
    };
    let asked = last_shown(&portal, &path).await;
    assert_eq!(asked.offered, offered(&[3], &["PT1H", "P7D", "P30D"]), "not what is needed");
    browser.answer(&format!("{mine}/stop-some"), &[("field", "drp-schema-v1:person.profession")]).await;
    let some = last_shown(&portal, &path).await;
    assert_eq!(some.offered, offered(&[0, 1, 3], &[]));
    browser.answer(&format!("{mine}/less-time"), &[("duration", "PT1H")]).await;
    assert_eq!(last_shown(&portal, &path).await.offered, offered(&[], &["PT1H"]));

    let stop = browser.get(&format!("{mine}/stop?lang=ta")).await;
    browser.post(&format!("{mine}/stop"), &stop.form(&[])).await;
    let stopped = last_shown(&portal, &path).await;
    assert_eq!((stopped.text_hash, stopped.language.as_str()), (hash(&stop), "ta"));
    assert_eq!(stopped.offered, Offered::default());
    let templates = asked.templates.unwrap();
    assert_eq!(
        (templates.len(), &stopped.templates, &some.templates),
        (64, &Some(templates.clone()), &Some(templates))
    );
}

async fn a_stop_is_a_stop_whatever_its_page_brings(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    browser.answer(&path, &SHARE).await;
    let stop = format!("/my/{}/stop", id_in(&path));
    let page = browser.get(&stop).await;
    portal.ledger.require(NAYANA, &[0, 1]).await;
    let sent = browser.post(&stop, &page.form(&[])).await;
    assert_eq!(sent.location, Some(format!("/my/{}/stopped", id_in(&path))));
    let id = id_in(&path).parse().unwrap();
    let kept = portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap();
    let last = &kept.entries.last().unwrap().action;
    assert!(matches!(last, Action::Revoked { shown: None, .. }), "the page said how it was before: {last:?}");
}

async fn after_a_mistake_it_is_the_page_that_was_seen_last(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let wrong = browser.answer(&path, &[("decision", "share")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.post(&path, &wrong.form(&[("decision", "deny")])).await;
    assert_eq!(last_shown(&portal, &path).await.text_hash, hash(&wrong));
}

async fn an_answer_without_a_page_of_ours_is_not_taken(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let other = portal.ledger.require(REGINA, &[0]).await.consent_id;
    let hers = portal.signed_in("regina").await.get(&format!("/c/{other}")).await;
    let shown_to_her = hers.form(&[]).into_iter().find(|(name, _)| name == "shown").unwrap().1;
    let page = browser.get(&path).await;
    for wrong in ["", "AAAA", shown_to_her.as_str()] {
        let form = page.form(&SHARE).into_iter();
        let form: Vec<_> =
            form.map(|(name, value)| if name == "shown" { (name, wrong.to_owned()) } else { (name, value) }).collect();
        assert_eq!(browser.post(&path, &form).await.status, StatusCode::FORBIDDEN, "{wrong}");
    }
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1);
}

on_both_engines! {
    what_was_shown_is_kept_with_the_answer,
    what_could_be_chosen_and_what_the_page_was_made_of_is_kept_too,
    a_stop_is_a_stop_whatever_its_page_brings,
    after_a_mistake_it_is_the_page_that_was_seen_last,
    an_answer_without_a_page_of_ours_is_not_taken,
}
