//! The online passport application over HTTP: what it makes of each answer, and what it keeps from strangers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use citizen::{Browser, Citizen, Form, Page};
use ndx_testkit::{Choice, Farajaland, Part};
use reqwest::Client;
use serde_json::Value;
use url::Url;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");

/// Somebody who applies for a passport.
struct Applicant {
    browser: Browser,
    citizen: Citizen,
    site: Url,
}

impl Applicant {
    /// Signed in, before anything was asked.
    async fn signed_in(farajaland: &Farajaland, user: &str) -> Self {
        let browser = Browser::new().unwrap();
        let citizen = Citizen::at(browser.clone(), user, "sandbox");
        let site = Url::parse(&farajaland.url("passport-app")).unwrap();
        let page = citizen.visit(site.clone()).await.unwrap();
        assert_eq!(page.heading(), "Do you want us to fill in your application?");
        Self { browser, citizen, site }
    }

    async fn open(&self, path: &str) -> Page {
        self.browser.open(self.site.join(path).unwrap()).await.unwrap()
    }

    /// Presses the button on `page` that has these words.
    async fn press(&self, page: &Page, words: &str) -> Page {
        let form = with_button(page, words);
        self.browser.submit(&form, &form.values).await.unwrap()
    }

    async fn ask(&self) -> Page {
        self.press(&self.open("/application").await, "Fill in my application").await
    }

    /// The link to the exchange, and its `state`.
    fn trip(page: &Page) -> (Url, String) {
        assert_eq!(page.heading(), "Decide what to share with us");
        let link = page.link("Go to the Farajaland Data Exchange").unwrap();
        let state = link.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        (link, state)
    }

    /// Answers at the portal what `page` sends her there for, and comes back.
    async fn answer(&self, page: &Page, choice: Choice) -> Page {
        let (link, state) = Self::trip(page);
        self.citizen.answer(link, choice).await.unwrap();
        self.open(&format!("/back?state={state}")).await
    }
}

fn with_button(page: &Page, words: &str) -> Form {
    let has_it = |form: &Form| form.buttons.iter().any(|(_, _, said)| said == words);
    let form = page.forms().into_iter().find(has_it);
    form.unwrap_or_else(|| panic!("no button “{words}” on “{}”", page.heading()))
}

async fn country() -> Farajaland {
    let mut farajaland = Farajaland::start(NDX).await;
    farajaland.run(Part::PassportApp).await;
    farajaland
}

#[tokio::test]
async fn what_is_shared_stands_in_the_form_and_the_rest_is_typed_in() {
    let farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    let decide = nayana.ask().await;
    let (link, _) = Applicant::trip(&decide);
    assert!(link.as_str().starts_with(&farajaland.url("consent")), "{link}");
    let pairs: Vec<_> = link.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
    let back = nayana.site.join("/back").unwrap().to_string();
    assert_eq!((pairs[0].0.as_str(), &pairs[0].1, pairs[1].0.as_str()), ("return_uri", &back, "state"));
    assert_eq!(pairs.len(), 2, "{link}");

    let form = nayana.answer(&decide, Choice::ShareNeeded).await;
    assert_eq!((form.address.path(), form.address.query()), ("/application/form", None));
    assert!(form.html.contains("Nayana Perera") && form.html.contains("Verified by the Department of Registration"));
    assert!(form.html.contains("3 May 1995") && !form.html.contains("Civil engineer"));
    let open: Vec<String> =
        with_button(&form, "Send my application").values.into_iter().map(|(name, _)| name).collect();
    assert_eq!(open, ["csrf", "profession", "telephone"], "sex is a choice between two");

    let wrong = nayana.press(&form, "Send my application").await;
    assert_eq!((wrong.status, wrong.complaint().as_deref()), (422, Some("Choose female or male")));
    let mut filled = with_button(&wrong, "Send my application");
    filled.values.retain(|(name, _)| name == "csrf");
    let values = |more: &[(&str, &str)]| {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        filled.values.iter().cloned().chain(more).collect::<Vec<_>>()
    };
    // What a register vouches for cannot be typed over.
    let sent = values(&[("sex", "Female"), ("telephone", "011 555 0101"), ("full-name", "Somebody Else")]);
    let done = nayana.browser.submit(&filled, &sent).await.unwrap();
    assert_eq!((done.address.path(), done.heading().as_str()), ("/application/sent", "Application sent"));
    let again = nayana.browser.submit(&filled, &sent).await.unwrap();
    assert_eq!(again.html, done.html, "sent twice is sent once");
    // The number that she is told is the one for which the exchange was asked.
    let at = done.html.find("PA-20").unwrap();
    let number = done.html.get(at..at + "PA-2026-001234".len()).unwrap();
    let mine = format!("{}/my", farajaland.url("consent")).parse().unwrap();
    assert!(nayana.citizen.visit(mine).await.unwrap().html.contains(number), "{number}");
    assert!(!done.html.contains("Jacaranda") && !nayana.open("/application").await.html.contains("Jacaranda"));
}

#[tokio::test]
async fn a_no_a_stop_and_a_change_of_mind_are_said_in_words() {
    let farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    let denied = nayana.answer(&nayana.ask().await, Choice::Deny).await;
    assert_eq!(denied.heading(), "You chose not to share");
    let manage = denied.link("share your information after all").unwrap();
    assert!(manage.as_str().starts_with(&format!("{}/my/", farajaland.url("consent"))), "{manage}");
    assert_eq!(nayana.press(&denied, "Look again").await.heading(), "You chose not to share");
    let by_hand = nayana.open("/application/form").await;
    assert_eq!(by_hand.heading(), "Fill in your application");

    let reopen = with_button(&nayana.citizen.visit(manage.clone()).await.unwrap(), "Change my mind");
    let question = nayana.browser.submit(&reopen, &reopen.values).await.unwrap();
    nayana.citizen.answer(question.address, Choice::Share).await.unwrap();
    let form = nayana.press(&nayana.open("/application").await, "Look again").await;
    assert_eq!(form.heading(), "Check your details and send your application");

    nayana.citizen.stop(manage).await.unwrap();
    let stopped = nayana.press(&form, "Get my details again").await;
    assert_eq!(stopped.heading(), "You stopped sharing with us");
    assert!(!nayana.open("/application/form").await.html.contains("Jacaranda"), "nothing of it is kept");
}

#[tokio::test]
async fn a_register_that_is_down_leaves_its_part_to_be_typed_in() {
    let mut farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    let (link, _) = Applicant::trip(&nayana.ask().await);
    nayana.citizen.answer(link, Choice::Share).await.unwrap();
    farajaland.stop(Part::Rgd).await;
    // She does not follow the way back, but has the page look again.
    let form = nayana.press(&nayana.open("/application").await, "Look again").await;
    let silent = "There is no answer from the Registrar General’s Department now.";
    assert!(form.html.contains("Nayana Perera") && form.html.contains(silent));
    let open: Vec<_> = with_button(&form, "Send my application").values.into_iter().map(|(name, _)| name).collect();
    assert!(open.contains(&"date-of-birth-year".to_owned()) && !open.contains(&"full-name".to_owned()), "{open:?}");
    farajaland.run(Part::Rgd).await;
    // The exchange leaves a register alone for a while after a failure; she tries again until it is asked.
    let mut form = form;
    for _ in 0..60 {
        form = nayana.press(&form, "Try again").await;
        if !form.html.contains(silent) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(form.html.contains("3 May 1995"));
}

#[tokio::test]
async fn who_stands_in_no_register_types_in_what_is_missing() {
    let farajaland = country().await;
    let bako = Applicant::signed_in(&farajaland, "bako").await;
    let form = bako.answer(&bako.ask().await, Choice::Share).await;
    assert!(form.html.contains("Lighthouse Cottage"), "{}", form.html);
    assert!(form.html.contains("Nothing about this is registered with the Registrar General’s Department."));
}

#[tokio::test]
async fn the_exchange_or_the_identity_provider_down_is_no_dead_end() {
    let mut farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    farajaland.stop(Part::Exchange).await;
    let page = nayana.ask().await;
    assert_eq!(page.heading(), "We cannot get your details now");
    assert_eq!(nayana.open("/application/form").await.heading(), "Fill in your application");
    farajaland.run(Part::Exchange).await;
    Applicant::trip(&nayana.press(&page, "Try again").await);

    // Who is signed in here needs the provider no more, and its new keys make the application's token a new one.
    farajaland.stop(Part::Fudi).await;
    Applicant::trip(&nayana.press(&nayana.open("/application").await, "Look again").await);
    farajaland.run(Part::Fudi).await;
    farajaland.stop(Part::Exchange).await;
    farajaland.run(Part::Exchange).await;
    Applicant::trip(&nayana.press(&nayana.open("/application").await, "Look again").await);

    // An application that has just been started does not know the provider yet.
    farajaland.stop(Part::Fudi).await;
    farajaland.stop(Part::PassportApp).await;
    farajaland.run(Part::PassportApp).await;
    let out = Browser::new().unwrap().open(nayana.site.join("/sign-in").unwrap()).await.unwrap();
    assert_eq!((out.status, out.heading().as_str()), (503, "You cannot sign in now"));
}

/// The country's grants without one field of the passport application.
fn fewer_grants(folder: &Path) -> PathBuf {
    let tree = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text = std::fs::read_to_string(tree.join("sandbox/grants.json")).unwrap();
    let mut grants: Value = serde_json::from_str(&text).unwrap();
    let passport =
        grants.as_array_mut().unwrap().iter_mut().find(|one| one["applicationId"] == "passport-app").unwrap();
    passport["fields"].as_array_mut().unwrap().retain(|field| field["fieldName"] != "getPersonInfo.sex");
    let file = folder.join("grants.json");
    std::fs::write(&file, grants.to_string()).unwrap();
    file
}

#[tokio::test]
async fn what_policy_refuses_is_our_mistake_and_not_hers() {
    let folder = tempfile::tempdir().unwrap();
    let grants = fewer_grants(folder.path());
    let mut farajaland = Farajaland::empty(NDX).with_config(|config| {
        config["policy"]["grants"] = grants.to_str().unwrap().into();
        let reasons = &mut config["applications"][0]["purposes"][0]["reasons"];
        reasons.as_array_mut().unwrap().retain(|reason| reason["fieldName"] != "getPersonInfo.sex");
    });
    farajaland.run_all().await;
    farajaland.run(Part::PassportApp).await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    assert_eq!(nayana.ask().await.heading(), "We may not get your details");
}

#[tokio::test]
async fn who_comes_back_brings_the_state_of_her_own_trip() {
    let farajaland = country().await;
    let (nayana, regina) =
        (Applicant::signed_in(&farajaland, "nayana").await, Applicant::signed_in(&farajaland, "regina").await);
    assert_eq!(nayana.open("/back").await.status, 403, "no trip has begun");
    let (link, state) = Applicant::trip(&nayana.ask().await);
    let (_, reginas) = Applicant::trip(&regina.ask().await);
    for wrong in ["", "?state=", "?state=x", &format!("?state={reginas}"), "?status=granted&consent_id=1"] {
        let page = nayana.open(&format!("/back{wrong}")).await;
        assert_eq!((page.status, page.heading().as_str()), (403, "We do not know where you came from"), "{wrong}");
    }
    // The address says yes; the gateway does not.
    let back = format!("/back?consent_id=1&status=granted&state={state}");
    let undecided = nayana.open(&back).await;
    assert!(undecided.html.contains("You have not decided yet. Nothing was shared."));
    assert_ne!(Applicant::trip(&undecided).1, state, "the next trip has another");
    assert_eq!(nayana.open(&back).await.status, 403, "the back button");
    nayana.citizen.answer(link, Choice::Share).await.unwrap();
    let stranger = Browser::new().unwrap().open(nayana.site.join(&back).unwrap()).await.unwrap();
    assert_eq!(stranger.heading(), "Sign in to go on with your application");
}

#[tokio::test]
async fn only_our_own_forms_count_and_every_page_is_for_this_reader_only() {
    let farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    let form = with_button(&nayana.open("/application").await, "Fill in my application");
    let mut forged = form.values.clone();
    forged[0].1 = "another".to_owned();
    let refused = nayana.browser.submit(&form, &forged).await.unwrap();
    assert_eq!((refused.status, refused.heading().as_str()), (403, "We could not take what you sent"));
    let large = vec![("csrf".to_owned(), "x".repeat(20_000))];
    assert_eq!(nayana.browser.submit(&form, &large).await.unwrap().status, 413);
    assert_eq!(nayana.open("/application").await.heading(), "Do you want us to fill in your application?", "not asked");

    let client: Client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
    for path in ["/", "/application", "/nothing", "/back?state=x", "/signed-in?code=x&state=y", "/sign-out"] {
        let response = client.get(nayana.site.join(path).unwrap()).send().await.unwrap();
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        let policy = header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; ") && policy.contains("form-action 'self'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(header("cache-control"), "no-store", "{path}");
        assert_eq!(header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(header("cross-origin-opener-policy"), "same-origin", "{path}");
    }
    let health = client.get(nayana.site.join("/health").unwrap()).send().await.unwrap();
    assert_eq!(health.status(), 200);
}

#[tokio::test]
async fn nothing_that_is_hers_stands_in_an_address_or_a_log() {
    let mut farajaland = country().await;
    let nayana = Applicant::signed_in(&farajaland, "nayana").await;
    let form = nayana.answer(&nayana.ask().await, Choice::Share).await;
    let filled = with_button(&form, "Send my application");
    let typed = [filled.values[0].clone(), ("telephone".to_owned(), "011 555 4711".to_owned())];
    let sent = nayana.browser.submit(&filled, &typed).await.unwrap();
    assert_eq!(sent.heading(), "Application sent");
    farajaland.stop(Part::PassportApp).await;
    let log = farajaland.log(Part::PassportApp);
    assert!(log.contains("the exchange was asked") && log.contains("waiting") && log.contains("told"), "{log}");
    for hers in ["199512345678", "Nayana", "Jacaranda", "4711", "BR-1995-004512"] {
        assert!(!log.contains(hers), "{hers} stands in the log");
    }
    for address in [&form.address, &sent.address] {
        assert_eq!(address.query(), None, "{address}");
    }
}
