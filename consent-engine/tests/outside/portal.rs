//! The pages over real sockets, signed in at a real identity provider.

use crate::support::*;
use consent_engine::ledger::Action;
use ndx_contracts::consent::{ConsentEngine, ConsentStatus, StandingConsent};
use reqwest::StatusCode;

pub const SHARE: [(&str, &str); 2] = [("decision", "share"), ("duration", "P7D")];

pub fn id_in(path: &str) -> &str {
    path.trim_start_matches("/c/")
}

async fn the_question_is_asked_in_the_order_and_the_words_of_the_design(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1, 2, 3, 4]).await;
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.h1(), "Do you want to share your information with the Department of Immigration?");
    assert_eq!(
        page.text("title"),
        ["Do you want to share your information with the Department of Immigration? – Farajaland Data Exchange"]
    );
    assert_eq!(page.text(".ndx-viewer"), ["Signed in as Nayana Perera (ID ending 5678). This is not me"]);
    assert_eq!(
        page.text("main h2, main h3"),
        [
            "What they need",
            "From the Department of Registration of Persons",
            "From the Registrar General’s Department",
            "Also share, if you want to",
            "How long can they get it?"
        ]
    );
    assert_eq!(page.text("dt"), ["Full name", "Home address", "Birth certificate number"]);
    assert_eq!(page.text("dd").first().unwrap(), "As on your identity cardPrinted in your passport");
    assert_eq!(page.text(".govuk-checkboxes__label"), ["Profession", "Sex, as registered"]);
    assert_eq!(
        page.text(".govuk-checkboxes__hint").first().unwrap(),
        "From the Department of Registration of Persons. Saves you typing it in."
    );
    assert_eq!(
        page.text(".govuk-radios__label"),
        ["Just today, for 1 hour", "7 days, until 28 November 2026", "30 days, until 21 December 2026"]
    );
    assert_eq!(page.attributes("input[checked]", "id"), Vec::<String>::new(), "nothing is chosen beforehand");
    assert_eq!(page.text("form button"), ["", "Share this information", "Do not share", "I did not ask for this"]);
    assert!(page.text("main p").iter().any(|text| text == "Decide later. This request ends today at 11:30am."));
    let later = page.attributes("main form > p a", "href").pop().unwrap();
    assert_eq!(later, format!("http://127.0.0.1:3000/?consent_id={}&status=deferred", id_in(&path)));
}

async fn a_yes_in_part_is_a_yes_to_the_rest(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3, 4]).await;
    let ticked = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat();
    let sent = browser.answer(&path, &ticked).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(format!("{path}/done").as_str())));
    let done = browser.get(&format!("{path}/done")).await;
    assert_eq!(done.h1(), "You are sharing some of your information");
    let (id, panel) = (id_in(&path), done.text(".govuk-panel__body").concat());
    assert_eq!(panel, format!("With the Department of Immigration, until 28 November 2026Your reference: {id}"));
    let links = done.attributes("main a", "href");
    assert!(["receipt", "receipt.json"].iter().all(|file| links.contains(&format!("/my/{id}/{file}"))), "{links:?}");
    assert_eq!(
        done.text("main li"),
        [
            "Full name, from the Department of Registration of Persons",
            "Profession, from the Department of Registration of Persons",
            "Sex, as registered, from the Registrar General’s Department"
        ]
    );
    let back = done.attributes("main a[role=button]", "href");
    assert_eq!(back, [format!("http://127.0.0.1:3000/?consent_id={}&status=partly_granted", id_in(&path))]);
    let answer = portal.ledger.require(NAYANA, &[0, 3, 4]).await;
    assert_eq!((answer.covered, answer.declined), (vec![field(0), field(3)], vec![field(4)]));
    assert_eq!(browser.get(&path).await.h1(), "You have already answered this");
}

async fn a_whole_yes_says_so(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    browser.answer(&path, &[("decision", "share"), ("duration", "PT1H")]).await;
    let done = browser.get(&format!("{path}/done")).await;
    assert_eq!(done.h1(), "You are sharing your information");
    assert!(
        done.text(".govuk-panel__body")[0].starts_with("With the Department of Immigration, until 11:30am on 21 Nov")
    );
    let standing =
        StandingConsent { consent_id: path.trim_start_matches("/c/").parse().unwrap(), fields: vec![field(0)] };
    let lost = async || portal.ledger.engine.withdrawn(std::slice::from_ref(&standing)).await.unwrap();
    assert_eq!(lost().await, []);
    portal.ledger.advance(3600);
    assert_eq!(lost().await, std::slice::from_ref(&standing), "it lapses by itself");
    let over = portal.signed_in("nayana").await.get(&path).await;
    assert_eq!((over.status, over.h1().as_str()), (StatusCode::GONE, "This sharing has ended"));
}

async fn a_no_is_a_no_until_the_person_changes_her_mind(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    browser.answer(&path, &[("decision", "deny")]).await;
    let done = browser.get(&format!("{path}/done")).await;
    assert_eq!(done.h1(), "You said no");
    assert!(done.text("main p").concat().contains("They cannot ask again for this until 21 December 2026."));
    assert!(done.attributes("main a[role=button]", "href").concat().ends_with("&status=denied"));
    let answer = portal.ledger.require(NAYANA, &[0]).await;
    assert_eq!((answer.status, answer.portal_url), (ConsentStatus::Rejected, None));
    assert_eq!(browser.get("/my?show=no").await.text(".govuk-summary-card__title"), ["The Department of Immigration"]);

    let reopened = browser.post(&format!("/my/{}/reopen", id_in(&path)), &done.form(&[])).await;
    assert_eq!(reopened.location.as_deref(), Some(path.as_str()));
    assert_eq!(browser.get(&path).await.text("dt, .govuk-checkboxes__label"), ["Full name", "Profession"]);
    browser.answer(&path, &SHARE).await;
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Approved);
}

async fn the_enter_key_shares_nothing_and_keeps_the_answers(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let first = browser.get(&path).await;
    assert_eq!(first.attributes("form button", "value").first().unwrap(), "none", "the default button");
    let filled = [("decision", "none"), ("field", "drp-schema-v1:person.profession"), ("duration", "P30D")];
    let again = browser.answer(&path, &filled).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.text("title").concat().starts_with("Error: "));
    assert_eq!(again.text(".govuk-error-summary li"), ["Choose whether to share"]);
    assert_eq!(again.attributes(".govuk-error-summary a", "href"), ["#share"]);
    assert_eq!(again.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession", "P30D"]);
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
}

async fn a_yes_needs_a_length_of_time_and_something_to_share(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[3]).await;
    let page = browser.answer(&path, &[("decision", "share"), ("duration", "P365D")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        page.text(".govuk-error-summary li"),
        ["Choose what to share, or choose “Do not share”", "Choose how long they can get your information"]
    );
    for target in page.attributes(".govuk-error-summary a", "href") {
        assert_eq!(page.attributes(&target, "id").len(), 1, "{target} is on the page");
    }
    let not_asked = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.photo")]].concat();
    assert_eq!(browser.answer(&path, &not_asked).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_second_answer_changes_nothing_and_is_no_error(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let page = browser.get(&path).await;
    assert_eq!(browser.post(&path, &page.form(&SHARE)).await.status, StatusCode::SEE_OTHER);
    for answers in [SHARE.as_slice(), &[("decision", "deny")]] {
        let again = browser.post(&path, &page.form(answers)).await;
        assert_eq!((again.status, again.h1().as_str()), (StatusCode::OK, "You have already answered this"));
    }
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 2);
}

async fn an_answer_to_less_than_is_asked_now_is_not_taken_and_asked_again_in_words(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let page = browser.get(&path).await;
    portal.ledger.require(NAYANA, &[0, 1, 3]).await;
    let chosen = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession"), ("field", "gone:by.now")]].concat();
    let sent = browser.post(&path, &page.form(&chosen)).await;
    assert_eq!((sent.status, sent.h1()), (StatusCode::CONFLICT, page.h1()), "the question as it is now");
    let said = "The request has changed since you looked at it. Nothing was shared. Check it and answer again.";
    assert_eq!(sent.text(".govuk-inset-text").first().unwrap(), said);
    assert_eq!(sent.text("dt"), ["Full name", "Home address"]);
    assert_eq!(sent.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession", "P7D"]);
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.covered, []);
    let tamil = browser.get(&format!("{path}?lang=ta")).await;
    assert!(tamil.text(".govuk-inset-text")[0].starts_with("நீங்கள் பார்த்த பிறகு கோரிக்கை மாறிவிட்டது."), "{}", tamil.html);
    assert_eq!(tamil.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession", "P7D"]);
    let done = browser.post(&path, &tamil.form(&chosen)).await;
    assert_eq!(done.location, Some(format!("{path}/done")));
    portal.ledger.require(NAYANA, &[0, 1, 2, 3]).await;
    let late = browser.post(&path, &sent.form(&chosen)).await;
    let said = late.text(".govuk-inset-text");
    assert!(said[0].contains("புதிதாக எதுவும் பகிரப்படவில்லை"), "{said:?}");
}

async fn of_answers_at_once_exactly_one_is_stored(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let page = browser.get(&path).await;
    let send = |index: usize| {
        let (browser, path) = (browser.clone(), path.clone());
        let form = page.form(if index.is_multiple_of(2) { &SHARE } else { &[("decision", "deny")] });
        tokio::spawn(async move { browser.post(&path, &form).await })
    };
    let tasks: Vec<_> = (0..10).map(send).collect();
    let mut stored = 0;
    for task in tasks {
        let page = task.await.unwrap();
        match page.status {
            StatusCode::SEE_OTHER => stored += 1,
            status => assert_eq!((status, page.h1().as_str()), (StatusCode::OK, "You have already answered this")),
        }
    }
    assert_eq!(stored, 1);
}

async fn a_request_that_nobody_answered_has_ended(on: On) {
    let portal = portal_on(on).await;
    let asked = portal.ledger.require(NAYANA, &[0]).await;
    let path = format!("/c/{}", asked.consent_id);
    portal.ledger.advance(3590);
    let browser = portal.signed_in("nayana").await;
    let page = browser.get(&path).await;
    portal.ledger.advance(10);
    let late = browser.post(&path, &page.form(&SHARE)).await;
    assert_eq!((late.status, late.h1().as_str()), (StatusCode::GONE, "This request has ended"));
    assert!(late.text("main p").concat().contains("It ended at 11:30am on 21 November. Nothing was shared."));
    assert!(late.attributes("main a[role=button]", "href").concat().ends_with("&status=expired"));
    assert_eq!(browser.get(&path).await.status, StatusCode::GONE);
}

async fn stopping_is_one_page_and_one_button(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1]).await;
    browser.answer(&path, &SHARE).await;
    let list = browser.get("/my").await;
    assert_eq!(
        list.text(".govuk-summary-card dd.govuk-summary-list__value")[3..],
        ["28 November 2026", "Not used yet"]
    );
    let detail = list.attributes(".govuk-summary-card a", "href").pop().unwrap();
    let page = browser.get(&detail).await;
    assert_eq!(page.h1(), "Sharing with the Department of Immigration");
    let buttons = page.attributes("main a[role=button]", "href");
    assert_eq!(buttons, ["stop", "stop-some", "less-time"].map(|name| format!("{detail}/{name}")));
    let stop = buttons.into_iter().next().unwrap();
    assert_eq!(browser.get(&stop).await.h1(), "Do you want to stop sharing with the Department of Immigration?");
    let sent = browser.answer(&stop, &[]).await;
    assert_eq!(sent.location, Some(format!("{detail}/stopped")));
    let stopped = browser.get(&format!("{detail}/stopped")).await;
    assert_eq!(stopped.h1(), "You have stopped sharing with the Department of Immigration");
    assert!(stopped.html.contains("You stopped at 10:30am on 21 November."));
    let told = "We tell the Online Passport Application that you stopped, usually within one minute.";
    assert!(!stopped.html.contains(told), "it has not said where");
    let here = portal.url.trim_start_matches("http://");
    let key = portal.ledger.folder.path().join("webhook.secret");
    std::fs::write(&key, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    portal.ledger.engine.reconfigure(config_with(here, "127.0.0.1:1", |text| {
        let secret = format!(r#"{{"from_file": "{}"}}"#, key.display());
        let webhook = format!(r#""webhook": {{"url": "https://app.example/", "secret": {secret}}},"#);
        text.replace(r#""id": "passport-app","#, &format!(r#""id": "passport-app", {webhook}"#))
    }));
    assert!(browser.get(&format!("{detail}/stopped")).await.html.contains(told));

    let answer = portal.ledger.require(NAYANA, &[0, 1]).await;
    assert_eq!((answer.status, answer.covered.len()), (ConsentStatus::Revoked, 0));
    let standing = [StandingConsent { consent_id: answer.consent_id, fields: vec![field(0)] }];
    assert_eq!(portal.ledger.engine.withdrawn(&standing).await.unwrap(), standing);
    assert_eq!(browser.get("/my").await.text("main p"), ["You are not sharing anything now."]);
    assert_eq!(browser.get("/my?show=ended").await.text(".govuk-summary-card__title").len(), 1);
    assert_eq!(browser.get(&stop).await.location, Some(detail), "there is nothing to stop any more");
}

async fn a_request_for_more_says_that_other_things_are_shared(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    browser.answer(&path, &SHARE).await;
    portal.ledger.require(NAYANA, &[0, 1]).await;
    let page = browser.get(&path).await;
    assert_eq!(page.text("dt"), ["Home address"]);
    assert!(page.html.contains("You are already sharing other information with them."));
    let my = browser.get("/my").await;
    assert_eq!(my.text("main h2, .govuk-summary-card__title").len(), 4, "waiting, and shared");
    browser.answer(&path, &[("decision", "deny")]).await;
    let done = browser.get(&format!("{path}/done")).await;
    assert!(done.html.contains("What you were sharing before has not changed."));
    assert_eq!(browser.get("/my").await.text(".govuk-summary-card__title").len(), 1);
}

async fn the_trace_of_an_answer_is_in_the_ledger(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let sent = browser.answer(&path, &SHARE).await;
    let id = id_in(&path).parse().unwrap();
    let history = portal.ledger.engine.current().history_of(&subject(NAYANA), id).await.unwrap().entries;
    let last = history.last().unwrap();
    assert!(matches!(last.action, Action::Granted { .. }));
    assert_eq!(last.trace_id.as_str(), sent.headers["x-trace-id"]);
}

async fn a_ledger_that_cannot_be_read_is_said_plainly(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    portal.ledger.engine.close().await;
    let page = browser.get(&path).await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "This is not working now"));
    assert!(page.html.contains(page.headers["x-trace-id"].to_str().unwrap()));
}

on_both_engines! {
    the_question_is_asked_in_the_order_and_the_words_of_the_design,
    a_yes_in_part_is_a_yes_to_the_rest,
    a_whole_yes_says_so,
    a_no_is_a_no_until_the_person_changes_her_mind,
    the_enter_key_shares_nothing_and_keeps_the_answers,
    a_yes_needs_a_length_of_time_and_something_to_share,
    a_second_answer_changes_nothing_and_is_no_error,
    an_answer_to_less_than_is_asked_now_is_not_taken_and_asked_again_in_words,
    of_answers_at_once_exactly_one_is_stored,
    a_request_that_nobody_answered_has_ended,
    stopping_is_one_page_and_one_button,
    a_request_for_more_says_that_other_things_are_shared,
    the_trace_of_an_answer_is_in_the_ledger,
    a_ledger_that_cannot_be_read_is_said_plainly,
}
