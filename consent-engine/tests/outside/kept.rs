//! What a person has filled in outlives the session in which she did it; and whoever signs out everywhere is out everywhere.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use ndx_contracts::history::UseResult;
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
    assert_eq!((kept.status, kept.headers.contains_key(header::SET_COOKIE)), (StatusCode::SEE_OTHER, false));
}

/// Nayana shares two things, and has looked at a use of one of them.
async fn sharing(on: On) -> (Portal, Browser, String, String) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1]).await;
    browser.answer(&path, &[("decision", "share"), ("duration", "P30D")]).await;
    let used = [("drp-schema-v1:person.fullName", "released", None)];
    let id = portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", UseResult::Released, &used);
    (portal, browser, format!("/my/{}", id_in(&path)), format!("/history/{id}"))
}

async fn a_form_whose_session_has_ended_leads_back_to_its_page_with_what_was_filled_in(on: On) {
    let (portal, browser, mine, used) = sharing(on).await;
    let text = "This is not right.\r\nලියුම";
    for (page, action, name, value) in [
        (format!("{mine}/stop-some"), format!("{mine}/stop-some"), "field", "drp-schema-v1:person.fullName"),
        (format!("{mine}/less-time"), format!("{mine}/less-time"), "duration", "P7D"),
        (used.clone(), format!("{used}/wrong"), "text", text),
    ] {
        let form = browser.get(&page).await;
        let warned = form.text("main p").concat();
        assert!(warned.contains("If you do nothing for 20 minutes, you are signed out."), "{page}: {warned}");
        portal.ledger.advance(21 * 60);
        let sent = browser.post(&action, &form.form(&[(name, value)])).await;
        assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(page.as_str())));
        let gate = browser.get(&page).await;
        let said = gate.text(".govuk-inset-text").concat();
        assert!(said.contains("Your choices are kept.") || said.contains("What you wrote is kept."), "{page}: {said}");
        let link = gate.attributes("main a[role=button]", "href").concat();
        let back = browser.sign_in_from(browser.get(&link).await, "nayana").await;
        assert_eq!(back.location.as_deref(), Some(page.as_str()));
        let again = browser.get(&page).await;
        assert!(again.text(".govuk-inset-text").concat().starts_with("You are signed in again."), "{page}");
        let filled = [again.attributes("input[checked]", "value"), again.text("textarea")].concat();
        assert_eq!(filled, [value.split_whitespace().collect::<Vec<_>>().join(" ")], "{page}");
    }
    assert!(portal.beside.complaints.lock().unwrap().is_empty(), "nothing is sent by itself");
    assert_eq!(portal.ledger.require(NAYANA, &[0, 1]).await.covered.len(), 2, "nor stopped");
    let again = browser.get(&used).await;
    browser.post(&format!("{used}/wrong"), &again.form(&[("text", text)])).await;
    assert_eq!(portal.beside.complaints.lock().unwrap()[0].text, "This is not right.\nලියුම");
    assert_eq!(browser.get(&used).await.text("textarea"), [""], "what was sent is kept no longer");
}

async fn a_button_whose_session_has_ended_leads_back_to_its_page(on: On) {
    let (portal, browser, mine, _) = sharing(on).await;
    portal.ledger.engine.current().block(&subject(NAYANA), &"vehicle-insurance".into(), &trace()).await.unwrap();
    for (page, action) in [
        (format!("{mine}/stop"), format!("{mine}/stop")),
        (format!("{mine}/block"), format!("{mine}/block")),
        (mine.clone(), format!("{mine}/reopen")),
        ("/settings".to_owned(), "/settings/unblock".to_owned()),
        ("/settings".to_owned(), "/sign-out/everywhere".to_owned()),
    ] {
        let form = browser.get(&page).await;
        portal.ledger.advance(21 * 60);
        let sent = browser.post(&action, &form.form(&[])).await;
        let gate = match &sent.location {
            Some(location) => browser.get(location).await,
            None => sent,
        };
        let said = gate.text(".govuk-inset-text").concat();
        assert!(said.starts_with("You were signed out, because you did nothing for 20 minutes."), "{action}: {said}");
        let link = gate.attributes("main a[role=button]", "href").concat();
        let back = browser.sign_in_from(browser.get(&link).await, "nayana").await;
        assert_eq!(back.location.as_deref(), Some(page.as_str()), "{action}");
    }
    assert_eq!(portal.ledger.require(NAYANA, &[0, 1]).await.covered.len(), 2, "nothing happens by itself");
    assert_eq!(portal.ledger.engine.current().blocks_of(&subject(NAYANA)).await.unwrap().len(), 1);
}

async fn a_long_text_is_kept_in_every_script_and_no_other_person_of_the_browser_sees_it(on: On) {
    let (portal, browser, _, used) = sharing(on).await;
    // As many letters as may be sent, in no order that would make them small.
    let mut random = fastrand::Rng::with_seed(7);
    let letters: Vec<char> = ('\u{d85}'..='\u{dc6}').chain("     ".chars()).collect();
    let text: String = (0..2000).map(|_| letters[random.usize(..letters.len())]).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let form = browser.get(&used).await.form(&[("text", &text)]);
    portal.ledger.advance(21 * 60);
    let sent = browser.post(&format!("{used}/wrong"), &form).await;
    let cookies = sent.headers.get_all(header::SET_COOKIE).iter();
    let sizes: Vec<_> = cookies.map(|cookie| cookie.to_str().unwrap().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 4096) && sizes.iter().sum::<usize>() < 7_000, "{sizes:?}");
    browser.sign_in("nayana", &used).await;
    let page = browser.get(&used).await;
    assert_eq!(page.text("textarea"), [text]);
    let ask = browser.get(&page.attributes(".ndx-viewer a", "href").concat()).await;
    let out = browser.post("/sign-out", &ask.form(&[])).await;
    let gone = out.headers.get_all(header::SET_COOKIE).iter().map(|cookie| cookie.to_str().unwrap());
    assert!(gone.filter(|cookie| cookie.starts_with("ndx-portal-draft")).all(|cookie| cookie.contains("Max-Age=0")));
    assert!(browser.get(&used).await.text(".govuk-inset-text").is_empty(), "who signs out leaves nothing behind");
    // What is longer than may be sent is kept as far as it goes, and nobody's browser is filled by it.
    browser.sign_in("nayana", &used).await;
    let form = browser.get(&used).await.form(&[("text", &"ක්ෂ".repeat(20_000))]);
    portal.ledger.advance(21 * 60);
    let sent = browser.post(&format!("{used}/wrong"), &form).await;
    assert_eq!(sent.location.as_deref(), Some(used.as_str()));
}

async fn a_change_of_the_language_loses_neither_choices_nor_mistakes(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let wrong = browser.answer(&path, &[("decision", "share"), ("field", "drp-schema-v1:person.profession")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let switch = wrong.attributes(".ndx-top-languages a[lang=si]", "href").concat();
    let sinhala = browser.get(&format!("{path}{switch}")).await;
    assert_eq!((sinhala.status, sinhala.attributes("html", "lang").concat().as_str()), (StatusCode::OK, "si"));
    assert_eq!(sinhala.attributes(".govuk-error-summary a", "href"), ["#duration"]);
    assert_eq!(sinhala.attributes("input[checked]", "value"), ["drp-schema-v1:person.profession"]);
    let anew = browser.get(&path).await;
    assert_eq!(anew.text(".govuk-error-summary").len(), 0, "who opens it anew has made no mistake");
    browser.post(&path, &anew.form(&SHARE)).await;

    let mine = format!("/my/{}", id_in(&path));
    portal.ledger.require(NAYANA, &[0, 1]).await;
    browser.answer(&path, &SHARE).await;
    for form in [format!("{mine}/stop-some"), format!("{mine}/less-time")] {
        let wrong = browser.answer(&form, &[]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        let other = browser.get(&format!("{form}?lang=ta")).await;
        assert_eq!(other.text(".govuk-error-summary").len(), 1, "{form}");
    }
    let used = [("drp-schema-v1:person.fullName", "released", None)];
    let used = portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", UseResult::Released, &used);
    let form = browser.get(&format!("/history/{used}")).await.form(&[("text", &format!("{}x", "x ".repeat(1000)))]);
    let wrong = browser.post(&format!("/history/{used}/wrong"), &form).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = browser.get(&format!("/history/{used}/wrong?lang=en")).await.location.unwrap();
    assert_eq!(other, format!("/history/{used}?lang=en"));
    let other = browser.get(&other).await;
    assert_eq!(other.text(".govuk-error-summary li"), ["Write at most 2,000 characters"]);
    assert_eq!(other.text("textarea")[0].chars().count(), 2001);
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
    a_form_whose_session_has_ended_leads_back_to_its_page_with_what_was_filled_in,
    a_button_whose_session_has_ended_leads_back_to_its_page,
    a_long_text_is_kept_in_every_script_and_no_other_person_of_the_browser_sees_it,
    a_change_of_the_language_loses_neither_choices_nor_mistakes,
    w2_who_signs_out_everywhere_is_out_in_every_browser,
}
