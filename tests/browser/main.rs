//! The citizens' pages in a browser: the passport application, the identity provider, the portal. Each test is a story of
//! `stories/`, told in a country of its own; README.md says what each is about.
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
};

use ndx_testkit::{Farajaland, Part};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
/// The portal's languages, and two that are made from English: one that needs more room, one from right to left.
const EVERY_LANGUAGE: [&str; 5] = ["en", "si", "ta", "en-XA", "ar-XB"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/browser").canonicalize().unwrap()
}

/// A part by its name in a story.
fn part(name: &Value) -> Part {
    match name.as_str().unwrap() {
        "rgd" => Part::Rgd,
        "drp-adapter" => Part::DrpAdapter,
        "exchange" => Part::Exchange,
        other => panic!("stories do not start or stop `{other}`"),
    }
}

/// Does what a browser cannot do itself, and says what came of it.
async fn does(farajaland: &mut Farajaland, told: &Value) -> Value {
    match told["do"].as_str().unwrap_or_default() {
        "ask" => {
            let (nic, fields) = (told["nic"].as_str().unwrap(), told["fields"].as_str().unwrap());
            let query = format!(r#"{{ personInfo(nic: "{nic}") {{ {fields} }} }}"#);
            let reply = farajaland.ask(told["application"].as_str().unwrap(), &query).await;
            json!({
                "codes": reply.codes(), "status": reply.extension("consentStatus"),
                "link": reply.extension("consentPortalUrl"),
            })
        }
        "stop" => {
            farajaland.stop(part(&told["part"])).await;
            json!({})
        }
        "start" => {
            farajaland.run(part(&told["part"])).await;
            json!({})
        }
        "code" => {
            let (_, code, _) = farajaland.ndx(&["sandbox", "code", "--as", told["user"].as_str().unwrap()]).await;
            json!(code.trim())
        }
        _ => panic!("a story asked for {told}"),
    }
}

/// Tells a story in `farajaland`, where nothing runs yet. The browser asks for what it cannot do itself, a line of JSON each.
async fn tell(story: &str, mut farajaland: Farajaland) {
    let folder = folder();
    assert!(folder.join("node_modules/playwright-core").exists(), "run `npm ci` in tests/browser first");
    farajaland.run_all().await;
    farajaland.run(Part::PassportApp).await;
    let country = json!({
        "passport": farajaland.url("passport-app"), "portal": farajaland.url("consent"),
        "gateway": farajaland.url("gateway"), "fudi": farajaland.url("fudi"),
        "languages": farajaland.configuration_value()["portal"]["languages"],
    });
    let mut browser = Command::new("node")
        .current_dir(&folder)
        .args(["run.mjs", story, &country.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node is needed");
    let mut tells = BufReader::new(browser.stdout.take().unwrap()).lines();
    let mut hears = browser.stdin.take().unwrap();
    while let Some(line) = tells.next_line().await.unwrap() {
        let told: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("{line}"));
        let answer = format!("{}\n", does(&mut farajaland, &told).await);
        hears.write_all(answer.as_bytes()).await.unwrap();
    }
    assert!(browser.wait().await.unwrap().success(), "what is wrong stands above");
    for part in Part::ALL.into_iter().chain([Part::PassportApp]) {
        let log = farajaland.log(part);
        assert!(!log.contains("199512345678") && !log.contains("Jacaranda"), "{part:?} writes down what is hers");
    }
}

/// Each story is a test of its own.
macro_rules! stories {
    ($($(#[$doc:meta])* $story:ident)*) => {
        $(
            $(#[$doc])*
            #[tokio::test]
            async fn $story() {
                tell(stringify!($story), Farajaland::empty(NDX)).await;
            }
        )*
    };
}

stories! {
    story
    /// What was stopped is stopped for the next question.
    afterwards
    by_law
    another_portal
    /// W7: who runs no script can give and take back.
    without_scripts
    /// W7: who has no mouse, too.
    keyboard
    /// C6: what is sent twice counts once.
    doubt
    /// C5, C17: other people's requests do not exist, and nobody is sent where nobody registered.
    strangers
    accessible_application
    weight
}

/// W2: what is sensitive takes a surer sign-in. The register marks the profession so.
#[tokio::test]
async fn surely() {
    let farajaland = Farajaland::empty(NDX);
    let marked = farajaland.data_folder().with_file_name("marked");
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/providers");
    std::fs::create_dir_all(&marked).unwrap();
    for file in std::fs::read_dir(schemas).unwrap() {
        let file = file.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap();
        let text = text.replace(r#"cluster: "profession""#, r#"cluster: "profession", sensitivity: HIGH"#);
        std::fs::write(marked.join(file.file_name().unwrap()), text).unwrap();
    }
    tell("surely", farajaland.with_config(|config| config["schema"]["providers"] = json!(marked))).await;
}

#[tokio::test]
async fn accessible_portal() {
    let speaking = Farajaland::empty(NDX).with_config(|config| config["portal"]["languages"] = EVERY_LANGUAGE.into());
    tell("accessible_portal", speaking).await;
}

/// C7: what has ended cannot be answered.
#[tokio::test]
async fn expired() {
    let hasty = Farajaland::empty(NDX).with_config(|config| config["consent"]["requestLifetime"] = "PT20S".into());
    tell("expired", hasty).await;
}
