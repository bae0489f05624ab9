//! Whom people do not let ask them: a page on the way, and the settings to take it back.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use ndx_contracts::consent::{ConsentEngine, ConsentStatus, StandingConsent};
use reqwest::StatusCode;

const DAY: i64 = 24 * 60 * 60;
const LIST: &str = "/settings#blocked";

async fn a_person_blocks_an_application_and_lets_it_ask_again(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let mine = format!("/my/{}", id_in(&path));
    assert!(browser.get("/settings").await.text("#blocked").is_empty(), "nobody yet, and no heading for nobody");
    browser.answer(&path, &[("decision", "unexpected")]).await;
    let done = browser.get(&format!("{path}/done")).await;
    let block = format!("{mine}/block");
    assert!(done.attributes("main a", "href").contains(&block), "whoever did not ask for it is shown the way");
    assert!(browser.get(&mine).await.attributes("main a", "href").contains(&block));

    let page = browser.get(&block).await;
    assert_eq!(page.h1(), "Do you want to stop the Department of Immigration from asking you?");
    assert!(page.text("main p")[0].starts_with("The Online Passport Application will not be able to ask you"));
    assert!(!page.html.contains("What you share with them now"), "nothing is shared");
    assert_eq!(page.text("main form button"), ["Do not let them ask"]);
    assert_eq!(page.attributes("main .ndx-actions a", "href"), [mine.as_str()], "the other way is a link");
    let sent = browser.post(&block, &page.form(&[])).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(LIST)));
    assert_eq!(browser.post(&block, &page.form(&[])).await.location.as_deref(), Some(LIST), "twice is once");

    let settings = browser.get("/settings").await;
    assert_eq!(settings.text("#blocked"), ["Whom you do not let ask"]);
    let lead = "You do not let the Online Passport Application ask you. Since 21 November 2026.";
    assert_eq!(settings.text("main form p"), [lead], "once");
    // Long after her no has cooled down.
    portal.ledger.advance(31 * DAY);
    let asked = portal.ledger.engine.require(&requirement(NAYANA, &[0])).await.unwrap();
    assert_eq!((asked.status, asked.portal_url), (ConsentStatus::Rejected, None), "they hear a plain no");
    let browser = portal.signed_in("nayana").await;
    let told = browser.get(&mine).await;
    let happened = told.text("main details li").remove(0);
    assert!(happened.ends_with("You were not asked, because you do not let them ask."), "{happened}");

    let settings = browser.get("/settings").await;
    let again = settings.text("main form button");
    assert_eq!(again[0], "Let them ask again (Online Passport Application)", "each button says whom");
    let sent = browser.post("/settings/unblock", &settings.form(&[])).await;
    assert_eq!((sent.status, sent.location.as_deref()), (StatusCode::SEE_OTHER, Some(LIST)));
    assert!(browser.get("/settings").await.text("#blocked").is_empty());
    let form = settings.form(&[]);
    assert_eq!(browser.post("/settings/unblock", &form).await.status, StatusCode::SEE_OTHER, "twice is once");
    portal.ledger.advance(31 * DAY);
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.status, ConsentStatus::Pending);
}

async fn what_is_shared_stays_shared(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    browser.answer(&path, &SHARE).await;
    let block = format!("/my/{}/block", id_in(&path));
    let page = browser.get(&block).await;
    assert!(page.html.contains("What you share with them now is not changed. You can stop that, too."));
    browser.post(&block, &page.form(&[])).await;
    let standing = StandingConsent { consent_id: id_in(&path).parse().unwrap(), fields: vec![field(0)] };
    assert!(portal.ledger.engine.withdrawn(&[standing]).await.unwrap().is_empty());
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.covered, [field(0)]);
    assert!(browser.get("/my").await.html.contains("See details and stop"));
}

async fn nobody_else_blocks_or_unblocks(on: On) {
    let portal = portal_on(on).await;
    let theirs = portal.ledger.require(REGINA, &[0]).await.consent_id;
    let (browser, path) = portal.asked(&[0]).await;
    let block = format!("/my/{}/block", id_in(&path));
    let page = browser.get(&block).await;
    let unknown = browser.get("/my/00000000-0000-4000-8000-000000000000/block").await;
    assert_eq!((unknown.status, unknown.h1().as_str()), (StatusCode::NOT_FOUND, "We cannot find this request"));
    for address in [format!("/my/{theirs}/block"), "/my/not-an-id/block".to_owned()] {
        let other = browser.get(&address).await;
        assert_eq!((other.status, &other.html), (unknown.status, &unknown.html), "{address}");
        let sent = browser.post(&address, &page.form(&[])).await;
        assert_eq!((sent.status, &sent.html), (unknown.status, &unknown.html), "{address}");
    }
    let without: Vec<_> = page.form(&[("application", "passport-app")]).into_iter().skip(1).collect();
    for address in [block.as_str(), "/settings/unblock"] {
        assert_eq!(browser.post(address, &without).await.status, StatusCode::FORBIDDEN, "{address}: no form of ours");
    }
    assert_eq!(browser.post("/settings/unblock", &page.form(&[])).await.status, StatusCode::FORBIDDEN, "whom?");
    assert!(browser.get("/settings").await.text("#blocked").is_empty(), "nothing was written");

    let stranger = portal.browser();
    assert_eq!(stranger.get(&block).await.h1(), "Sign in to see what you are sharing");
    assert_eq!(stranger.post(&block, &page.form(&[])).await.location.as_deref(), Some(block.as_str()), "to the gate");
    assert_eq!(stranger.post("/settings/unblock", &page.form(&[])).await.h1(), "Sign in to change your settings");
    assert_eq!(browser.get("/settings/unblock").await.location.as_deref(), Some(LIST));
    assert!(stranger.get("/settings").await.text("#blocked").is_empty());
}

on_both_engines! {
    a_person_blocks_an_application_and_lets_it_ask_again,
    what_is_shared_stays_shared,
    nobody_else_blocks_or_unblocks,
}
