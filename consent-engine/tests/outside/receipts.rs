//! The receipt as its owner sees it, and the page on which everybody checks one.

use crate::{
    portal::{SHARE, id_in},
    support::*,
};
use ndx_receipt::{KeySet, Receipt, verify};
use reqwest::StatusCode;

/// A browser of Nayana's that has just shared `fields`, and the path of the consent.
async fn shared(portal: &Portal, fields: &[usize]) -> (Browser, String) {
    let (browser, path) = portal.asked(fields).await;
    let done = browser.answer(&path, &SHARE).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
    let id = id_in(&path).to_owned();
    (browser, format!("/my/{id}"))
}

/// The id at the end of a path.
fn id_of(path: &str) -> &str {
    path.trim_start_matches("/my/")
}

/// A form as browsers send it: each field its name, the name of a file, and what is in it.
pub type Form = Vec<(&'static str, Option<&'static str>, String)>;

/// Sends what somebody holds to `/verify`, as a browser without a session does.
async fn checked(portal: &Portal, form: Form) -> Page {
    checked_in(&portal.browser(), form).await
}

/// The same in this browser.
pub async fn checked_in(browser: &Browser, form: Form) -> Page {
    checked_at(browser, "/verify", form).await
}

async fn checked_at(browser: &Browser, address: &str, form: Form) -> Page {
    let mut body = String::new();
    for (name, file, content) in form {
        let file =
            file.map(|file| format!("; filename=\"{file}\"\r\nContent-Type: application/json")).unwrap_or_default();
        body += &format!("--between\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
    }
    let request = browser.client.post(format!("{}{address}", browser.url));
    let request = request.header("content-type", "multipart/form-data; boundary=between");
    Page::of(request.body(body + "--between--\r\n").send().await.unwrap()).await
}

fn uploaded(text: impl Into<String>) -> Form {
    vec![("file", Some("receipt.json"), text.into()), ("text", None, String::new())]
}

pub fn pasted(text: impl Into<String>) -> Form {
    vec![("file", Some(""), String::new()), ("text", None, text.into())]
}

/// What a page says to people has none of the words that we do not use with them.
fn in_plain_words(page: &Page) {
    let said = page.text("main").concat().to_lowercase();
    for word in ["consent", "grant", " nic", "please", "data owner", "entity"] {
        assert!(!said.contains(word), "`{word}` in: {said}");
    }
}

async fn the_receipt_says_all_that_was_decided(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = shared(&portal, &[0, 2, 3]).await;
    let done = browser.get(&format!("/c/{}/done", id_of(&path))).await;
    let link = format!("{path}/receipt");
    assert!(done.attributes("main a", "href").contains(&link), "{}", done.html);
    assert!(browser.get(&path).await.attributes("main a", "href").contains(&link));

    let page = browser.get(&link).await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::OK, "Receipt"));
    in_plain_words(&page);
    let said = page.text("main").concat();
    for words in [
        "Person with ID ending 5678",
        "Online Passport Application",
        "Department of Immigration and Emigration",
        "telephone 011 555 0140",
        "To fill in and check your passport application.",
        "The person said yes",
        "10:30am on 21 November 2026",
        "28 November 2026",
        "Full name",
        "drp-schema-v1:person.fullName",
        "From Department of Registration of Persons",
        "Printed in your passport",
        "What the person chose not to share",
        "Profession",
        "Was asked for 3 things.",
        "Said yes to 2 things, until 28 November 2026.",
        "The Department of Immigration keeps it for 10 years",
        "Without the internet: ",
        "Data Protection Authority",
        "Farajaland Data Exchange",
        "To print this page or to save it as a PDF",
    ] {
        assert!(said.contains(words), "`{words}` is not in: {said}");
    }
    let key = portal.ledger.engine.current().public_keys().await.unwrap().keys()[0].key.id().to_owned();
    assert!(said.contains(&key) && said.contains(id_of(&path)) && !said.contains(NAYANA));
    let print = page.attributes("link[media=print]", "href");
    let style = browser.get(&print[0]).await;
    assert_eq!(
        (style.status, style.headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"text/css; charset=utf-8"[..])
    );
}

async fn the_downloaded_receipt_is_proven_by_the_published_keys(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = shared(&portal, &[0]).await;
    let file = browser.get(&format!("{path}/receipt.json")).await;
    assert_eq!((file.status, file.headers["content-type"].as_bytes()), (StatusCode::OK, &b"application/json"[..]));
    assert_eq!(file.headers["cache-control"], "no-store");
    let name = file.headers["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment; filename=\"receipt-") && name.ends_with(".json\""), "{name}");
    let keys = KeySet::read(&portal.browser().get("/.well-known/jwks.json").await.html).unwrap();
    let genuine = verify(&file.html, &keys).unwrap();
    assert_eq!(genuine.signed.record.record_id.to_string(), id_of(&path));

    browser.answer(&format!("{path}/stop"), &[]).await;
    let stopped = browser.get(&format!("{path}/stopped")).await;
    assert!(stopped.attributes("main a", "href").contains(&format!("{path}/receipt")));
    let page = browser.get(&format!("{path}/receipt")).await;
    let said = page.text("main").concat();
    assert!(said.contains("Stopped sharing.") && said.contains("What is not shared any more"), "{said}");
    let after = browser.get(&format!("{path}/receipt.json")).await;
    assert_eq!(verify(&after.html, &keys).unwrap().earlier.len(), 1);
}

async fn nobody_else_learns_of_a_receipt(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = shared(&portal, &[0]).await;
    let regina = portal.signed_in("regina").await;
    for end in ["receipt", "receipt.json"] {
        let other = regina.get(&format!("{path}/{end}")).await;
        let unknown = regina.get(&format!("/my/{}/{end}", uuid::Uuid::new_v4())).await;
        let no_id = regina.get(&format!("/my/x/{end}")).await;
        assert_eq!(other.status, StatusCode::NOT_FOUND);
        assert!(other.html == unknown.html && other.html == no_id.html, "the page is the same to the last byte");
        let stranger = portal.browser().get(&format!("{path}/{end}")).await;
        assert_eq!(stranger.h1(), "Sign in to see your receipt");
        assert!(!stranger.html.contains("Passport"));
    }
    // Before anything was shared there is none.
    let asked = portal.ledger.require(REGINA, &[0]).await.consent_id;
    let none = regina.get(&format!("/my/{asked}/receipt")).await;
    assert_eq!((none.status, none.location), (StatusCode::SEE_OTHER, Some(format!("/my/{asked}"))));
    assert!(!regina.get(&format!("/my/{asked}")).await.html.contains("/receipt"));
    drop(browser);
}

async fn everybody_can_check_a_receipt_as_a_file_or_pasted(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = shared(&portal, &[0, 3]).await;
    let text = browser.get(&format!("{path}/receipt.json")).await.html;
    let bare = serde_json::from_str::<Receipt>(&text).unwrap().signature;
    for form in [uploaded(&text), pasted(&text), pasted(text.replace('\n', "\r\n")), uploaded(&bare), pasted(&bare)] {
        let page = checked(&portal, form).await;
        assert_eq!((page.status, page.h1().as_str()), (StatusCode::OK, "This receipt is genuine"), "{}", page.html);
        in_plain_words(&page);
        let said = page.text("main").concat();
        for words in [
            "We signed it at 10:30am on 21 November 2026",
            "Person with ID ending 5678",
            "Full name",
            "The person can stop",
        ] {
            assert!(said.contains(words), "`{words}` is not in: {said}");
        }
        assert!(!page.headers.contains_key("set-cookie"));
    }
}

async fn the_verdict_is_there_in_every_language_and_nothing_of_it_is_kept(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = shared(&portal, &[0, 3]).await;
    let text = browser.get(&format!("{path}/receipt.json")).await.html;
    let stranger = portal.browser();
    let switched = async |page: Page, tag: &str| {
        let button = format!(".ndx-top-languages button[form=again][lang={tag}]");
        let action = page.attributes(&button, "formaction").concat();
        assert_eq!(action, format!("/verify?lang={tag}"));
        assert_eq!(page.attributes("form#again", "enctype"), ["multipart/form-data"]);
        let packed = page.attributes("#again input[name=packed]", "value").concat();
        checked_at(&stranger, &action, vec![("packed", None, packed)]).await
    };
    for (form, english, sinhala, tamil) in [
        (uploaded(&text), "This receipt is genuine", "මේ රිසිට්පත සැබෑය", "இந்தப் பற்றுச்சீட்டு உண்மையானது"),
        (pasted("{}"), "This receipt proves nothing", "මේ රිසිට්පතෙන් කිසිවක් ඔප්පු නොවේ", "இந்தப் பற்றுச்சீட்டு எதையும் நிரூபிக்காது"),
        (pasted(""), "Check a receipt", "", ""),
    ] {
        let page = checked_in(&stranger, form).await;
        assert_eq!((page.h1().as_str(), page.html.len() < 25_000), (english, true), "{}", page.html.len());
        let status = page.status;
        let page = switched(page, "si").await;
        assert_eq!((page.status, page.attributes("html", "lang").concat().as_str()), (status, "si"));
        assert!(sinhala.is_empty() || page.h1() == sinhala, "{}", page.h1());
        let page = switched(page, "ta").await;
        assert!(tamil.is_empty() || page.h1() == tamil, "{}", page.h1());
        let page = switched(page, "en").await;
        assert_eq!((page.status, page.h1().as_str()), (status, english));
    }
}

#[tokio::test]
async fn a_receipt_that_was_changed_proves_nothing_and_the_page_says_why() {
    let portal = portal().await;
    let (browser, path) = shared(&portal, &[0]).await;
    let text = browser.get(&format!("{path}/receipt.json")).await.html;
    let other = portal_on(On::Sqlite).await;
    let (elsewhere, elsewhere_path) = shared(&other, &[0]).await;
    let foreign = elsewhere.get(&format!("{elsewhere_path}/receipt.json")).await.html;
    let mut flipped = text.clone().into_bytes();
    let place = text.find("\"signature\"").unwrap() + 400;
    flipped[place] = if flipped[place] == b'A' { b'B' } else { b'A' };
    for (sent, why) in [
        (text.replacen("Full name", "Home address", 1), "What it shows is not what we signed"),
        (String::from_utf8(flipped).unwrap(), "changed after it was signed"),
        (foreign, "We did not sign it"),
        ("hello".to_owned(), "It is not one of our receipts"),
        ("<script>alert(1)</script>".to_owned(), "It is not one of our receipts"),
        ("{\"record\":{},\"signature\":\"..\",\"earlier\":[]}".to_owned(), "in which we do not sign receipts"),
    ] {
        let page = checked(&portal, pasted(&sent)).await;
        assert_eq!((page.status, page.h1().as_str()), (StatusCode::OK, "This receipt proves nothing"));
        assert!(page.text("main").concat().contains(why), "{sent}: {}", page.html);
        assert!(!page.html.contains("<script"));
        in_plain_words(&page);
    }
}

#[tokio::test]
async fn who_sends_nothing_or_too_much_is_told_what_to_do() {
    let portal = portal().await;
    let page = portal.browser().get("/verify").await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::OK, "Check a receipt"));
    in_plain_words(&page);
    for form in [pasted("  "), vec![], vec![("other", None, "x".to_owned())]] {
        let page = checked(&portal, form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.text("title").concat().starts_with("Error: Check a receipt"));
        assert_eq!(page.text(".govuk-error-summary a"), ["Choose a file, or paste a receipt"]);
        assert_eq!(page.attributes(".govuk-error-summary a", "href"), ["#file"]);
    }
    let page = checked(&portal, uploaded("x".repeat(600 * 1024))).await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "Check a receipt"), "{}", page.html);
    let page = checked(&portal, uploaded("x".repeat(3 * 1024 * 1024))).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    // A form of another kind, and one from another site: nothing is changed by it, so it is answered.
    let browser = portal.browser();
    let plain = browser.post_from("/verify", &[("origin", "https://evil.example")], &[]).await;
    assert_eq!(plain.status, StatusCode::UNPROCESSABLE_ENTITY);
    let csp = plain.headers["content-security-policy"].to_str().unwrap();
    assert!(csp.contains("default-src 'none'") && csp.contains("form-action 'self'"));
}

on_both_engines! {
    the_receipt_says_all_that_was_decided,
    the_downloaded_receipt_is_proven_by_the_published_keys,
    nobody_else_learns_of_a_receipt,
    everybody_can_check_a_receipt_as_a_file_or_pasted,
    the_verdict_is_there_in_every_language_and_nothing_of_it_is_kept,
}
