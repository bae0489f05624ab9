//! What an access token opens here, and what taking it back does.

use chrono::TimeDelta;
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Fudi, OTHER, PASSPORT, PORTAL, fudi};

async fn userinfo(fudi: &Fudi, token: &str) -> Response {
    let address = format!("{}/oauth2/userinfo", fudi.url);
    fudi.browser().client.get(address).bearer_auth(token).send().await.unwrap()
}

async fn access(fudi: &Fudi, scope: &str) -> (String, Value) {
    let tokens = fudi.others_tokens(&fudi.browser(), scope).await;
    let id = fudi.verified(tokens["id_token"].as_str().unwrap(), "other").await.1;
    (tokens["access_token"].as_str().unwrap().to_owned(), id)
}

async fn revoke(fudi: &Fudi, (id, secret): (&str, &str), token: &str) -> Response {
    let form = [("token", token), ("client_id", id), ("client_secret", secret)];
    fudi.browser().client.post(format!("{}/oauth2/revoke", fudi.url)).form(&form).send().await.unwrap()
}

#[tokio::test]
async fn tells_what_the_scope_allows_and_the_tokens_tell_the_same() {
    let fudi = fudi().await;
    let name = json!({"name": "Nayana Perera", "nic": "199512345678"});
    let email = json!({"email": "nayana@people.farajaland.example", "email_verified": true});
    for (scope, expected) in [
        ("openid", vec![]),
        ("profile openid", vec![&name]),
        ("openid email address", vec![&email]),
        ("openid profile email", vec![&name, &email]),
    ] {
        let (token, id) = access(&fudi, scope).await;
        let mut claims = json!({"sub": id["sub"]});
        for part in expected {
            claims.as_object_mut().unwrap().extend(part.as_object().unwrap().clone());
        }
        let answer = userinfo(&fudi, &token).await;
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert_eq!(answer.json::<Value>().await.unwrap(), claims, "{scope}");
        let in_token = fudi.verified(&token, "other").await.1;
        for key in ["name", "nic", "email"] {
            assert_eq!((&id[key], &in_token[key]), (&claims[key], &claims[key]), "{scope}");
        }
    }
}

#[tokio::test]
async fn is_told_by_post_too() {
    let fudi = fudi().await;
    let (token, _) = access(&fudi, "openid profile").await;
    let request = fudi.browser().client.post(format!("{}/oauth2/userinfo", fudi.url)).bearer_auth(token);
    assert_eq!(request.send().await.unwrap().json::<Value>().await.unwrap()["nic"], "199512345678");
}

#[tokio::test]
async fn strangers_hear_why_not() {
    let fudi = fudi().await;
    let nobody = fudi.browser().get("/oauth2/userinfo").await;
    assert_eq!(
        (nobody.status().as_u16(), &nobody.headers()["www-authenticate"]),
        (401, &"Bearer realm=\"fudi\"".parse().unwrap())
    );

    let (token, _) = access(&fudi, "openid").await;
    let id_token = fudi.others_tokens(&fudi.browser(), "openid").await["id_token"].as_str().unwrap().to_owned();
    let (another, _) = access(&fudi, "openid profile").await;
    let forged = format!("{}.{}", another.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
    for wrong in ["", "a.b.c", &forged, &id_token] {
        let answer = userinfo(&fudi, wrong).await;
        assert_eq!(answer.status(), 401, "{wrong}");
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer realm=\"fudi\""));
    }
    fudi.clock.advance(TimeDelta::hours(1));
    assert_eq!(userinfo(&fudi, &token).await.status(), 401, "it has expired");

    let answer: Value = fudi.trade(PASSPORT, &[("grant_type", "client_credentials")]).await.json().await.unwrap();
    let answer = userinfo(&fudi, answer["access_token"].as_str().unwrap()).await;
    assert_eq!(answer.status(), 403, "a program is nobody");
    assert!(answer.headers()["www-authenticate"].to_str().unwrap().contains("insufficient_scope"));
}

#[tokio::test]
async fn a_revoked_token_opens_nothing_here_any_more() {
    let fudi = fudi().await;
    let (token, _) = access(&fudi, "openid").await;
    let (kept, _) = access(&fudi, "openid").await;
    for _ in 0..2 {
        assert_eq!(revoke(&fudi, OTHER, &token).await.status(), 200);
        assert_eq!(userinfo(&fudi, &token).await.status(), 401);
    }
    assert_eq!(userinfo(&fudi, &kept).await.status(), 200);
    assert_eq!(revoke(&fudi, OTHER, "no token at all").await.status(), 200, "nothing is left to do");
}

#[tokio::test]
async fn only_the_client_itself_takes_its_access_token_back() {
    let fudi = fudi().await;
    let (token, _) = access(&fudi, "openid").await;
    for (client, status, error) in [
        (("other", "wrong"), 401, "invalid_client"),
        (("CONSENT_PORTAL_APP", ""), 401, "invalid_client"),
        (PORTAL, 400, "unauthorized_client"),
    ] {
        let answer = revoke(&fudi, client, &token).await;
        assert_eq!(answer.status(), status);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], error);
    }
    assert_eq!(userinfo(&fudi, &token).await.status(), 200, "it was not touched");
    let tokens = fudi.others_tokens(&fudi.browser(), "openid").await;
    let answer = revoke(&fudi, OTHER, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "unsupported_token_type");
}
