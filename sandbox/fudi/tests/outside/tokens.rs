//! The token endpoint for programs, and the keys that verify what it gives.

use serde_json::{Value, json};

use crate::support::{PASSPORT, PORTAL, fudi};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

#[tokio::test]
async fn a_client_gets_a_token_for_its_audience_with_credentials_in_the_form() {
    let fudi = fudi().await;
    let answer = fudi.trade(PASSPORT, &OWN).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600);
    assert_eq!(answer.get("id_token"), None);

    let (header, claims) = fudi.verified(answer["access_token"].as_str().unwrap(), "ndx").await;
    assert_eq!(header.typ.as_deref(), Some("at+jwt"));
    assert_eq!(claims["iss"], fudi.url.as_str());
    assert_eq!(claims["aud"], "ndx");
    assert_eq!((&claims["sub"], &claims["client_id"]), (&"passport-app".into(), &"passport-app".into()));
    assert_eq!((&claims["iat"], &claims["nbf"]), (&1_800_000_000.into(), &1_800_000_000.into()));
    assert_eq!(claims["exp"], 1_800_003_600);
    assert_eq!(claims["scope"], "");
    assert!(claims["jti"].is_string());
}

#[tokio::test]
async fn a_client_may_prove_itself_by_http_basic() {
    let fudi = fudi().await;
    let answer = fudi
        .browser()
        .client
        .post(format!("{}/oauth2/token", fudi.url))
        .basic_auth("other", Some("other%3A+secret%2B%25"))
        .form(&OWN)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn two_proofs_at_once_are_an_invalid_request() {
    let fudi = fudi().await;
    let form = [("grant_type", "client_credentials"), ("client_id", PASSPORT.0), ("client_secret", PASSPORT.1)];
    let answer = fudi
        .browser()
        .client
        .post(format!("{}/oauth2/token", fudi.url))
        .basic_auth(PASSPORT.0, Some(PASSPORT.1))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_client_are_refused_alike() {
    let fudi = fudi().await;
    for wrong in [("passport-app", "wrong"), ("passport-app", ""), ("nobody", "passport-app-sandbox")] {
        let answer = fudi.trade(wrong, &OWN).await;
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["error"], "invalid_client");
    }
}

#[tokio::test]
async fn a_client_may_use_only_its_own_grants() {
    let fudi = fudi().await;
    for (client, grant, error) in [
        (PORTAL, "client_credentials", "unauthorized_client"),
        (PASSPORT, "authorization_code", "unauthorized_client"),
        (PASSPORT, "password", "unsupported_grant_type"),
    ] {
        let answer = fudi.trade(client, &[("grant_type", grant)]).await;
        assert_eq!(answer.status(), 400);
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], error);
    }
    let answer = fudi.trade(PASSPORT, &[]).await;
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_request");
}

#[tokio::test]
async fn the_published_keys_are_named_by_their_thumbprints_and_hold_nothing_private() {
    let keys: Value = fudi().await.browser().get("/oauth2/jwks").await.json().await.unwrap();
    let key = keys["keys"][0].as_object().unwrap();
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS256".into(), &"sig".into()));
    assert_eq!(key["e"], "AQAB");
    assert_eq!(key["n"].as_str().unwrap().len(), 342);
    let canonical = format!(r#"{{"e":"AQAB","kty":"RSA","n":{}}}"#, key["n"]);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, canonical.as_bytes());
    let thumbprint = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, digest);
    assert_eq!(key["kid"], thumbprint.as_str());
    for key in keys["keys"].as_array().unwrap() {
        assert!(["d", "p", "q", "dp", "dq", "qi", "k"].iter().all(|private| key.get(private).is_none()));
        assert!(key["kid"].is_string() && key["use"] == "sig");
    }
}

#[tokio::test]
async fn discovery_names_the_endpoints_under_the_issuer() {
    let fudi = fudi().await;
    let found: Value = fudi.browser().get("/.well-known/openid-configuration").await.json().await.unwrap();
    assert_eq!(found["issuer"], fudi.url.as_str());
    assert_eq!(found["authorization_endpoint"], format!("{}/oauth2/authorize", fudi.url));
    assert_eq!(found["token_endpoint"], format!("{}/oauth2/token", fudi.url));
    for (name, path) in [
        ("userinfo_endpoint", "/oauth2/userinfo"),
        ("revocation_endpoint", "/oauth2/revoke"),
        ("end_session_endpoint", "/oidc/logout"),
        ("jwks_uri", "/oauth2/jwks"),
    ] {
        assert_eq!(found[name], format!("{}{path}", fudi.url));
    }
    assert_eq!(found["id_token_signing_alg_values_supported"], json!(["RS256", "ES256", "EdDSA"]));
    assert_eq!(
        found["acr_values_supported"],
        json!(["urn:farajaland:acr:password", "urn:farajaland:acr:password+totp"])
    );
    assert_eq!(found.get("check_session_iframe"), None, "nothing is promised that browsers do not allow");
    assert_eq!(fudi.browser().get("/health").await.status(), 200);
}
