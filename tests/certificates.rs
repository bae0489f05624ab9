//! Services that prove themselves with certificates, and tokens that are bound to one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ndx_testkit::{Authority, Farajaland, Issuer, Part, in_every_setting, send};
use serde_json::json;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{"query":"{ personInfo(nic: \"199512345678\") { fullName } }"}"#;

/// The thumbprint of the certificate that stands in a file (RFC 8705, section 3.1).
fn thumbprint(pem: &str) -> String {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &der))
}

in_every_setting! {
    [apart_on_sqlite apart_on_postgres]

    async fn the_line_runs_over_tls_and_certificates_are_the_only_proof(setting: Setting) {
        let issuer = Issuer::new();
        let mut farajaland = issuer.trusted_by(Farajaland::empty_as(NDX, setting).with_certificates());
        let _served = issuer.serve(&farajaland).await;
        farajaland.run(Part::Exchange).await;
        let good = issuer.sign(&Issuer::header(), &issuer.claims());
        // Through policy, consent and audit, each in its process: she must be asked.
        let asked = farajaland.ask_with(Some(&good), QUERY, &[]).await;
        assert_eq!(asked.codes(), ["CE_NOT_APPROVED"], "{}", asked.text);
        assert!(asked.portal_url().as_str().starts_with("https://"));

        let authority = farajaland.authority().unwrap();
        let address = format!("{}/api/v1/records", farajaland.url("audit"));
        let status = async |client: &reqwest::Client, token: Option<&str>| {
            let mut request = client.get(&address);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            request.send().await.map(|response| response.status().as_u16())
        };
        assert_eq!(status(&authority.client("gateway"), None).await.unwrap(), 200);
        let data = farajaland.data_folder();
        let arguments = ["service-token", "--as", "gateway", "--for", "audit", "--data", data.to_str().unwrap()];
        let (_, token, _) = farajaland.ndx(&arguments).await;
        let somebody = authority.client("somebody");
        for token in [None, Some(good.as_str()), Some(token.trim())] {
            assert_eq!(status(&somebody, token).await.unwrap(), 401, "another name, and no token helps");
        }
        // One who calls itself the gateway, signed by somebody else, does not get as far as that.
        let place = tempfile::tempdir().unwrap();
        let impostor = Authority::new(place.path());
        let (certificate, key) = impostor.sign("gateway");
        let key = std::fs::read_to_string(key).unwrap();
        let theirs = ndx_service::tls::TlsIdentity::read(&certificate, &key, Some(&authority.certificate())).unwrap();
        status(&theirs.client(std::time::Duration::from_secs(5)).unwrap(), None).await.unwrap_err();
    }
}

in_every_setting! {
    async fn t4_a_token_that_is_bound_to_a_certificate_is_nothing_without_it(setting: Setting) {
        let issuer = Issuer::new();
        let mut farajaland = issuer.trusted_by(Farajaland::empty_as(NDX, setting).with_certificates());
        farajaland = farajaland.with_config(|config| {
            let applications = config["applications"].as_array_mut().unwrap();
            let insurance = applications.iter_mut().find(|one| one["id"] == "vehicle-insurance").unwrap();
            insurance["certificateBound"] = true.into();
        });
        let _served = issuer.serve(&farajaland).await;
        farajaland.run(Part::Exchange).await;
        let authority = farajaland.authority().unwrap();
        let own = authority.client("passport-app");
        let written = authority.certificate().with_file_name("passport-app.pem");
        let cnf = json!({"x5t#S256": thumbprint(&std::fs::read_to_string(written).unwrap())});
        let thief = authority.client("somebody");
        let gateway = farajaland.url("gateway");
        let question = r#"{"query":"{ __typename }"}"#;
        let status = async |client: &reqwest::Client, token: &str| {
            send(client, &gateway, Some(token), question, &[]).await.status
        };
        let bound = issuer.with("cnf", cnf.clone());
        assert_eq!(status(&own, &bound).await, 200);
        assert_eq!(status(&thief, &bound).await, 401);
        assert_eq!(status(&thief, &issuer.with("cnf", json!({"jkt": "abc"}))).await, 401, "a key that is never shown");
        assert_eq!(status(&thief, &issuer.with("cnf", json!({}))).await, 401);
        let unbound = issuer.sign(&Issuer::header(), &issuer.claims());
        assert_eq!(status(&thief, &unbound).await, 200, "this application's tokens may be unbound");

        // T3: an application whose tokens must be bound is not let in with one that is not.
        let mut claims = issuer.claims();
        claims["client_id"] = "vehicle-insurance".into();
        assert_eq!(status(&own, &issuer.sign(&Issuer::header(), &claims)).await, 401);
        claims["cnf"] = cnf;
        assert_eq!(status(&own, &issuer.sign(&Issuer::header(), &claims)).await, 200);
    }
}

in_every_setting! {
    [apart_on_sqlite]

    async fn an_application_that_bears_the_name_of_a_service_is_an_application(setting: Setting) {
        let issuer = Issuer::new();
        let mut farajaland = issuer.trusted_by(Farajaland::empty_as(NDX, setting).with_certificates());
        let place = tempfile::tempdir().unwrap();
        let applications = Authority::new(place.path());
        farajaland = farajaland.with_config(|config| {
            config["edge"] = json!({"applicationAuthorities": applications.certificate()});
        });
        let _served = issuer.serve(&farajaland).await;
        farajaland.run(Part::Exchange).await;
        // Signed by the authority of the applications, shown to a gateway that is known by that of the services.
        let (certificate, key) = applications.sign("gateway");
        let services = farajaland.authority().unwrap().certificate();
        let read = |file: &std::path::Path| std::fs::read_to_string(file).unwrap();
        let identity = ndx_service::tls::TlsIdentity::read(&certificate, &read(&key), Some(&services)).unwrap();
        let client = identity.client(std::time::Duration::from_secs(5)).unwrap();
        let cnf = json!({"x5t#S256": thumbprint(&read(&certificate))});
        let token = issuer.with("cnf", cnf);
        let question = r#"{"query":"{ __typename }"}"#;
        assert_eq!(send(&client, &farajaland.url("gateway"), Some(&token), question, &[]).await.status, 200);
        let details = client.get(format!("{}/health/details", farajaland.url("gateway")));
        assert_eq!(details.send().await.unwrap().status().as_u16(), 401, "its name opens nothing");
        client.get(format!("{}/health", farajaland.url("audit"))).send().await.unwrap_err();
    }
}
