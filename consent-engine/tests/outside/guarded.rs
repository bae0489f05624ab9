//! What the pages keep from strangers, from other sites, and from what they are fed.

use crate::{
    browser::Page,
    portal::{SHARE, id_in},
    support::*,
};
use ndx_contracts::{consent::ConsentEngine, history::UseResult};
use reqwest::StatusCode;

const SOMEBODY_ELSES: &str = "/c/00000000-0000-4000-8000-000000000000";

async fn who_is_not_signed_in_learns_nothing(on: On) {
    let portal = portal_on(on).await;
    let id = portal.ledger.require(NAYANA, &[0]).await.consent_id;
    let browser = portal.browser();
    let known = browser.get(&format!("/c/{id}")).await;
    let unknown = browser.get(SOMEBODY_ELSES).await;
    assert_eq!(
        (known.status, known.h1().as_str()),
        (StatusCode::OK, "Sign in to see who is asking for your information")
    );
    assert_eq!(known.html.replace(&id.to_string(), ""), unknown.html.replace(id_in(SOMEBODY_ELSES), ""));
    assert!(!known.html.contains("Passport") && !known.html.contains("Immigration"));
    assert_eq!(browser.get("/c/not-an-id").await.h1(), known.h1());
    assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing");
    assert_eq!(browser.get(&format!("/c/{id}/done")).await.location, Some(format!("/c/{id}")));
}

async fn c5_what_is_not_there_and_what_is_anothers_are_the_same_page_to_the_last_byte(on: On) {
    let portal = portal_on(on).await;
    let theirs = portal.ledger.require(REGINA, &[0]).await.consent_id;
    let fields = [("drp-schema-v1:person.fullName", "released", None)];
    let use_of_theirs = portal.beside.used(REGINA, "2026-11-20T05:01:00Z", UseResult::Released, &fields);
    let browser = portal.signed_in("nayana").await;
    let unknown = browser.get(SOMEBODY_ELSES).await;
    assert_eq!((unknown.status, unknown.h1().as_str()), (StatusCode::NOT_FOUND, "We cannot find this request"));
    assert!(unknown.html.contains("You are signed in as Nayana Perera (ID ending 5678)."));
    for path in [
        format!("/c/{theirs}"),
        format!("/c/{}", theirs.simple()),
        format!("/c/{theirs}/done"),
        format!("/my/{theirs}"),
        format!("/my/{theirs}/stop"),
        format!("/my/{theirs}/stopped"),
        format!("/my/{theirs}/stop-some"),
        format!("/my/{theirs}/less-time"),
        format!("/my/{theirs}/changed"),
        format!("/my/{theirs}/block"),
        format!("/my/{theirs}/receipt"),
        format!("/my/{theirs}/receipt.json"),
        format!("/history/{use_of_theirs}"),
        "/history/not-an-id".to_owned(),
        "/c/not-an-id".to_owned(),
        "/c/%FF".to_owned(),
    ] {
        let page = browser.get(&path).await;
        assert_eq!((page.status, &page.html), (StatusCode::NOT_FOUND, &unknown.html), "{path}");
    }
    let mine = portal.ledger.require(NAYANA, &[0]).await.consent_id;
    let page = browser.get(&format!("/c/{mine}")).await;
    for doing in ["stop", "stop-some", "less-time", "reopen", "block"] {
        let sent = browser.post(&format!("/my/{theirs}/{doing}"), &page.form(&SHARE)).await;
        assert_eq!((sent.status, &sent.html), (StatusCode::NOT_FOUND, &unknown.html), "{doing}");
    }
    for path in [format!("/c/{theirs}"), format!("/c/{}", theirs.simple())] {
        let sent = browser.post(&path, &page.form(&SHARE)).await;
        assert_eq!((sent.status, &sent.html), (StatusCode::NOT_FOUND, &unknown.html), "{path}");
    }
    assert_eq!(portal.ledger.require(REGINA, &[0]).await.version, 1);
}

async fn w1_only_our_own_form_is_taken(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let page = browser.get(&path).await;
    let form = page.form(&SHARE);
    let without: Vec<_> = form.iter().filter(|(name, _)| name != "csrf").cloned().collect();
    assert_eq!(browser.post(&path, &without).await.status, StatusCode::FORBIDDEN);
    let wrong = [&[("csrf".to_owned(), "AAAA".to_owned())], without.as_slice()].concat();
    assert_eq!(browser.post(&path, &wrong).await.status, StatusCode::FORBIDDEN);
    let of_another_session = portal.signed_in("nayana").await.get(&path).await.form(&SHARE);
    assert_eq!(browser.post(&path, &of_another_session).await.status, StatusCode::FORBIDDEN);
    for foreign in [
        [("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
        [("origin", "null"), ("sec-fetch-site", "cross-site")],
        [("origin", "null"), ("sec-fetch-site", "same-site")],
        [("origin", "null"), ("sec-fetch-site", "none")],
    ] {
        let page = browser.post_from(&path, &foreign, &form).await;
        assert_eq!((page.status, page.h1().as_str()), (StatusCode::FORBIDDEN, "We could not accept your answer"));
        assert!(page.html.contains(page.headers["x-trace-id"].to_str().unwrap()), "the number to name");
    }
    assert_eq!(portal.ledger.require(NAYANA, &[0]).await.version, 1, "nothing was stored");
    let ours = [("origin", "null"), ("sec-fetch-site", "same-origin")];
    assert_eq!(browser.post_from(&path, &ours, &form).await.status, StatusCode::SEE_OTHER);
}

async fn w1_every_page_has_the_headers_and_no_script(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let pages = [
        path.as_str(),
        "/history",
        "/settings",
        "/verify",
        "/sources",
        "/my",
        "/help",
        "/privacy",
        "/accessibility",
        "/nothing",
        SOMEBODY_ELSES,
        "/sign-in",
        "/",
    ];
    for path in pages {
        let page = browser.get(path).await;
        let header = |name: &str| page.headers[name].to_str().unwrap();
        assert_eq!(
            header("content-security-policy"),
            "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'"
        );
        assert_eq!(header("referrer-policy"), "no-referrer");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin");
        assert!(!page.html.contains("<script") && !page.html.contains("style="), "{path}");
        assert!(page.html.len() < 25_000, "{path}: {}", page.html.len());
    }
}

/// Every page that takes a form, from another site or without the session's own number: nothing is done.
async fn w1_no_page_takes_a_form_of_another_site_or_without_the_sessions_number(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 1]).await;
    browser.answer(&path, &SHARE).await;
    let id = id_in(&path).to_owned();
    portal.ledger.require(NAYANA, &[0, 1, 2]).await;
    let fields = [
        ("decision", "deny"),
        ("duration", "PT1H"),
        ("field", "drp-schema-v1:person.fullName"),
        ("application", "passport-app"),
        ("text", "This was not me."),
    ];
    let good = browser.get(&path).await.form(&fields);
    let number = &good.iter().find(|(name, _)| name == "csrf").unwrap().1;
    let with = |csrf: Option<&str>| -> Vec<(String, String)> {
        let rest = good.iter().filter(|(name, _)| name != "csrf").cloned();
        rest.chain(csrf.map(|csrf| ("csrf".to_owned(), csrf.to_owned()))).collect()
    };
    let cut = number.split_at(1).1;
    let paths = [
        path.clone(),
        format!("/my/{id}/stop-some"),
        format!("/my/{id}/less-time"),
        format!("/my/{id}/stop"),
        format!("/my/{id}/reopen"),
        format!("/my/{id}/block"),
        "/settings/unblock".to_owned(),
        format!("/history/{id}/wrong"),
        "/sign-out".to_owned(),
        "/sign-out/everywhere".to_owned(),
    ];
    let before =
        portal.ledger.engine.current().history_of(&subject(NAYANA), id.parse().unwrap()).await.unwrap().entries;
    for path in &paths {
        for foreign in ["https://evil.example", "null", "http://127.0.0.1:1", &portal.url.replace("http:", "https:")] {
            let sent = browser.post_from(path, &[("origin", foreign), ("sec-fetch-site", "cross-site")], &good).await;
            assert_eq!(
                (sent.status, sent.h1().as_str()),
                (StatusCode::FORBIDDEN, "We could not accept your answer"),
                "{path}"
            );
        }
        for csrf in [None, Some(""), Some("AAAA"), Some(cut)] {
            let sent = browser.post(path, &with(csrf)).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path}: {csrf:?}");
        }
        // A link alone does nothing either.
        browser.get(path).await;
    }
    let current = portal.ledger.engine.current();
    let after = current.history_of(&subject(NAYANA), id.parse().unwrap()).await.unwrap().entries;
    assert_eq!(after, before, "nothing was stored");
    assert!(current.blocks_of(&subject(NAYANA)).await.unwrap().is_empty(), "nobody is blocked");
    assert_eq!(browser.get("/my").await.h1(), "What you are sharing", "she is signed in still");
    // The same forms, from our own pages, are taken.
    for path in &paths {
        let sent = browser.post_from(path, &[("origin", portal.url.as_str())], &good).await;
        assert_ne!(sent.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing", "signed out by the last but one");
}

/// Script and markup in whatever an application, a body or a register says of itself is text on each page.
async fn w1_what_an_application_or_a_provider_says_is_text(on: On) {
    const MARKS: &str = "<script>alert(1)</script>'&amp;";
    const PICTURE: &str = "<img src=x onerror=alert(1)>";
    let portal = portal_with(on, |text| {
        let changes = [
            ("Online Passport Application", MARKS),
            ("to fill in and check your passport application", PICTURE),
            ("Printed in your passport", PICTURE),
            ("Department of Immigration and Emigration", MARKS),
            ("The Department of Immigration keeps it for 10 years", PICTURE),
            ("If you say no, you can still apply", PICTURE),
        ];
        changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replace(from, to)
        })
    })
    .await;
    let mut requirement = requirement(NAYANA, &[0, 3]);
    for required in &mut requirement.fields {
        required.display_name = "<script>alert(1)</script>\"'".into();
        required.description = Some(PICTURE.into());
    }
    let id = portal.ledger.engine.require(&requirement).await.unwrap().consent_id;
    let browser = portal.signed_in("nayana").await;
    let path = format!("/c/{id}");
    let question = browser.get(&path).await;
    assert_eq!(question.text("dt"), ["<script>alert(1)</script>\"'"]);
    assert!(question.text("main").concat().contains(MARKS), "the application's name stands there as it is written");
    assert!(question.text("main").concat().contains(PICTURE), "and what it says it is for");
    let yes = [SHARE.as_slice(), &[("field", "drp-schema-v1:person.profession")]].concat();
    browser.answer(&path, &yes).await;
    let mut pages = vec![question];
    for path in [
        format!("{path}/done"),
        "/my".to_owned(),
        format!("/my/{id}"),
        format!("/my/{id}/receipt"),
        format!("/my/{id}/stop-some"),
        format!("/my/{id}/less-time"),
        format!("/my/{id}/block"),
        format!("/my/{id}/stop"),
    ] {
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        pages.push(page);
    }
    browser.answer(&format!("/my/{id}/block"), &[]).await;
    pages.push(browser.get("/settings").await);
    browser.answer(&format!("/my/{id}/stop"), &[]).await;
    pages.push(browser.get(&format!("/my/{id}/stopped")).await);
    pages.push(browser.get("/my?show=ended").await);
    for page in pages {
        assert!(!page.html.contains("<script") && !page.html.contains("<img"), "{}", page.html);
    }
}

async fn style_sheets_are_kept_for_ever_and_travel_small(on: On) {
    let portal = portal_on(on).await;
    let browser = portal.browser();
    let page = browser.get("/help").await;
    let styles = page.attributes("link", "href");
    assert_eq!(styles.len(), 4);
    for style in &styles {
        let file = browser.get(style).await;
        assert_eq!(
            (file.status, file.headers["cache-control"].to_str().unwrap()),
            (StatusCode::OK, "public, max-age=31536000, immutable")
        );
        assert!(!file.html.contains("GDS") && !file.html.contains("url(") && !file.html.contains("crest"));
    }
    let largest = styles.iter().find(|style| style.ends_with("govuk-frontend.css")).unwrap();
    // A client that does not unpack by itself.
    let client = ndx_service::outbound::builder(std::time::Duration::from_secs(5)).no_gzip().build().unwrap();
    let packed = client.get(format!("{}{largest}", portal.url)).header("accept-encoding", "gzip");
    let packed = packed.send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(packed.bytes().await.unwrap().len() < 25_000);
    assert_eq!(browser.get("/assets/0000000000000000/portal.css").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(&styles[1].replace("govuk-frontend.css", "README.md")).await.status, StatusCode::NOT_FOUND);
}

async fn pages_travel_packed_unless_another_site_asks(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let address = format!("{}{path}", portal.url);
    let unpacked = portal.unpacked().await;
    let packed = async |takes: &str, from: Option<&str>| {
        let request = unpacked.client.get(&address).header("accept-encoding", takes);
        let request = from.into_iter().fold(request, |request, from| request.header("sec-fetch-site", from));
        let response = request.send().await.unwrap();
        response.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    for from_here in ["same-origin", "none"] {
        assert_eq!(packed("gzip", Some(from_here)).await.as_deref(), Some("gzip"), "{from_here}");
        assert_eq!(packed("identity", Some(from_here)).await, None, "{from_here}");
    }
    for elsewhere in [Some("cross-site"), Some("same-site"), Some("?"), None] {
        assert_eq!(packed("gzip", elsewhere).await, None, "{elsewhere:?}");
    }
    let (one, other) = (browser.get(&path).await, browser.get(&path).await);
    let token = |page: &Page| page.form(&[]).into_iter().find(|(name, _)| name == "csrf").unwrap().1;
    assert_ne!(token(&one), token(&other), "no secret is on two pages");
    assert_eq!(browser.post(&path, &one.form(&SHARE)).await.status, StatusCode::SEE_OTHER);
}

async fn an_answer_that_is_too_large_gets_a_page(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let page = browser.post(&path, &[("field".to_owned(), "x".repeat(2 * 1024 * 1024))]).await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "We could not accept your answer"));
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.html.contains(page.headers["x-trace-id"].to_str().unwrap()));
}

on_both_engines! {
    who_is_not_signed_in_learns_nothing,
    c5_what_is_not_there_and_what_is_anothers_are_the_same_page_to_the_last_byte,
    w1_only_our_own_form_is_taken,
    w1_every_page_has_the_headers_and_no_script,
    w1_no_page_takes_a_form_of_another_site_or_without_the_sessions_number,
    w1_what_an_application_or_a_provider_says_is_text,
    style_sheets_are_kept_for_ever_and_travel_small,
    pages_travel_packed_unless_another_site_asks,
    an_answer_that_is_too_large_gets_a_page,
}
