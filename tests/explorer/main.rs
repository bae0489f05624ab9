//! The gateway's page `/explorer`: in a browser from the first token to shared data, and over HTTP what a browser relies on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use ndx_testkit::{Choice, Farajaland, Part};
use reqwest::{Client, Response, header};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/explorer").canonicalize().unwrap()
}

fn client() -> Client {
    ndx_service::outbound::builder(Duration::from_secs(5)).no_gzip().build().unwrap()
}

async fn get(farajaland: &Farajaland, path: &str, headers: &[(&str, &str)]) -> Response {
    let request = client().get(format!("{}{path}", farajaland.url("gateway")));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap()
}

fn header_of(response: &Response, name: header::HeaderName) -> String {
    response.headers().get(&name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The browser tells what it has come to, a line of JSON each, and waits for a line where somebody else must act.
#[tokio::test]
async fn in_a_browser_from_the_first_token_to_shared_data() {
    let folder = folder();
    assert!(folder.join("node_modules/playwright-core").exists(), "run `npm ci` in tests/explorer first");
    let farajaland = Farajaland::start(NDX).await;
    let mut browser = Command::new("node")
        .current_dir(&folder)
        .arg("browser.mjs")
        .args([farajaland.url("gateway"), farajaland.url("fudi")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is needed");
    let mut tells = BufReader::new(browser.stdout.take().unwrap()).lines();
    let mut hears = browser.stdin.take().unwrap();
    let mut asked = 0;
    while let Some(line) = tells.next_line().await.unwrap() {
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        let link = told["consent"].as_str().unwrap_or_else(|| panic!("{line}"));
        farajaland.citizen("nayana").answer(link.parse().unwrap(), Choice::Share).await.unwrap();
        hears.write_all(b"shared\n").await.unwrap();
        asked += 1;
    }
    assert!(browser.wait().await.unwrap().success(), "what is wrong stands above");
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn the_page_follows_the_configuration() {
    let mut farajaland = Farajaland::empty(NDX);
    farajaland.run(Part::Exchange).await;
    let page = get(&farajaland, "/explorer", &[]).await;
    assert_eq!(page.status(), 200);
    assert_eq!(header_of(&page, header::CONTENT_TYPE), "text/html; charset=utf-8");
    assert_eq!(header_of(&page, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(header_of(&page, header::REFERRER_POLICY), "no-referrer");
    let policy = header_of(&page, header::CONTENT_SECURITY_POLICY);
    let desk = farajaland.url("fudi");
    assert!(policy.contains(&format!("; connect-src 'self' {desk}; ")), "{policy}");
    assert!(policy.contains("default-src 'none'; script-src 'self'; style-src 'self'; "), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let told: Value = get(&farajaland, "/explorer/config.json", &[]).await.json().await.unwrap();
    let expected = json!({
        "trialTokenUrl": format!("{desk}/trial/token"), "applications": ["passport-app", "vehicle-insurance"],
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn files_are_kept_packed_and_asked_for_again_only_when_they_have_changed() {
    let mut farajaland = Farajaland::empty(NDX);
    farajaland.run(Part::Exchange).await;
    let page = get(&farajaland, "/explorer", &[]).await;
    let tag = header_of(&page, header::ETAG);
    let again = get(&farajaland, "/explorer", &[("if-none-match", &tag)]).await;
    assert_eq!((again.status().as_u16(), again.text().await.unwrap()), (304, String::new()));
    let text = page.text().await.unwrap();
    let assets: Vec<&str> = text.split('"').filter(|one| one.starts_with("explorer/assets/")).collect();
    assert_eq!(assets.len(), 2, "{text}");
    for asset in assets {
        let plain = get(&farajaland, &format!("/{asset}"), &[]).await;
        let kind = if asset.ends_with(".css") { "text/css" } else { "text/javascript" };
        assert_eq!(header_of(&plain, header::CONTENT_TYPE), format!("{kind}; charset=utf-8"));
        assert_eq!(header_of(&plain, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        let packed = get(&farajaland, &format!("/{asset}"), &[("accept-encoding", "gzip")]).await;
        assert_eq!(header_of(&packed, header::CONTENT_ENCODING), "gzip");
        assert!(packed.bytes().await.unwrap().len() * 2 < plain.bytes().await.unwrap().len(), "{asset}");
    }
    for nothing in ["explorer-0.js", "..%2findex.html", "%2e%2e/index.html", "index.html", "explorer.js.map"] {
        let missing = get(&farajaland, &format!("/explorer/assets/{nothing}"), &[]).await;
        assert_eq!(missing.status(), 404, "{nothing}");
    }
    let licences = get(&farajaland, "/explorer/LICENSES.txt", &[]).await.text().await.unwrap();
    assert!(licences.contains("graphiql 4") && licences.contains("react-dom 18"), "{licences}");
}

#[tokio::test]
async fn it_can_be_switched_off_and_knows_no_desk_that_nobody_names() {
    let mut off = Farajaland::empty(NDX).with_config(|config| config["explorer"] = json!({"enabled": false}));
    off.run(Part::Exchange).await;
    for path in ["/explorer", "/explorer/", "/explorer/config.json", "/explorer/LICENSES.txt", "/explorer/assets/x.js"]
    {
        assert_eq!(get(&off, path, &[]).await.status(), 404, "{path}");
    }
    let mut alone = Farajaland::empty(NDX).with_config(|config| {
        config.as_object_mut().unwrap().remove("explorer");
    });
    alone.run(Part::Exchange).await;
    let page = get(&alone, "/explorer", &[]).await;
    assert!(header_of(&page, header::CONTENT_SECURITY_POLICY).contains("; connect-src 'self'; "));
    let told: Value = get(&alone, "/explorer/config.json", &[]).await.json().await.unwrap();
    assert_eq!(told, json!({"trialTokenUrl": null, "applications": []}));
}
