//! The clients that applications use get data, codes and the consent link.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::{Path, PathBuf};

use ndx_testkit::{Choice, Farajaland};
use serde_json::{Value, json};
use tokio::process::Command;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// What a client prints. The first of `client` is its file, the rest are its arguments.
async fn run(farajaland: &Farajaland, client: &[&str]) -> Value {
    let folder = root().join("tests/clients");
    let python = root().join("target/clients/bin/python");
    assert!(folder.join("node_modules/graphql").exists() && python.exists(), "run tests/clients/install.sh first");
    let mut command = if client[0].ends_with(".py") { Command::new(python) } else { Command::new("node") };
    command.current_dir(&folder).arg(client[0]).arg(format!("{}/public/graphql", farajaland.url("gateway")));
    let token = farajaland.token("passport-app").await;
    let ended = command.args(&client[1..]).env("NDX_TOKEN", token).output().await.expect("node is needed");
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(ended.status.success(), "{client:?}: {said}{}", String::from_utf8_lossy(&ended.stderr));
    let line = said.lines().last().unwrap_or_default();
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{client:?}: {error}: {said}"))
}

/// What was asked for, without the type names that some clients add.
fn without_typenames(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(key, _)| *key != "__typename");
            Value::Object(fields.map(|(key, value)| (key.clone(), without_typenames(value))).collect())
        }
        other => other.clone(),
    }
}

#[tokio::test]
async fn every_client_gets_the_link_and_then_the_data() {
    let farajaland = Farajaland::start(NDX).await;
    let clients: [&[&str]; 5] =
        [&["apollo.js"], &["apollo.js", "persisted"], &["urql.js"], &["graphql-request.js"], &["python_gql.py"]];
    let mut links = Vec::new();
    for client in clients {
        let told = run(&farajaland, client).await;
        assert_eq!(told["codes"], json!(["CE_NOT_APPROVED"]), "{client:?}: {told}");
        links.push(told["link"].as_str().unwrap_or_else(|| panic!("{client:?}: {told}")).to_owned());
    }
    links.dedup();
    assert_eq!(links.len(), 1, "all were sent to the same page: {links:?}");

    farajaland.citizen("nayana").answer(links[0].parse().unwrap(), Choice::Share).await.unwrap();
    let nayana = json!({"personInfo": {"fullName": "Nayana Perera", "birthInfo": {"district": "Lumina"}}});
    for client in clients {
        let told = run(&farajaland, client).await;
        assert_eq!((without_typenames(&told["data"]), &told["codes"]), (nayana.clone(), &json!([])), "{client:?}");
    }
    let apollo = run(&farajaland, &["apollo.js"]).await;
    assert_eq!(apollo["data"]["personInfo"]["birthInfo"]["__typename"], "BirthInfo");
}

#[tokio::test]
async fn apollo_sends_the_text_of_a_document_once() {
    let farajaland = Farajaland::start(NDX).await;
    let sent = async || run(&farajaland, &["apollo.js", "persisted"]).await["sent"].clone();
    assert_eq!((sent().await, sent().await), (json!(2), json!(1)));
}

#[tokio::test]
async fn codegen_writes_the_same_types_from_introspection_and_from_the_served_schema_and_the_file() {
    let farajaland = Farajaland::start(NDX).await;
    assert_eq!(run(&farajaland, &["codegen.js"]).await, json!({"same": true, "types": 3}));
}
