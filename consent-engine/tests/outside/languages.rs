//! The words of the pages: the same in each language, none outside the messages, and the language that suits.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use crate::{
    portal::{SHARE, id_in},
    receipts::{checked_in, pasted},
    support::*,
};
use fluent_syntax::{
    ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use ndx_contracts::{CourtOrder, Display, LegalBasis, StatutoryTask, history::UseResult, policy::GrantedField};
use reqwest::{StatusCode, header};
use scraper::{ElementRef, Html};

/// What stands in no language's own letters: names of norms, and people's and things' own names.
const NAMES: [&str; 14] = [
    "CSV",
    "ISO 8601",
    "JSON",
    "WCAG 2.2 AA",
    "“receipt”",
    "“.json”",
    "SHA-256",
    "PDF",
    "Nayana Perera",
    "Regina Silva",
    "FUDI",
    "English",
    "සිංහල",
    "தமிழ்",
];

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn source(language: &str) -> String {
    fs::read_to_string(folder("languages").join(format!("{language}.ftl"))).unwrap()
}

/// The text and the variables of each message.
fn messages(language: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let resource = parser::parse(source(language)).unwrap();
    let of = |entry: &Entry<String>| {
        let Entry::Message(message) = entry else { return None };
        let mut found = (String::new(), BTreeSet::new());
        pattern(message.value.as_ref().unwrap(), &mut found);
        Some((message.id.name.clone(), found))
    };
    resource.body.iter().filter_map(of).collect()
}

fn pattern(said: &Pattern<String>, found: &mut (String, BTreeSet<String>)) {
    for element in &said.elements {
        match element {
            PatternElement::TextElement { value } => found.0.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inner) } => variable(inner, found),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                variable(selector, found);
                variants.iter().for_each(|variant| pattern(&variant.value, found));
            }
        }
    }
}

fn variable(inner: &InlineExpression<String>, found: &mut (String, BTreeSet<String>)) {
    match inner {
        InlineExpression::VariableReference { id } => drop(found.1.insert(id.name.clone())),
        InlineExpression::FunctionReference { arguments: CallArguments { .. }, .. } => {}
        other => panic!("a message is made of text and values alone: {other:?}"),
    }
}

fn latin(c: char) -> bool {
    c.is_ascii_alphabetic()
}

#[test]
fn each_language_says_the_same_with_the_same_values() {
    let english = messages("en");
    for language in ["si", "ta"] {
        let other = messages(language);
        let names = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<BTreeSet<_>>();
        let differ: Vec<_> = names(&english).symmetric_difference(&names(&other)).cloned().collect();
        assert_eq!(differ, Vec::<String>::new(), "{language}");
        for (name, (_, variables)) in &english {
            assert_eq!(&other[name].1, variables, "{name} in {language}");
        }
    }
}

#[test]
fn nothing_is_left_in_english_and_nothing_is_html() {
    for language in ["en", "si", "ta"] {
        for (name, (text, _)) in messages(language) {
            assert!(!text.contains(['<', '>', '&', '"', '\'']), "{name} in {language}: {text}");
            let own = NAMES.iter().fold(text.clone(), |text, name| text.replace(name, ""));
            assert!(
                language == "en" || name == "language-direction" || !own.contains(latin),
                "{name} in {language}: {text}"
            );
        }
    }
}

#[test]
fn every_message_is_used_and_there_is_one_for_every_use() {
    let mut sources = String::new();
    for place in ["templates", "src/pages", "src/portal", "src/evidence", "src/api"] {
        let Ok(files) = fs::read_dir(folder(place)) else { continue };
        for file in files.filter_map(|file| fs::read_to_string(file.unwrap().path()).ok()) {
            sources.push_str(&file);
        }
    }
    let messages = messages("en");
    let unused: Vec<_> = messages
        .keys()
        .filter(|name| !name.starts_with("month-") && !sources.contains(&format!("\"{name}\"")))
        .collect();
    assert_eq!(unused, Vec::<&String>::new());
    let used = sources.split(" t(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let used: Vec<_> = used.collect();
    assert!(used.len() > 100, "{}", used.len());
    let unknown: Vec<_> = used.into_iter().filter(|name| !messages.contains_key(*name)).collect();
    assert_eq!(unknown, Vec::<&str>::new());
}

/// Every page that can be reached by reading and answering, with what it is called.
pub async fn all_pages(portal: &Portal, language: &str) -> Vec<(String, Page)> {
    let mut pages = Vec::new();
    let nobody = portal.browser();
    let (browser, path) = portal.asked(&[0, 1, 2, 3, 4]).await;
    let mine = format!("/my/{}", id_in(&path));
    for browser in [&nobody, &browser] {
        browser.get(&format!("/help?lang={language}")).await;
    }
    for address in [
        &path,
        "/my",
        "/history",
        "/settings",
        "/sources",
        "/help",
        "/privacy",
        "/accessibility",
        "/verify",
        "/nothing",
    ] {
        pages.push((format!("nobody at {address}"), nobody.get(address).await));
    }
    pages.push(("not signed in".to_owned(), nobody.get("/signed-in?state=x&code=y").await));
    let look = async |pages: &mut Vec<(String, Page)>, address: &str| {
        pages.push((address.to_owned(), browser.get(address).await));
    };
    for address in ["/my", "/my?show=ended", "/my?show=no", "/settings", "/sign-out", "/signed-out?everywhere=yes"] {
        look(&mut pages, address).await;
    }
    look(&mut pages, "/c/00000000-0000-4000-8000-000000000000").await;
    look(&mut pages, &format!("{path}?return_uri=https://evil.example/")).await;
    pages.push(("wrong".to_owned(), browser.answer(&path, &[("decision", "share")]).await));
    pages.push(("no form of ours".to_owned(), browser.post(&path, &[]).await));
    browser.answer(&path, &[("decision", "unexpected")]).await;
    look(&mut pages, &format!("{path}/done")).await;
    look(&mut pages, &mine).await;
    look(&mut pages, &path).await;
    let form = browser.get(&mine).await.form(&[]);
    browser.post(&format!("{mine}/reopen"), &form).await;
    browser.answer(&path, &[SHARE.as_slice(), &[("field", "abc-212:getPersonInfo.sex")]].concat()).await;
    look(&mut pages, &format!("{path}/done")).await;
    for below in ["", "/stop", "/stop-some", "/less-time", "/receipt"] {
        look(&mut pages, &format!("{mine}{below}")).await;
    }
    pages.push(("nothing chosen".to_owned(), browser.answer(&format!("{mine}/stop-some"), &[]).await));
    pages.push(("no time chosen".to_owned(), browser.answer(&format!("{mine}/less-time"), &[]).await));
    browser.answer(&format!("{mine}/less-time"), &[("duration", "PT1H")]).await;
    look(&mut pages, &format!("{mine}/changed")).await;
    look(&mut pages, &format!("{mine}/less-time")).await;
    look(&mut pages, &path).await;
    let receipt = browser.get(&format!("{mine}/receipt.json")).await.html;
    for (what, text) in [("nothing to check", ""), ("a receipt", receipt.as_str()), ("no receipt", "{}")] {
        pages.push((what.to_owned(), checked_in(&nobody, pasted(text)).await));
    }
    browser.answer(&format!("{mine}/stop"), &[]).await;
    let stopped = format!("{mine}/stopped");
    for address in [&stopped, &format!("{mine}/receipt"), &mine, "/my?show=ended", &path, &format!("{mine}/block")] {
        look(&mut pages, address).await;
    }
    browser.answer(&format!("{mine}/block"), &[]).await;
    look(&mut pages, "/settings").await;
    pages.extend(pages_of_the_record(portal, &browser, id_in(&path)).await);
    pages.extend(pages_of_what_has_ended(portal, language).await);
    pages
}

/// Who got what, on every ground and with every end; one use, what is wrong with it, and the notice of a law.
async fn pages_of_the_record(portal: &Portal, browser: &Browser, consent: &str) -> Vec<(String, Page)> {
    let nobody = portal.browser().get("/history").await;
    assert_eq!(nobody.status, StatusCode::OK);
    let (law, section) = ("№ 20/1988".to_owned(), "§ 3".to_owned());
    let law =
        LegalBasis::StatutoryTask(StatutoryTask { law, section, display: Display::Now, shown_after: None }.into());
    let (court, reference, until) = ("№ 7".to_owned(), "214/2026".to_owned(), "2026-12-31T00:00:00Z".parse().unwrap());
    let court = LegalBasis::CourtOrder(CourtOrder { court, reference, until, display: Display::Now }.into());
    let words = requirement(NAYANA, &[0]).fields.remove(0).display_name;
    let given = |basis: &LegalBasis| GrantedField {
        field: field(0),
        basis: basis.clone(),
        need: ndx_contracts::Need::Needed,
        display_name: Some(words.clone()),
        description: None,
    };
    *portal.beside.granted.lock().unwrap() = vec![given(&law), given(&court)];
    *portal.beside.consent.lock().unwrap() = Some(consent.parse().unwrap());
    let name = "drp-schema-v1:person.fullName";
    let yes = Some(LegalBasis::Consent);
    let at = portal.ledger.clock_at(0);
    for (result, outcome, basis) in [
        (UseResult::Released, "released", yes.clone()),
        (UseResult::Released, "released", Some(law)),
        (UseResult::NothingFound, "nothing", Some(court)),
        (UseResult::Failed, "PROVIDER_TIMEOUT", None),
        (UseResult::Refused, "CE_NOT_APPROVED", yes.clone()),
        (UseResult::Refused, "PDP_NOT_ALLOWED", None),
        (UseResult::Refused, "CONSENT_WITHDRAWN", yes.clone()),
        (UseResult::Refused, "FIELD_NOT_SHARED", yes),
        (UseResult::Explained, "EXPLAINED", None),
    ] {
        portal.beside.used(NAYANA, &at, result, &[(name, outcome, basis)]);
    }
    portal.beside.some_not_shown.store(true, Ordering::Relaxed);
    portal.beside.behind.store(true, Ordering::Relaxed);
    let one = browser.get("/history").await.attributes(".govuk-summary-card__actions a", "href").remove(0);
    let mut pages = Vec::new();
    for address in [
        "/history",
        "/history?from=2026-02-30&until=2026-02-31",
        "/history?until=2000-01-01",
        &format!("/history?consent={consent}"),
        &one,
        &format!("{one}/sent?number=00000000-0000-0000-0000-000000000063"),
        "/notice/passport-app/passport-application",
        &format!("/my/{consent}"),
        "/my?show=ended",
    ] {
        pages.push((address.to_owned(), browser.get(address).await));
    }
    let form = browser.get(&one).await.form(&[("text", "")]);
    pages.push(("nothing is wrong".to_owned(), browser.post(&format!("{one}/wrong"), &form).await));
    portal.beside.down.store(true, Ordering::Relaxed);
    for address in ["/history", &format!("/my/{consent}"), "/my?show=ended"] {
        pages.push((format!("{address} without the record"), browser.get(address).await));
    }
    pages
}

/// A request that ended, and one that nobody waits for any more.
async fn pages_of_what_has_ended(portal: &Portal, language: &str) -> Vec<(String, Page)> {
    let asked = format!("/c/{}", portal.ledger.require(REGINA, &[0]).await.consent_id);
    portal.ledger.advance(3601);
    let browser = portal.signed_in("regina").await;
    browser.get(&format!("/help?lang={language}")).await;
    let ended = browser.get(&asked).await;
    assert_eq!(ended.status, StatusCode::GONE);
    portal.ledger.require(REGINA, &[0]).await;
    portal.ledger.engine.reconfigure(config_with(portal.url.trim_start_matches("http://"), "127.0.0.1:1", |text| {
        let usual = "[\"en\", \"si\", \"ta\"]";
        let spoken = usual.replace(']', &format!(", \"{language}\"]"));
        let spoken = if usual.contains(&format!("\"{language}\"")) { usual } else { &spoken };
        text.replace(usual, spoken).replace("\"id\": \"passport-application\"", "\"id\": \"another-purpose\"")
    }));
    let cancelled = browser.get(&asked).await;
    assert_eq!(cancelled.status, StatusCode::GONE);
    assert_ne!(cancelled.h1(), ended.h1());
    [("ended", ended), ("nobody waits for it", cancelled)].map(|(what, page)| (what.to_owned(), page)).into()
}

/// What people read and hear on a page, but for names and numbers to quote.
fn read(page: &Page) -> Vec<String> {
    let document = Html::parse_document(&page.html);
    // Numbers to quote, and what a receipt quotes in the language in which it was signed.
    let quotes = |element: ElementRef<'_>| {
        let class = element.attr("class").is_some_and(|class| class.contains("ndx-reference"));
        class || (element.value().name() == "span" && element.attr("lang").is_some())
    };
    let nodes = document.tree.root().descendants();
    let read = nodes.filter(|node| !node.ancestors().filter_map(ElementRef::wrap).any(quotes));
    let texts = read.filter_map(|node| node.value().as_text().map(|text| text.to_string()));
    let texts = texts.chain(page.attributes("[aria-label]", "aria-label"));
    texts.map(|text| NAMES.iter().fold(text, |text, name| text.replace(name, ""))).collect()
}

#[tokio::test]
async fn no_page_says_anything_that_is_not_in_the_messages() {
    let portal = portal_with(On::Sqlite, |text| {
        text.replace("[\"en\", \"si\", \"ta\"]", "[\"en\", \"si\", \"ta\", \"en-XA\", \"ar-XB\"]")
    })
    .await;
    for (what, page) in all_pages(&portal, "en-XA").await {
        assert_eq!(page.attributes("html", "lang"), ["en-XA"], "{what}");
        // The vowels stay as they are, only twice.
        let plain = |c: char| latin(c) && !"aeiouAEIOU".contains(c);
        let found: Vec<_> = read(&page).into_iter().filter(|text| text.contains(plain)).collect();
        assert_eq!(found, Vec::<String>::new(), "{what}");
    }
}

#[tokio::test]
async fn every_page_is_whole_in_every_language_and_right_to_left() {
    for language in ["si", "ta", "ar-XB"] {
        let portal = portal_with(On::Sqlite, |text| {
            text.replace("[\"en\", \"si\", \"ta\"]", "[\"en\", \"si\", \"ta\", \"ar-XB\"]")
        })
        .await;
        for (what, page) in all_pages(&portal, language).await {
            assert!(page.status.as_u16() < 500 || what.ends_with("without the record"), "{what}: {}", page.html);
            let direction = if language == "ar-XB" { "rtl" } else { "ltr" };
            assert_eq!(
                (page.attributes("html", "lang"), page.attributes("html", "dir")),
                (vec![language.to_owned()], vec![direction.to_owned()])
            );
            assert_eq!(page.headers[header::CONTENT_LANGUAGE], language, "{what}");
            // What somebody has sent comes back with the answer, as large as it was; a list is as long as it is, and what it
            // weighs on its way is tested beside.
            let own = page.attributes("#again input", "value").concat().len();
            assert!(page.html.len() - own < 25_000 || what.starts_with("/history"), "{what}: {}", page.html.len());
            let found: Vec<_> = read(&page).into_iter().filter(|text| text.contains(latin)).collect();
            assert!(direction == "rtl" || found.is_empty(), "{what} in {language}: {found:?}");
        }
    }
}

#[tokio::test]
async fn the_language_is_chosen_remembered_wished_for_or_the_countrys_first() {
    let portal = portal().await;
    let spoken = |page: &Page| page.attributes("html", "lang").concat();
    let accepting = async |path: &str, languages: &str| {
        let get = portal.browser().client.get(format!("{}{path}", portal.url)).header("accept-language", languages);
        Page::of(get.send().await.unwrap()).await
    };
    assert_eq!(spoken(&accepting("/help", "fr, ta-LK;q=0.8, en;q=0.5").await), "ta");
    assert_eq!(spoken(&accepting("/help", "fr").await), "en");
    assert_eq!(spoken(&accepting("/help?ui_locales=fr-CA%20si", "ta").await), "si", "whoever led here knows better");
    assert_eq!(spoken(&accepting("/help?ui_locales=si&lang=ta", "en").await), "ta", "the person knows best");
    assert_eq!(spoken(&accepting("/help?lang=fr", "si").await), "si", "what is not spoken counts for nothing");
    assert_eq!(spoken(&accepting("/help?lang=en-XA", "ta").await), "ta", "nor what is not configured");

    let browser = portal.browser();
    let chosen = browser.get("/help?lang=si").await;
    let cookie = chosen.headers[header::SET_COOKIE].to_str().unwrap();
    assert_eq!(cookie, "ndx-portal-language=si; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000");
    assert_eq!(spoken(&browser.get("/privacy").await), "si", "it is remembered");
    assert!(!browser.get("/privacy").await.headers.contains_key(header::SET_COOKIE));
    assert_eq!(chosen.h1(), "උපකාර");
    let sent = browser.get("/sign-in?return=/my").await.location.unwrap();
    assert!(sent.contains("ui_locales=si"), "the identity provider hears of it: {sent}");
}

#[tokio::test]
async fn the_links_to_other_languages_lead_to_the_same_place() {
    let portal = portal().await;
    let (browser, path) = portal.asked(&[0, 3]).await;
    let back = "return_uri=http%3A%2F%2F127.0.0.1%3A3000%2F&state=a%26b";
    let page = browser.get(&format!("{path}?{back}&lang=en")).await;
    let links = "nav.ndx-top-languages a";
    assert_eq!(page.attributes(links, "href"), ["si", "ta"].map(|tag| format!("?{back}&lang={tag}")));
    assert_eq!(page.attributes(links, "hreflang"), ["si", "ta"]);
    assert_eq!(page.attributes(links, "lang"), ["si", "ta"]);
    assert_eq!(page.text(links), ["සිංහල", "தமிழ்"], "each in its own script");
    let sinhala = browser.get(&format!("{path}?{back}&lang=si")).await;
    assert_eq!(sinhala.status, StatusCode::OK);
    assert_eq!(sinhala.h1(), "ඔබේ තොරතුරු ආගමන දෙපාර්තමේන්තුව සමඟ බෙදා ගැනීමට ඔබ කැමතිද?");
    assert_eq!(sinhala.text(".govuk-radios__label")[1], "දින 7ක්, 2026 නොවැම්බර් 28 දක්වා");
    assert_eq!(sinhala.text("dt, .govuk-checkboxes__label"), ["සම්පූර්ණ නම", "රැකියාව"]);
    let later = sinhala.attributes("main form > p a", "href").concat();
    assert!(later.starts_with("http://127.0.0.1:3000/") && later.ends_with("&status=deferred&state=a%26b"), "{later}");
    let missing = browser.get("/c/not-an-id?state=secret").await;
    assert_eq!(missing.attributes(links, "href"), ["?lang=en", "?lang=ta"], "that page depends on nothing");
}
