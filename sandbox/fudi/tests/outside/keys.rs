//! The keys: of three algorithms, known before they sign, and kept as long as a token of theirs may live.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use fudi::{Config, Provider};
use ndx_auth::{KeySet, TokenVerifier};
use ndx_clock::{Clock, ManualClock};
use serde_json::Value;
use url::Url;

use crate::support::{Fudi, OTHER, PASSPORT, fudi};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// A verifier as the exchange has one, by the provider's clock. It keeps the keys it has fetched.
fn verifier(fudi: &Fudi, audience: &str) -> TokenVerifier {
    let clock = Arc::clone(&fudi.clock) as Arc<dyn Clock>;
    let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
    let keys = KeySet::new(format!("{}/oauth2/jwks", fudi.url).parse().unwrap(), client, Arc::clone(&clock));
    TokenVerifier::for_access_tokens(keys, fudi.url.clone(), vec![audience.to_owned()], clock)
}

async fn token(fudi: &Fudi) -> String {
    let answer: Value = fudi.trade(PASSPORT, &OWN).await.json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

async fn published(fudi: &Fudi) -> Vec<String> {
    let keys: Value = fudi.browser().get("/oauth2/jwks").await.json().await.unwrap();
    keys["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_client_chooses_what_its_tokens_are_signed_with() {
    let fudi = fudi().await;
    let tokens = fudi.others_tokens(&fudi.browser(), "openid").await;
    let (header, _) = fudi.verified(tokens["id_token"].as_str().unwrap(), "other").await;
    assert_eq!(header.alg, jsonwebtoken::Algorithm::EdDSA);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(fudi.verified(access, "other").await.0.alg, jsonwebtoken::Algorithm::ES256);
    let accepted: Value = verifier(&fudi, "other").verify(access).await.unwrap();
    assert_eq!(accepted["client_id"], OTHER.0);
    let rsa = token(&fudi).await;
    assert_eq!(fudi.verified(&rsa, "ndx").await.0.alg, jsonwebtoken::Algorithm::RS256, "who chooses nothing");
}

#[tokio::test]
async fn a_change_of_keys_is_noticed_by_nobody() {
    let fudi = fudi().await;
    let exchange = verifier(&fudi, "ndx");
    let before = token(&fudi).await;
    exchange.verify::<Value>(&before).await.unwrap();
    let known = published(&fudi).await;
    assert_eq!(known.len(), 6, "three that sign and three that will");

    fudi.provider.change_keys();
    let after = token(&fudi).await;
    assert_ne!(kid(&after), kid(&before));
    assert!(known.contains(&kid(&after)), "it was published before it signed");
    exchange.verify::<Value>(&after).await.unwrap();
    exchange.verify::<Value>(&before).await.unwrap();

    // Those who fetched the keys before the change do not know the newest for five minutes: so long they do not sign.
    fudi.provider.change_keys();
    fudi.clock.advance(TimeDelta::seconds(299));
    assert_eq!(kid(&token(&fudi).await), kid(&after));
    fudi.clock.advance(TimeDelta::seconds(1));
    let third = token(&fudi).await;
    assert!(![kid(&before), kid(&after)].contains(&kid(&third)));
    for token in [&before, &after, &third] {
        exchange.verify::<Value>(token).await.unwrap();
    }
}

#[tokio::test]
async fn keys_are_changed_by_time_and_stay_until_their_last_token_has_expired() {
    let fudi = fudi().await;
    let exchange = verifier(&fudi, "ndx");
    fudi.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let last = token(&fudi).await;
    fudi.clock.advance(TimeDelta::seconds(1));
    let first = token(&fudi).await;
    assert_ne!(kid(&first), kid(&last));
    // The verifier has never seen either: it fetches the keys when it meets them.
    exchange.verify::<Value>(&last).await.unwrap();
    exchange.verify::<Value>(&first).await.unwrap();

    fudi.clock.advance(TimeDelta::minutes(59));
    exchange.verify::<Value>(&last).await.unwrap();
    assert!(published(&fudi).await.contains(&kid(&last)));
    fudi.clock.advance(TimeDelta::minutes(2));
    assert!(!published(&fudi).await.contains(&kid(&last)), "its last token has expired");
    assert!(published(&fudi).await.contains(&kid(&first)));
}

#[tokio::test]
async fn the_published_keys_may_be_kept_as_long_as_the_next_ones_wait() {
    let fudi = fudi().await;
    let answer = fudi.browser().get("/oauth2/jwks").await;
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
}

#[test]
fn keys_that_would_sign_before_everybody_knows_them_are_refused() {
    let config = || Config { issuer: Url::parse("http://127.0.0.1:1").unwrap(), people: vec![], clients: vec![] };
    let clock = ManualClock::at(chrono::DateTime::UNIX_EPOCH);
    let refused = Provider::with_keys_for(TimeDelta::seconds(299), config(), clock.clone()).unwrap_err();
    assert!(refused.to_string().contains("every 5 minutes"), "{refused}");
    Provider::with_keys_for(TimeDelta::minutes(5), config(), clock).unwrap();
}
