//! Signing in at the portal, and out: which browser, which person, for how long.

use crate::support::*;
use reqwest::{StatusCode, header};

async fn who_signs_in_comes_back_to_where_she_was_and_nowhere_else(on: On) {
    let portal = portal_on(on).await;
    let path = format!("/c/{}", portal.ledger.require(NAYANA, &[0]).await.consent_id);
    assert_eq!(portal.browser().sign_in("nayana", &path).await.location, Some(path));
    for foreign in ["https://evil.example/", "//evil.example/c/1", "/%5Cevil.example/c/1", "/c/../../x", "/help"] {
        assert_eq!(portal.browser().sign_in("nayana", foreign).await.location.as_deref(), Some("/my"), "{foreign}");
    }
}

async fn w2_a_sign_in_belongs_to_the_browser_that_began_it_and_is_used_once(on: On) {
    let portal = portal_on(on).await;
    let begun = portal.browser();
    let to_provider = begun.get("/sign-in?return=/my").await;
    assert_eq!(to_provider.status, StatusCode::SEE_OTHER);
    let query = to_provider.location.clone().unwrap();
    for part in ["code_challenge_method=S256", "nonce=", "state=", "client_id=consent-portal"] {
        assert!(query.contains(part), "{query}");
    }
    let victim = portal.browser();
    let address = reqwest::Url::parse(&query).unwrap();
    let form_page = begun.get(address.as_str()).await;
    let form = form_page.form(&[("user", "nayana"), ("password", "sandbox")]);
    let sent = begun.client.post(address.join("/oauth2/sign-in").unwrap()).form(&form).send().await.unwrap();
    let back = sent.headers()[header::LOCATION].to_str().unwrap().to_owned();

    let elsewhere = victim.get(&back).await;
    assert_eq!((elsewhere.status, elsewhere.h1().as_str()), (StatusCode::FORBIDDEN, "You are not signed in"));
    victim.get("/sign-in?return=/my").await;
    assert_eq!(victim.get(&back).await.status, StatusCode::FORBIDDEN, "the state of another attempt");
    assert_eq!(begun.get(&back).await.location.as_deref(), Some("/my"));
    assert_eq!(begun.get("/my").await.h1(), "What you are sharing");
    assert_eq!(begun.get(&back).await.location.as_deref(), Some("/my"), "the back button does no harm");
}

async fn w2_the_session_cookie_is_new_at_each_sign_in_and_out_of_reach_for_scripts(on: On) {
    let portal = portal_on(on).await;
    let browser = portal.browser();
    let cookie =
        |page: &Page| page.headers.get_all(header::SET_COOKIE).iter().next().unwrap().to_str().unwrap().to_owned();
    let first = cookie(&browser.sign_in("nayana", "/my").await);
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(first.contains(part), "{first}");
    }
    let old = first.split(';').next().unwrap().to_owned();
    let second = cookie(&browser.sign_in("nayana", "/my").await);
    assert_ne!(first, second);
    let with_old =
        portal.browser().client.get(format!("{}/my", portal.url)).header("cookie", old).send().await.unwrap();
    assert!(with_old.text().await.unwrap().contains("Sign in to see what you are sharing"));
}

/// Whoever puts a session of his own choice into somebody's browser is not signed in when she is.
async fn w2_a_session_that_somebody_else_chose_is_never_hers(on: On) {
    let portal = portal_on(on).await;
    let chosen = format!("ndx-portal-session={}", "A".repeat(43));
    let mut headers = header::HeaderMap::new();
    headers.insert(header::COOKIE, chosen.parse().unwrap());
    let attacker = ndx_service::outbound::builder(std::time::Duration::from_secs(5)).default_headers(headers).build();
    let attacker = Browser { client: attacker.unwrap(), url: portal.url.clone() };
    let victim = portal.browser();
    let jar = std::sync::Arc::new(reqwest::cookie::Jar::default());
    jar.add_cookie_str(&chosen, &portal.url.parse().unwrap());
    let client = ndx_service::outbound::builder(std::time::Duration::from_secs(5)).cookie_provider(jar).build();
    let victim = Browser { client: client.unwrap(), ..victim };
    let back = victim.sign_in("nayana", "/my").await;
    let set = back.headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>();
    assert!(set.iter().any(|cookie| cookie.starts_with("ndx-portal-session=")), "{set:?}");
    assert!(!set.iter().any(|cookie| cookie.starts_with(&chosen)), "{set:?}");
    assert_eq!(victim.get("/my").await.h1(), "What you are sharing");
    assert_eq!(attacker.get("/my").await.h1(), "Sign in to see what you are sharing");
}

async fn w2_a_session_ends_when_nobody_uses_it_and_after_eight_hours(on: On) {
    let portal = portal_on(on).await;
    let browser = portal.signed_in("nayana").await;
    for _ in 0..3 {
        portal.ledger.advance(19 * 60);
        assert_eq!(browser.get("/my").await.h1(), "What you are sharing");
    }
    portal.ledger.advance(20 * 60);
    assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing");
    let browser = portal.signed_in("nayana").await;
    for _ in 0..(8 * 4) {
        assert_eq!(browser.get("/my").await.h1(), "What you are sharing");
        portal.ledger.advance(15 * 60);
    }
    assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing");
}

async fn this_is_not_me_signs_out_and_asks_again_who_it_is(on: On) {
    let portal = portal_on(on).await;
    let (browser, path) = portal.asked(&[0]).await;
    let link = browser.get(&path).await.attributes(".ndx-viewer a", "href").pop().unwrap();
    let ask = browser.get(&link).await;
    assert_eq!(ask.h1(), "Do you want to sign out?");
    assert_eq!(browser.get(&path).await.status, StatusCode::OK, "a link alone changes nothing");
    assert_eq!(browser.post("/sign-out", &[]).await.status, StatusCode::FORBIDDEN);
    let out = browser.post("/sign-out", &ask.form(&[])).await;
    let signed_out = browser.get(&out.location.unwrap()).await;
    assert_eq!(browser.get(&path).await.h1(), "Sign in to see who is asking for your information");
    let again = signed_out.attributes("main a[role=button]", "href").pop().unwrap();
    let to_provider = browser.get(&again).await;
    assert!(to_provider.location.as_ref().unwrap().contains("prompt=login"));
    let back = browser.sign_in_from(to_provider, "regina").await;
    assert_eq!(back.location, Some(path.clone()));
    assert_eq!(browser.get(&path).await.h1(), "We cannot find this request", "it is Nayana's");
}

async fn w2_who_has_signed_out_is_not_signed_in_again_without_her_password(on: On) {
    let portal = portal_on(on).await;
    let browser = portal.signed_in("nayana").await;
    let link = browser.get("/my").await.attributes(".ndx-viewer a", "href").pop().unwrap();
    let ask = browser.get(&link).await;
    browser.post("/sign-out", &ask.form(&[])).await;
    portal.ledger.advance(60);
    // The next person at the same browser takes the ordinary way in; the identity provider still knows Nayana.
    let gate = browser.get("/my").await.attributes("main a[role=button]", "href").pop().unwrap();
    let to_provider = browser.get(&gate).await.location.unwrap();
    let page = browser.get(&to_provider).await;
    assert_eq!(page.location, None, "nobody is let in");
    assert!(page.html.contains("password"), "{}", page.html);
    // Nor when she takes away what asks the provider for it: the answer is checked.
    let without = to_provider.replace("&prompt=login", "").replace("&max_age=0", "");
    let back = browser.get(&without).await.location.expect("the provider knows her still");
    assert_eq!(browser.get(&back).await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/my").await.h1(), "Sign in to see what you are sharing");
}

async fn two_tabs_sign_in_side_by_side(on: On) {
    let portal = portal_on(on).await;
    let (one, other) = (portal.ledger.require(NAYANA, &[0]).await, portal.ledger.require(REGINA, &[0]).await);
    let browser = portal.browser();
    let first = browser.get(&format!("/sign-in?return=/c/{}", one.consent_id)).await;
    let second = browser.get(&format!("/sign-in?return=/c/{}", other.consent_id)).await;
    // Any page can lead here with a state of its own; it disturbs nothing.
    assert_eq!(browser.get("/signed-in?state=x&code=y").await.status, StatusCode::FORBIDDEN);
    let back = browser.sign_in_from(first, "nayana").await;
    assert_eq!(back.location, Some(format!("/c/{}", one.consent_id)));
    let back = browser.sign_in_from(second, "nayana").await;
    assert_eq!(back.location, Some(format!("/c/{}", other.consent_id)));
}

async fn sign_ins_that_were_left_do_not_pile_up_in_the_browser(on: On) {
    let portal = portal_on(on).await;
    let browser = portal.browser();
    let mut begun = Vec::new();
    let mut open = 0_isize;
    for number in 0..8 {
        let page = browser.get(&format!("/sign-in?return=/my/{number}")).await;
        for cookie in page.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("ndx-portal-sign-in-"), "{cookie}");
            open += if cookie.contains("Max-Age=0") { -1 } else { 1 };
            assert!(cookie.contains("Max-Age=0") || cookie.contains("Max-Age=600"), "{cookie}");
        }
        begun.push(page);
        portal.ledger.advance(1);
    }
    assert_eq!(open, 5);
    let last = begun.pop().unwrap();
    assert_eq!(browser.sign_in_from(last, "nayana").await.location.as_deref(), Some("/my/7"));
    let fourth = begun.remove(3);
    assert_eq!(
        browser.sign_in_from(fourth, "nayana").await.location.as_deref(),
        Some("/my/3"),
        "it is the oldest of five"
    );
    let third = begun.remove(2);
    assert_eq!(
        browser.sign_in_from(third, "nayana").await.location.as_deref(),
        Some("/my"),
        "she is signed in already"
    );
    // Ten minutes later nothing is left of the others, but for a browser that keeps them.
    portal.ledger.advance(600);
    let fifth = begun.remove(2);
    let page = browser.sign_in_from(fifth, "nayana").await;
    assert_ne!(page.location.as_deref(), Some("/my/4"));
}

on_both_engines! {
    sign_ins_that_were_left_do_not_pile_up_in_the_browser,
    who_signs_in_comes_back_to_where_she_was_and_nowhere_else,
    w2_a_sign_in_belongs_to_the_browser_that_began_it_and_is_used_once,
    w2_the_session_cookie_is_new_at_each_sign_in_and_out_of_reach_for_scripts,
    w2_a_session_that_somebody_else_chose_is_never_hers,
    w2_a_session_ends_when_nobody_uses_it_and_after_eight_hours,
    this_is_not_me_signs_out_and_asks_again_who_it_is,
    w2_who_has_signed_out_is_not_signed_in_again_without_her_password,
    two_tabs_sign_in_side_by_side,
}
