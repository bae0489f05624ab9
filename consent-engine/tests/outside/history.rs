//! Who got a person's information: the list, one use, what she finds wrong with it; and what is got without asking her.

use std::sync::atomic::Ordering;

use crate::support::*;
use ndx_contracts::{
    CourtOrder, Display, LegalBasis, Need, StatutoryTask,
    history::UseResult::{Explained, Failed, NothingFound, Refused, Released},
    policy::GrantedField,
};
use reqwest::StatusCode;
use serde_json::Value;

fn law(display: Display) -> LegalBasis {
    let (law, section) = ("Passports Act".to_owned(), "section 3".to_owned());
    LegalBasis::StatutoryTask(StatutoryTask { law, section, display, shown_after: None }.into())
}

fn court(display: Display) -> LegalBasis {
    let (court, reference) = ("High Court of Lumina".to_owned(), "HC 214/2026".to_owned());
    let until = "2026-12-31T00:00:00Z".parse().unwrap();
    LegalBasis::CourtOrder(CourtOrder { court, reference, until, display }.into())
}

fn granted(number: usize, basis: LegalBasis) -> GrantedField {
    let (_, _, _, name, description) = FIELDS[number];
    let (display_name, description) = (Some(name.into()), Some(description.into()));
    GrantedField { field: field(number), basis, need: Need::Needed, display_name, description }
}

#[tokio::test]
async fn the_list_says_who_what_why_on_what_ground_and_how_it_ended() {
    let portal = portal().await;
    let consent = Some(LegalBasis::Consent);
    let name = "drp-schema-v1:person.fullName";
    let home = "drp-schema-v1:person.permanentAddress";
    let asked = portal.ledger.require(NAYANA, &[0]).await.consent_id;
    *portal.beside.consent.lock().unwrap() = Some(asked);
    let all = [(name, "released", consent.clone()), (home, "released", Some(law(Display::Now)))];
    portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", Released, &all);
    portal.beside.used(NAYANA, "2026-11-20T06:00:00Z", NothingFound, &[(name, "nothing", Some(court(Display::Now)))]);
    portal.beside.used(NAYANA, "2026-11-20T07:00:00Z", Failed, &[(name, "PROVIDER_TIMEOUT", consent.clone())]);
    portal.beside.used(NAYANA, "2026-11-20T08:00:00Z", Refused, &[(name, "CE_NOT_APPROVED", consent.clone())]);
    portal.beside.used(NAYANA, "2026-11-20T09:00:00Z", Explained, &[(name, "EXPLAINED", None)]);
    portal.beside.used(
        NAYANA,
        "2026-11-20T10:00:00Z",
        Released,
        &[(name, "released", None), (home, "FIELD_NOT_SHARED", consent)],
    );
    portal.beside.used(REGINA, "2026-11-20T10:00:00Z", Released, &[(name, "released", None)]);

    let browser = portal.signed_in("nayana").await;
    let page = browser.get("/history").await;
    assert_eq!((page.status, page.h1().as_str()), (StatusCode::OK, "Who got your information"));
    assert_eq!(page.text(".govuk-summary-card__title").len(), 6, "hers, and nobody else's");
    assert_eq!(page.text(".govuk-summary-card__title")[5], "10:31am on 20 November");
    let of = |number: usize| {
        let cards = page.text(".govuk-summary-card dd.govuk-summary-list__value");
        cards[number * 5..number * 5 + 5].to_vec()
    };
    assert_eq!(
        of(5),
        [
            "The Department of Immigration, for the Online Passport Application",
            // As she was asked for it; nobody ever asked her for the other, nor do the policies name it.
            "Full namePermanent address",
            "To fill in and check your passport application",
            "You said yesThe law: Passports Act, section 3",
            "They got it",
        ]
    );
    assert_eq!(of(4)[3..], ["A court ordered it: High Court of Lumina, HC 214/2026", "Nothing was found"]);
    assert_eq!(of(3)[4], "They did not get it: a register did not answer");
    assert_eq!(of(2)[3..], ["It needs your yes. See what you said", "They were refused"]);
    assert_eq!(of(1)[4], "They only asked what they could get");
    assert_eq!(of(0)[4], "They got some of it");
    let links = page.attributes(".govuk-summary-card__content a", "href");
    let (answer, notice) = (format!("/my/{asked}"), "/notice/passport-app/passport-application");
    for link in [answer.as_str(), notice] {
        assert!(links.iter().any(|one| one == link), "{link}: {links:?}");
    }
    assert!(!page.html.contains("may not be shown yet"));
    portal.beside.some_not_shown.store(true, Ordering::Relaxed);
    assert!(browser.get("/history").await.html.contains("Some look-ups may not be shown yet, by law."));
    assert!(!page.html.contains(NAYANA), "the page names nobody by number");
}

#[tokio::test]
async fn the_list_is_read_in_pages_and_narrowed_by_body_and_days() {
    let portal = portal().await;
    for number in 0..30 {
        let at = format!("2026-11-{:02}T05:00:00Z", 1 + number % 20);
        portal.beside.used(NAYANA, &at, Refused, &[("drp-schema-v1:person.sex", "CE_NOT_APPROVED", None)]);
    }
    let browser = portal.signed_in("nayana").await;
    let first = browser.get("/history").await;
    assert_eq!(first.text(".govuk-summary-card").len(), 25);
    assert!(first.text("title")[0].starts_with("Who got your information (1 to 25 of 30)"));
    let older = first.attributes("a[rel=next]", "href").remove(0);
    let second = browser.get(&older).await;
    assert_eq!((second.text(".govuk-summary-card").len(), second.attributes("a[rel=prev]", "href").len()), (5, 1));
    let narrowed = browser.get("/history?body=die&from=2026-11-02&until=2026-11-03").await;
    assert_eq!(narrowed.text(".govuk-summary-card").len(), 4);
    assert_eq!(narrowed.attributes("input[name=from]", "value"), ["2026-11-02"]);
    assert_eq!(narrowed.attributes("option[selected]", "value"), ["die"]);
    let nobody = browser.get("/history?body=elc").await;
    assert!(nobody.html.contains("Nothing that you chose is in the list."));
    let wrong = browser.get("/history?from=yesterday&until=2026-13-01").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text("title")[0].starts_with("Error: "));
    assert_eq!(wrong.attributes(".govuk-error-summary a", "href"), ["#from", "#until"]);
    assert_eq!(
        wrong.attributes("#from, #until", "value"),
        ["yesterday", "2026-13-01"],
        "what was typed is still there"
    );
    assert_eq!(
        wrong.attributes("#from, #until", "type"),
        ["text", "text"],
        "as no browser shows it in a field for dates"
    );
    for target in ["#from", "#until"] {
        assert_eq!(wrong.attributes(target, "id").len(), 1, "{target}");
    }
    let bodies = wrong.text("#body option");
    assert_eq!(bodies[..2], ["Everybody", "Department of Immigration and Emigration"]);
}

#[tokio::test]
async fn a_full_page_is_light_even_on_a_slow_telephone() {
    let portal = portal().await;
    let names = FIELDS.map(|(schema, name, ..)| format!("{schema}:{name}"));
    let all: Vec<_> = names.iter().map(|name| (name.as_str(), "released", Some(LegalBasis::Consent))).collect();
    for day in 1..=25 {
        portal.beside.used(NAYANA, &format!("2026-10-{day:02}T05:00:00Z"), Released, &all);
    }
    let browser = portal.unpacked().await;
    for language in ["en", "si", "ta"] {
        let asked = browser.client.get(format!("{}/history?lang={language}", portal.url));
        let asked = asked.header("accept-encoding", "gzip").header("sec-fetch-site", "none").send().await.unwrap();
        assert_eq!(asked.headers()["content-encoding"], "gzip");
        let bytes = asked.bytes().await.unwrap().len();
        assert!((1_000..12_000).contains(&bytes), "{bytes} in {language}");
    }
}

#[tokio::test]
async fn the_list_can_be_kept_as_a_table_and_for_programs() {
    let portal = portal().await;
    for _ in 0..501 {
        let fields = [
            ("drp-schema-v1:person.fullName", "released", Some(law(Display::Now))),
            ("abc-212:getPersonInfo.sex", "nothing", None),
        ];
        portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", Released, &fields);
    }
    let browser = portal.signed_in("nayana").await;
    let table = browser.get("/history.csv").await;
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(table.headers["content-disposition"], "attachment; filename=\"history.csv\"");
    let lines: Vec<&str> = table.html.lines().collect();
    let heading = "\u{feff}Time (ISO 8601),When,Who,Asked by,Why,What,Result,On what ground,Number";
    assert_eq!((lines.len(), lines[0]), (1003, heading));
    assert_eq!(
        lines[1],
        "2026-11-20T10:31:00+05:30,10:31am on 20 November 2026,The Department of Immigration,Online Passport Application,\
         To fill in and check your passport application,Full name,They got it,\
         \"The law: Passports Act, section 3\",4bf92f3577b34da6a3ce929d0e0e4736"
    );
    browser.get("/help?lang=ta").await;
    let table = browser.get("/history.csv").await.html;
    assert!(table.lines().next().unwrap().starts_with("\u{feff}நேரம் (ISO 8601),எப்போது,யார்,"), "{table}");
    browser.get("/help?lang=en").await;
    let programs: Value = serde_json::from_str(&browser.get("/history.json?body=die").await.html).unwrap();
    assert_eq!((programs["uses"].as_array().unwrap().len(), &programs["total"]), (501, &501.into()));
    let first = &programs["uses"][0];
    assert_eq!((&first["labels"][0], &first["result"]), (&"Full name".into(), &"released".into()));
    assert_eq!(programs["complete"], true);
    for file in ["/history.csv", "/history.json"] {
        let wrong = browser.get(&format!("{file}?from=yesterday")).await;
        assert_eq!((wrong.status, wrong.h1().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "Who got your information"));
        assert_eq!(wrong.attributes(".govuk-error-summary a", "href"), ["#from"], "{file}");
        assert!(!wrong.headers.contains_key("content-disposition"), "{file}: it is no file");
    }
    for path in ["/history", "/history.csv", "/history.json"] {
        let gate = portal.browser().get(path).await;
        assert_eq!(gate.h1(), "Sign in to see who got your information", "{path}");
        let back = portal.browser().sign_in("nayana", "/history").await;
        assert_eq!(back.location.as_deref(), Some("/history"), "who has signed in comes back to the list");
    }
}

#[tokio::test]
async fn a_file_that_does_not_hold_everything_says_so() {
    let portal = portal().await;
    for _ in 0..10_001 {
        portal.beside.used(
            NAYANA,
            "2026-11-20T05:01:00Z",
            Refused,
            &[("drp-schema-v1:person.sex", "CE_NOT_APPROVED", None)],
        );
    }
    let browser = portal.signed_in("nayana").await;
    let cut = "Only the newest 10,000 are in a file. Choose days to get older ones.";
    assert!(browser.get("/history").await.html.contains(cut));
    let table = browser.get("/history.csv").await.html;
    assert_eq!((table.lines().count(), table.lines().last()), (10_002, Some(format!("\"{cut}\"").as_str())));
    let programs: Value = serde_json::from_str(&browser.get("/history.json").await.html).unwrap();
    assert_eq!((&programs["total"], &programs["complete"]), (&10_001.into(), &false.into()));
    assert_eq!(programs["uses"].as_array().unwrap().len(), 10_000);
    let narrowed = browser.get("/history.csv?until=2026-11-01").await.html;
    assert_eq!(narrowed.lines().count(), 1, "{narrowed}");
}

#[tokio::test]
async fn whoever_signs_in_or_as_somebody_else_comes_back_to_the_list_as_it_was() {
    let portal = portal().await;
    let list = "/history?body=die&from=2026-11-01&page=2";
    let gate = portal.browser().get(&format!("{list}&lang=en&x=y")).await;
    let sign_in = gate.attributes("main a[role=button]", "href").remove(0);
    assert_eq!(sign_in, "/sign-in?return=%2Fhistory%3Fbody%3Ddie%26from%3D2026-11-01%26page%3D2");
    let browser = portal.browser();
    let to_provider = browser.get(&sign_in).await;
    assert_eq!(browser.sign_in_from(to_provider, "nayana").await.location.as_deref(), Some(list));
    for (path, back) in
        [(list, list), ("/history/00000000-0000-0000-0000-000000000001", "/my"), ("/my?show=no", "/my?show=no")]
    {
        let page = browser.get(path).await;
        let not_me = page.attributes(".ndx-viewer a", "href").concat();
        let address = url::Url::parse(&format!("http://portal{not_me}")).unwrap();
        assert_eq!(address.query_pairs().next().unwrap().1, back, "{path}");
    }
    let gate = portal.browser().get("/my?show=ended").await;
    assert_eq!(gate.attributes("main a[role=button]", "href"), ["/sign-in?return=%2Fmy%3Fshow%3Dended"]);
}

#[tokio::test]
async fn one_use_tells_each_thing_and_what_is_wrong_with_it_is_passed_on() {
    let portal = portal().await;
    let fields = [
        ("drp-schema-v1:person.fullName", "released", Some(LegalBasis::Consent)),
        ("abc-212:getPersonInfo.sex", "PROVIDER_TIMEOUT", Some(LegalBasis::Consent)),
    ];
    let id = portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", Released, &fields);
    let browser = portal.signed_in("nayana").await;
    let path = format!("/history/{id}");
    let page = browser.get(&path).await;
    assert_eq!(page.h1(), "The Department of Immigration got your information on 20 November 2026");
    assert_eq!(
        page.text("main h3"),
        ["From the Department of Registration of Persons", "From the Registrar General’s Department"]
    );
    let things = page.text("dd.govuk-summary-list__value");
    assert_eq!(things[1], "The Department of Immigration and Emigration, for the Online Passport Application");
    assert_eq!(things[5..], ["They got it", "The register did not answer"]);
    assert!(page.text("main .ndx-reference")[0].ends_with("4bf92f3577b34da6a3ce929d0e0e4736"));

    let wrong = format!("{path}/wrong");
    for (text, words) in [("  \r\n ", "Write what is wrong"), (&"x".repeat(2001), "Write at most 2,000 characters")] {
        let refused = browser.post(&wrong, &page.form(&[("text", text)])).await;
        assert_eq!(
            (refused.status, refused.text(".govuk-error-summary li")),
            (StatusCode::UNPROCESSABLE_ENTITY, vec![words.to_owned()])
        );
        assert!(refused.text("title")[0].starts_with("Error: "));
    }
    let stranger = browser.post(&wrong, &[("text".to_owned(), "x".to_owned())]).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN, "a form that is not ours");
    let said = "I never applied. <b>Call</b> me.";
    let sent = browser.post(&wrong, &page.form(&[("text", said)])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let done = browser.get(&sent.location.unwrap()).await;
    assert_eq!(done.h1(), "We have passed this on");
    assert!(done.html.contains("00000000-0000-0000-0000-000000000063"));
    let kept = portal.beside.complaints.lock().unwrap().clone();
    assert_eq!((kept.len(), kept[0].text.as_str(), kept[0].about), (1, said, id));

    let hers = portal.signed_in("regina").await;
    let unknown = hers.get("/history/00000000-0000-0000-0000-0000000000ff").await;
    let other = hers.get(&path).await;
    assert_eq!((other.status, &other.html), (StatusCode::NOT_FOUND, &unknown.html), "another person's is like none");
    let own = hers.get("/my").await;
    assert_eq!(hers.post(&wrong, &own.form(&[("text", "x")])).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn when_the_record_does_not_answer_the_page_says_so() {
    let portal = portal().await;
    let id =
        portal.beside.used(NAYANA, "2026-11-20T05:01:00Z", Released, &[("drp-schema-v1:person.sex", "released", None)]);
    let browser = portal.signed_in("nayana").await;
    portal.beside.down.store(true, Ordering::Relaxed);
    for path in ["/history".to_owned(), "/history.csv".to_owned(), format!("/history/{id}")] {
        let page = browser.get(&path).await;
        assert_eq!(
            (page.status, page.h1().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "You cannot see this now"),
            "{path}"
        );
        assert!(page.html.contains("The record of who got your information is not answering."));
    }
    assert_eq!(browser.get("/my").await.status, StatusCode::OK, "what she shares she can still see and stop");
}

#[tokio::test]
async fn the_notice_tells_the_law_and_asks_nothing() {
    let portal = portal().await;
    let path = "/notice/passport-app/passport-application";
    let stranger = portal.browser();
    assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "nothing is got without asking");
    *portal.beside.granted.lock().unwrap() = vec![
        granted(0, law(Display::Now)),
        granted(1, LegalBasis::Consent),
        granted(2, court(Display::Now)),
        granted(3, law(Display::Later)),
        granted(4, court(Display::Never)),
    ];
    let page = stranger.get(path).await;
    assert_eq!(
        (page.status, page.h1().as_str()),
        (StatusCode::OK, "The Department of Immigration will get information about you")
    );
    assert_eq!(
        page.text("dt"),
        ["Full name", "Birth certificate number"],
        "what needs her yes, and what is kept back, is not told"
    );
    let said = page.text("main").concat();
    for words in [
        "Passports Act, section 3",
        "High Court of Lumina, HC 214/2026, until 31 December 2026",
        "Printed in your passport",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(page.text("main form, main a[role=button]"), Vec::<String>::new(), "there is nothing to answer");

    let back = |uri: &str| format!("{path}?return_uri={uri}&state=a%26b");
    let known = stranger.get(&back("http%3A%2F%2F127.0.0.1%3A3000%2F")).await;
    assert_eq!(known.attributes("main a[role=button]", "href"), ["http://127.0.0.1:3000/?state=a%26b"]);
    for other in [
        "http%3A%2F%2F127.0.0.1%3A3000",
        "http%3A%2F%2Fevil.example%2F",
        "javascript%3Aalert(1)",
        "http%3A%2F%2F127.0.0.1%3A3000%2F%23x",
    ] {
        let page = stranger.get(&back(other)).await;
        assert_eq!(page.attributes("main a[role=button]", "href"), Vec::<String>::new(), "c17: {other}");
        assert!(page.html.contains("not one that the"), "{other}");
    }
    for nothing in ["/notice/nobody/x", "/notice/passport-app/curiosity", "/notice/passport-app"] {
        assert_eq!(stranger.get(nothing).await.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}
