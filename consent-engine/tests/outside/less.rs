//! Sharing less than before, saying that nobody asked for it, and a request that nobody waits for any more.

use crate::{
    outbox::telling,
    portal::{SHARE, id_in},
    support::*,
};
use chrono::TimeDelta;
use consent_engine::ledger::Action;
use ndx_contracts::consent::{ConsentEngine, ConsentStatus, StandingConsent};
use reqwest::StatusCode;

/// Nayana shares three things for 30 days.
async fn sharing(on: On) -> (Portal, Browser, String) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1, 3]).await;
    let yes = [("decision", "share"), ("duration", "P30D"), ("field", "drp-schema-v1:person.profession")];
    browser.answer(&path, &yes).await;
    let mine = format!("/my/{}", id_in(&path));
    (portal, browser, mine)
}

async fn one_thing_can_be_stopped(on: On) {
    let (portal, browser, mine) = sharing(on).await;
    let page = browser.get(&format!("{mine}/stop-some")).await;
    assert_eq!(page.h1(), "What do you want to stop sharing with the Department of Immigration?");
    assert_eq!(page.text(".govuk-checkboxes__label"), ["Full name", "Home address", "Profession"]);
    assert_eq!(page.attributes("input[checked]", "id"), Vec::<String>::new());
    let nothing = browser.post(&format!("{mine}/stop-some"), &page.form(&[])).await;
    assert_eq!(
        (nothing.status, nothing.text(".govuk-error-summary li")),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["Choose what to stop sharing".to_owned()])
    );
    let sent = browser.answer(&format!("{mine}/stop-some"), &[("field", "drp-schema-v1:person.profession")]).await;
    assert_eq!(sent.location, Some(format!("{mine}/changed")));
    let changed = browser.get(&sent.location.unwrap()).await;
    assert_eq!(changed.h1(), "You have changed what you share with the Department of Immigration");
    let answer = portal.ledger.require(NAYANA, &[0, 1, 3]).await;
    assert_eq!((answer.covered, answer.declined), (vec![field(0), field(1)], vec![field(3)]), "it is not asked again");
    let standing = StandingConsent { consent_id: answer.consent_id, fields: vec![field(0), field(3)] };
    let lost = portal.ledger.engine.withdrawn(&[standing]).await.unwrap();
    assert_eq!(lost[0].fields, [field(3)], "it takes effect at once");
    assert!(browser.get(&mine).await.text("main li").concat().contains("You stopped sharing 1 thing."));
    let again =
        browser.post(&format!("{mine}/stop-some"), &page.form(&[("field", "drp-schema-v1:person.fullName")])).await;
    assert_eq!(again.location, Some(mine.clone()), "a page that shows how it was before");
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.covered, [field(0)]);
    let all = [("field", "drp-schema-v1:person.fullName"), ("field", "drp-schema-v1:person.permanentAddress")];
    let whole = browser.answer(&format!("{mine}/stop-some"), &all).await;
    assert_eq!(whole.location, Some(format!("{mine}/stop")), "all of it is a stop");
}

async fn a_shorter_time_can_be_chosen_and_no_longer_one(on: On) {
    let (portal, browser, mine) = sharing(on).await;
    let page = browser.get(&format!("{mine}/less-time")).await;
    assert_eq!(page.text(".govuk-radios__label"), ["Just today, for 1 hour", "7 days, until 28 November 2026"]);
    for wrong in [&[][..], &[("duration", "P30D")], &[("duration", "P365D")]] {
        let refused = browser.post(&format!("{mine}/less-time"), &page.form(wrong)).await;
        assert_eq!(
            (refused.status, refused.text(".govuk-error-summary li")),
            (StatusCode::UNPROCESSABLE_ENTITY, vec!["Choose a shorter time".to_owned()])
        );
    }
    let sent = browser.answer(&format!("{mine}/less-time"), &[("duration", "P7D")]).await;
    assert_eq!(sent.location, Some(format!("{mine}/changed")));
    let answer = portal.ledger.require(NAYANA, &[0]).await;
    assert_eq!(answer.expires_at.unwrap().to_rfc3339(), "2026-11-28T05:00:00+00:00");
    browser.answer(&format!("{mine}/less-time"), &[("duration", "PT1H")]).await;
    let none = browser.get(&format!("{mine}/less-time")).await;
    assert!(none.text("main p").concat().contains("There is no shorter time to choose."));
    assert_eq!(browser.get(&format!("{mine}/less-time")).await.text("main input[type=radio]").len(), 0);
}

async fn i_did_not_ask_for_this_is_a_no_that_is_marked(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let sent = browser.answer(&path, &[("decision", "unexpected")]).await;
    let done = browser.get(&sent.location.unwrap()).await;
    assert_eq!(done.h1(), "You said no");
    assert!(done.text("main p").concat().contains("You told us that you did not ask for this."));
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Rejected);
    let id = id_in(&path).parse().unwrap();
    let kept = portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap();
    assert!(matches!(kept.entries.last().unwrap().action, Action::Denied { unexpected: true, .. }));
    let mine = browser.get(&format!("/my/{}", id_in(&path))).await;
    assert!(mine.text("main li").concat().contains("You said no, and that you did not ask for this."));
    let list = browser.get("/my?show=no").await.text(".govuk-summary-card dd").concat();
    assert!(list.contains("10:30am on 21 November. You said that you did not ask for this."), "{list}");
    let told = "and we tell the Department of Immigration.";
    assert!(!done.html.contains(told), "it has no receiver");
    let config = telling(&[("passport-app", "http://127.0.0.1:1/hooks")], serde_json::json!({}));
    portal.ledger.engine.reconfigure(config);
    assert!(browser.get(&format!("{path}/done")).await.html.contains(told));
}

async fn a_request_whose_application_is_gone_needs_no_answer(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let page = browser.get(&path).await;
    let config = config_with(portal.url.trim_start_matches("http://"), "127.0.0.1:1", |text| {
        text.replace("\"id\": \"passport-application\"", "\"id\": \"another-purpose\"")
    });
    portal.ledger.engine.reconfigure(config);
    let gone = browser.get(&path).await;
    assert_eq!(
        (gone.status, gone.h1().as_str()),
        (StatusCode::GONE, "The Department of Immigration no longer needs your answer")
    );
    assert!(gone.text("main p").concat().contains("Nothing was shared."));
    for answers in [SHARE.as_slice(), &[("decision", "deny")], &[("decision", "none")]] {
        let sent = browser.post(&path, &page.form(answers)).await;
        assert_eq!((sent.status, sent.h1()), (StatusCode::GONE, gone.h1()), "{answers:?}");
    }
    let id = id_in(&path).parse().unwrap();
    let kept = portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap();
    assert_eq!(kept.recorded.consent.version, 1, "nothing was stored");
}

async fn thirteen_things_are_folded_each_list_under_its_count(on: On) {
    let portal = portal_on(on).await;
    let mut asked = requirement(NAYANA, &[0, 2]);
    for number in 0..11 {
        let mut more = asked.fields[0].clone();
        more.field = ndx_contracts::FieldRef::new("drp-schema-v1", format!("person.more{number}"));
        asked.fields.push(more);
    }
    let id = portal.ledger.engine.require(&asked).await.unwrap().consent_id;
    let page = portal.signed_in("nayana").await.get(&format!("/c/{id}")).await;
    let folded = page.text("main details[open] summary");
    assert_eq!(
        folded,
        ["12 items from the Department of Registration of Persons", "1 item from the Registrar General’s Department"]
    );
    assert!(page.html.len() < 25_000, "{}", page.html.len());
}

/// F12: what waits and what is shared by the clock of the database can be answered, shortened and stopped, though the clock
/// of the process that shows the pages is fast.
#[tokio::test]
async fn f12_the_pages_of_a_process_whose_clock_is_fast_refuse_nothing_that_is_in_time() {
    let portal = portal_on(On::Postgres).await;
    let id = portal.ledger.require(NAYANA, &[0, 3]).await.consent_id;
    portal.ledger.clock.advance(TimeDelta::hours(2));
    let browser = portal.signed_in("nayana").await;
    let page = browser.get(&format!("/c/{id}")).await;
    assert_eq!(page.h1(), "Do you want to share your information with the Department of Immigration?");
    let both = [("field", "drp-schema-v1:person.profession"), ("decision", "share"), ("duration", "PT1H")];
    let sent = browser.post(&format!("/c/{id}"), &page.form(&both)).await;
    assert_eq!(sent.location, Some(format!("/c/{id}/done")));
    assert_eq!(browser.get(&format!("/c/{id}/done")).await.h1(), "You are sharing your information");
    assert_eq!(browser.get(&format!("/my/{id}")).await.attributes("a[href$='/stop']", "href").len(), 1);
    let some = [("field", "drp-schema-v1:person.profession")];
    let sent = browser.answer(&format!("/my/{id}/stop-some"), &some).await;
    assert_eq!(sent.location, Some(format!("/my/{id}/changed")));
    let sent = browser.answer(&format!("/my/{id}/stop"), &[]).await;
    assert_eq!(sent.location, Some(format!("/my/{id}/stopped")));
}

/// What they need is marked where she can take it back, and whoever does so all the same is told by the application's answer which
/// it is; what was optional is left out of it without a word to her.
async fn c10_who_takes_back_what_they_need_reads_that_and_they_hear_which_it_is(on: On) {
    let (portal, browser, mine) = sharing(on).await;
    let page = browser.get(&format!("{mine}/stop-some")).await;
    let hints = page.text(".govuk-checkboxes__hint");
    let says = |hint: &String| hint.contains("They say they cannot go on without this.");
    assert_eq!(hints.iter().map(says).collect::<Vec<_>>(), [true, true, false], "{hints:?}");
    let two = [("field", "drp-schema-v1:person.permanentAddress"), ("field", "drp-schema-v1:person.profession")];
    assert_eq!(
        browser.post(&format!("{mine}/stop-some"), &page.form(&two)).await.location,
        Some(format!("{mine}/changed"))
    );
    for _ in 0..2 {
        let answer = portal.ledger.require(NAYANA, &[0, 1, 3]).await;
        assert_eq!((answer.status, answer.portal_url), (ConsentStatus::Approved, None), "and do not ask again");
        assert_eq!((answer.covered, answer.missing), (vec![field(0)], vec![]));
        assert_eq!(answer.declined, [field(1), field(3)]);
    }
    // When she is asked, what they need is not hers to untick: she reads what happens when she says no.
    portal.ledger.require(REGINA, &[0, 3]).await;
    let hers = portal.signed_in("regina").await;
    let id = portal.ledger.require(REGINA, &[0, 3]).await.consent_id;
    let question = hers.get(&format!("/c/{id}")).await;
    assert_eq!(question.attributes("input[type=checkbox]", "value"), ["drp-schema-v1:person.profession"]);
    let said = question.text("main").concat();
    assert!(said.contains("They say they cannot go on without these."), "{said}");
    assert!(said.contains("you can still apply by typing in your details"), "{said}");
}

on_both_engines! {
    c10_who_takes_back_what_they_need_reads_that_and_they_hear_which_it_is,
    one_thing_can_be_stopped,
    a_shorter_time_can_be_chosen_and_no_longer_one,
    i_did_not_ask_for_this_is_a_no_that_is_marked,
    a_request_whose_application_is_gone_needs_no_answer,
    thirteen_things_are_folded_each_list_under_its_count,
}
