//! `ndx doctor`: a healthy exchange is fine in every part, and each thing that is wrong is found, with its remedy.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
};

use ndx_testkit::{Farajaland, Part, Setting, in_every_setting};
use serde_json::Value;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName dateOfBirth } }"#;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The country's configuration with `change` made to it, in a file beside it.
fn changed(farajaland: &Farajaland, name: &str, change: impl FnOnce(&mut Value)) -> PathBuf {
    let file = farajaland.configuration().with_file_name(format!("{name}.json"));
    let mut config = serde_json::from_str(&std::fs::read_to_string(farajaland.configuration()).unwrap()).unwrap();
    change(&mut config);
    std::fs::write(&file, config.to_string()).unwrap();
    file
}

/// What the doctor finds: its exit code, its findings, and its words.
async fn doctor(farajaland: &Farajaland, config: &Path) -> (i32, Vec<Value>, String) {
    let (data, ports) = (farajaland.data_folder(), farajaland.ports().arguments());
    let place = ["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];
    let arguments: Vec<&str> = ["doctor"].into_iter().chain(place).chain(ports.iter().map(String::as_str)).collect();
    let (code, words, _) = farajaland.ndx(&arguments).await;
    let (code_of_json, json, _) = farajaland.ndx(&[&arguments[..], &["--json"]].concat()).await;
    assert_eq!(code, code_of_json);
    (code, serde_json::from_str(&json).unwrap(), words)
}

/// Asserts that the doctor finds a problem with the subject of an area, in these words and with this remedy; and with
/// nothing else.
async fn finds(farajaland: &Farajaland, config: &Path, (area, subject): (&str, &str), words: &str, remedy: &str) {
    let (code, findings, text) = doctor(farajaland, config).await;
    let problems: Vec<_> = findings.iter().filter(|one| one["state"] == "problem").collect();
    assert_eq!((code, problems.len()), (1, 1), "{text}");
    assert_eq!((&problems[0]["area"], &problems[0]["subject"]), (&area.into(), &subject.into()), "{text}");
    assert!(problems[0]["words"].as_str().unwrap().contains(words), "{words}:\n{text}");
    assert!(problems[0]["remedy"].as_str().unwrap().contains(remedy), "{remedy}:\n{text}");
}

in_every_setting! {
    async fn a_healthy_exchange_is_fine_in_every_part(setting: Setting) {
        let farajaland = Farajaland::start_as(NDX, setting).await;
        for told in ["holds none yet", "holds 6 keys, fetched 0 minutes ago"] {
            let (code, findings, text) = doctor(&farajaland, farajaland.configuration()).await;
            assert_eq!(code, 0, "{text}");
            assert!(findings.iter().all(|finding| finding["state"] == "fine"), "{text}");
            let areas: Vec<_> = findings.iter().map(|finding| finding["area"].as_str().unwrap()).collect();
            let number = |area: &str| areas.iter().filter(|one| **one == area).count();
            let numbers = ["files", "service", "clock", "keys", "provider", "store", "disk"].map(number);
            assert_eq!(numbers, [1, 4, 5, 2, 2, 4, 1], "{text}");
            assert!(text.contains(told), "{text}");
            farajaland.ask("passport-app", QUERY).await;
        }
    }
}

#[tokio::test]
async fn a_healthy_exchange_is_fine_over_tls() {
    let mut farajaland = Farajaland::empty_as(NDX, Setting::APART_ON_SQLITE).with_certificates();
    farajaland.run_all().await;
    let (code, _, text) = doctor(&farajaland, farajaland.configuration()).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("healthy at https://"), "{text}");
}

#[tokio::test]
async fn each_thing_that_is_wrong_comes_with_its_remedy() {
    let mut farajaland = Farajaland::empty_as(NDX, Setting::APART_ON_POSTGRES);
    farajaland.run_all().await;
    let config = farajaland.configuration().to_owned();
    let folder = config.parent().unwrap().to_owned();

    for (part, subject) in [(Part::Rgd, "rgd"), (Part::DrpAdapter, "drp")] {
        farajaland.stop(part).await;
        finds(&farajaland, &config, ("provider", subject), "cannot be reached", "runs").await;
        farajaland.run(part).await;
    }
    farajaland.stop(Part::Policy).await;
    finds(
        &farajaland,
        &config,
        ("service", "policy"),
        "cannot be reached",
        "start it with `ndx up` or `ndx serve policy`",
    )
    .await;
    farajaland.run(Part::Policy).await;

    std::fs::write(folder.join("wrong"), "wrong").unwrap();
    let wrong = serde_json::json!({"from_file": "wrong"});
    let drp = changed(&farajaland, "drp", |config| config["providers"][0]["auth"]["apiKeyValue"] = wrong.clone());
    finds(&farajaland, &drp, ("provider", "drp"), "does not accept us", "the secret here is the one").await;
    let rgd = changed(&farajaland, "rgd", |config| config["providers"][1]["auth"]["clientSecret"] = wrong);
    finds(&farajaland, &rgd, ("provider", "rgd"), "does not accept us", "the secret here is the one").await;

    let kept = folder.join("kept");
    std::fs::create_dir(&kept).unwrap();
    for file in std::fs::read_dir(root().join("schema/providers")).unwrap() {
        let file = file.unwrap().path();
        let text = std::fs::read_to_string(&file).unwrap().replace("  sex: String\n", "  gone: Int\n  sex: String\n");
        std::fs::write(kept.join(file.file_name().unwrap()), text).unwrap();
    }
    let drifted = changed(&farajaland, "drifted", |config| config["schema"]["providers"] = "kept".into());
    let (code, findings, text) = doctor(&farajaland, &drifted).await;
    let drift: Vec<_> = findings.iter().filter(|one| one["state"] == "problem").collect();
    assert_eq!((code, drift.len()), (1, 2), "{text}");
    assert!(
        text.contains("not as kept: Person.gone: Int") && text.contains("not as kept: PersonData.gone: Int"),
        "{text}"
    );
    assert!(drift.iter().all(|one| one["remedy"].as_str().unwrap().contains("take its schema over into")), "{text}");

    let elsewhere = farajaland.url("audit");
    let swapped = changed(&farajaland, "swapped", |config| config["services"]["consent"]["url"] = elsewhere.into());
    finds(&farajaland, &swapped, ("service", "consent"), "audit-service answers at", "`services.consent.url` is right")
        .await;

    let other_key = farajaland.ndx(&["keys", "new", folder.join("other.key").to_str().unwrap()]).await.1;
    assert!(!other_key.is_empty());
    let stranger = changed(&farajaland, "stranger", |config| {
        config["services"]["gateway"]["key"] = serde_json::json!({"from_file": "other.key"});
    });
    let (code, _, text) = doctor(&farajaland, &stranger).await;
    assert!(code == 0 && text.contains("does not know its own key") && text.contains("`ndx keys public`"), "{text}");

    let elsewhere = changed(&farajaland, "elsewhere", |config| {
        config["portal"]["identityProvider"]["clientSecret"] = serde_json::json!({"from_file": "not-here"});
    });
    let (code, _, text) = doctor(&farajaland, &elsewhere).await;
    assert!(code == 0 && text.contains("warning  files") && text.contains("runs on another machine"), "{text}");

    let broken = changed(&farajaland, "broken", |config| config["schema"]["consumer"] = "none.graphql".into());
    let (code, _, text) = doctor(&farajaland, &broken).await;
    assert!(code == 1 && text.contains("1 mistake; the first: ") && text.contains("run `ndx check`"), "{text}");

    let clock = a_clock_that_stands_still();
    let late = changed(&farajaland, "late", |config| config["jwt"]["jwksUrl"] = clock.into());
    finds(&farajaland, &late, ("clock", "issuer"), "s from this machine's clock", "one time server (NTP)").await;

    farajaland.database().unwrap().shut_out();
    let (code, findings, text) = doctor(&farajaland, &config).await;
    let stores: Vec<_> = findings.iter().filter(|one| one["state"] == "problem").collect();
    assert!(code == 1 && stores.len() == 4 && stores.iter().all(|one| one["area"] == "store"), "{text}");
    assert!(text.contains("see whether PostgreSQL runs and lets us in (`store.postgres`)"), "{text}");
    farajaland.database().unwrap().let_in();

    farajaland.database().unwrap().sql("DROP SCHEMA ndx_policy CASCADE");
    finds(&farajaland, &config, ("store", "policy"), "at step 0 of ", "run `ndx store migrate`").await;
}

/// The address of a set of keys whose server lives in the year 2024, for two questions.
fn a_clock_that_stands_still() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/jwks", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let read = stream.read(&mut [0; 4096]).unwrap();
            assert!(read > 0);
            let answer = "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Type: application/json\r\n\
                          Content-Length: 13\r\nConnection: close\r\n\r\n{\"keys\":[{}]}";
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    address
}

#[tokio::test]
async fn an_exchange_that_does_not_run_is_no_crash() {
    let farajaland = Farajaland::empty(NDX);
    let (code, findings, text) = doctor(&farajaland, farajaland.configuration()).await;
    assert_eq!(code, 1, "{text}");
    let wrong = findings.iter().filter(|one| one["state"] != "fine");
    assert!(wrong.clone().all(|one| one["remedy"].is_string()), "{text}");
    assert_eq!(wrong.count(), 10, "{text}");
    assert!(text.contains("is not a data folder of NDX") && text.contains("start it with `ndx up`"), "{text}");
    assert!(!farajaland.data_folder().exists(), "looking makes nothing");
}
