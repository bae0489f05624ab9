//! The operator's commands: each says what is and what to do, in words and in JSON, and ends with the exit code for it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod consents;
mod questions;

use std::{path::Path, process::Stdio};

use ndx_test_postgres::TestDatabase;
use ndx_testkit::{Choice, Farajaland, Part, Ports, Setting, Stores, in_every_setting};
use serde_json::Value;
use tokio::process::Command;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUERY: &str = r#"{ personInfo(nic: "199512345678") { fullName dateOfBirth } }"#;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Runs the program with `input` on its standard input and the passport office's secret in its environment.
async fn ndx(arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(NDX);
    command.current_dir(root()).args(arguments).env("NDX_CLIENT_SECRET", "passport-app-sandbox");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    tokio::io::AsyncWriteExt::write_all(child.stdin.as_mut().unwrap(), input.as_bytes()).await.unwrap();
    drop(child.stdin.take());
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// `arguments`, and those that name the country's configuration and ports.
fn of<'a>(farajaland: &'a Farajaland, ports: &'a [String], arguments: &[&'a str]) -> Vec<&'a str> {
    let place = ["--config", farajaland.configuration().to_str().unwrap()];
    arguments.iter().copied().chain(place).chain(ports.iter().map(String::as_str)).collect()
}

#[tokio::test]
async fn the_story_begun_on_sqlite_goes_on_on_postgres() {
    let mut farajaland = Farajaland::start(NDX).await;
    let link = farajaland.ask("passport-app", QUERY).await.portal_url();
    farajaland.citizen("nayana").answer(link, Choice::Share).await.unwrap();
    let shared = farajaland.ask("passport-app", QUERY).await;
    assert_eq!(shared.codes(), Vec::<&str>::new(), "{}", shared.text);
    let records = farajaland.rows("audit", "SELECT event FROM audit_records ORDER BY seq").await;

    let data = farajaland.data_folder();
    let database = TestDatabase::new();
    let (from, to) = (format!("sqlite:{}", data.display()), database.url().to_string());
    let copy = ["store", "copy", "--from", &from, "--to", &to];
    let (code, _, words) = ndx(&copy, "").await;
    assert!(code == 1 && words.contains("another exchange is running"), "{words}");
    farajaland.stop(Part::Exchange).await;
    let (code, text, words) = ndx(&copy, "").await;
    assert_eq!(code, 0, "{words}");
    assert!(text.contains(&format!("audit: audit_records: {} rows\n", records.len())), "{text}");
    assert!(text.contains(&format!(r#"{{"store":{{"postgres":{{"url":"{to}"}}}}}}"#)), "{text}");
    let (code, _, words) = ndx(&copy, "").await;
    assert!(code == 1 && words.contains("is not empty; copy into an empty database"), "{words}");

    let mut farajaland = farajaland.with_config(|config| {
        config["store"]["postgres"] = serde_json::json!({"url": to});
    });
    for store in ["consent.db", "policy.db", "audit.db"] {
        std::fs::remove_file(data.join(store)).unwrap();
    }
    farajaland.run(Part::Exchange).await;
    assert_eq!(farajaland.ask("passport-app", QUERY).await.text, shared.text, "she is not asked again");
    let kept = database.sql("SELECT event FROM ndx_audit.audit_records ORDER BY seq");
    assert_eq!(kept.lines().take(records.len()).collect::<Vec<_>>(), records);
    assert_eq!(kept.lines().count(), records.len() + 2, "INTENT and RELEASE of the new answer stand beside them");
}

#[tokio::test]
async fn a_copy_goes_one_way_and_takes_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let here = format!("sqlite:{}", folder.path().display());
    let to = "postgres://ndx@127.0.0.1:1/x";
    let (code, _, words) = ndx(&["store", "copy", "--from", &here, "--to", to], "").await;
    assert!(code == 1 && words.contains("is not a data folder of NDX"), "{words}");
    for (wrong, told) in [
        ("postgres://ndx:hunter2@127.0.0.1/x", "put it into `PGPASSWORD`"),
        ("mysql://127.0.0.1/x", "write it as `sqlite:DIR` or `postgres://"),
    ] {
        let (code, _, words) = ndx(&["store", "copy", "--from", &here, "--to", wrong], "").await;
        assert!(code == 2 && words.contains(told), "{words}");
    }
    std::fs::write(folder.path().join(".ndx-data"), "").unwrap();
    let (code, _, words) = ndx(&["store", "copy", "--from", &here, "--to", &here], "").await;
    assert!(code == 1 && words.contains("from SQLite to PostgreSQL"), "{words}");
}

in_every_setting! {
    [together_on_sqlite together_on_postgres]

    async fn stores_are_looked_at_and_brought_up_to_date(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
        farajaland.stop(Part::Exchange).await;
        let (config, data) = (farajaland.configuration().to_owned(), farajaland.data_folder());
        let store = async |arguments: &[&str]| {
            let place = ["--config", config.to_str().unwrap(), "--data", data.to_str().unwrap()];
            ndx(&[&["store"], arguments, &place[..]].concat(), "").await
        };
        let (code, text, _) = store(&["check"]).await;
        assert_eq!((code, text.matches("up to date").count()), (0, 4), "{text}");
        let (code, text, _) = store(&["migrate"]).await;
        assert_eq!((code, text.matches("was up to date").count()), (0, 4), "{text}");
        let (code, text, _) = store(&["check", "--json"]).await;
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &list[3]["store"], &list[3]["state"]), (0, &"audit".into(), &"upToDate".into()));

        match farajaland.database() {
            Some(database) => drop(database.sql("DROP SCHEMA ndx_policy CASCADE")),
            None => std::fs::remove_file(data.join("policy.db")).unwrap(),
        }
        let (code, text, words) = store(&["check"]).await;
        assert!(code == 1 && text.contains("policy: step 0, behind") && words.contains("1 of 4 stores"), "{text}{words}");
        let (code, text, _) = store(&["check", "--json"]).await;
        let list: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((code, &list[2]["state"]), (1, &"behind".into()), "{text}");
        let (code, text, words) = store(&["migrate"]).await;
        assert_eq!(code, 0, "{words}");
        assert!(text.contains("policy: step 0 → "), "{text}");
        assert_eq!(store(&["check"]).await.0, 0);
        farajaland.run(Part::Exchange).await;
        assert_eq!(store(&["check"]).await.0, 0);
        let (code, _, words) = store(&["migrate"]).await;
        match setting.stores {
            Stores::Sqlite => assert!(code == 1 && words.contains("another exchange is running"), "{words}"),
            Stores::Postgres => assert_eq!(code, 0, "the database has its own lock"),
        }
    }
}

#[tokio::test]
async fn no_store_is_made_where_no_exchange_has_been() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for command in ["migrate", "check"] {
        let (code, _, words) = ndx(&["store", command, "--data", data.to_str().unwrap()], "").await;
        assert!(code == 1 && words.contains("is not a data folder of NDX"), "{words}");
        assert!(!data.exists());
    }
}

#[tokio::test]
async fn a_key_is_made_once_and_its_public_half_is_what_the_configuration_wants() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gateway.ed25519");
    let (code, made, _) = ndx(&["keys", "new", file.to_str().unwrap()], "").await;
    assert_eq!(code, 0);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&file).unwrap();
    let (code, text, words) = ndx(&["keys", "new", file.to_str().unwrap()], "").await;
    assert!(code == 1 && text.is_empty() && words.contains("a key is never overwritten"), "{words}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    let (code, shown, _) = ndx(&["keys", "public", file.to_str().unwrap()], "").await;
    assert_eq!((code, &shown), (0, &made));

    let farajaland = Farajaland::empty(NDX).with_config(|config| {
        config["services"]["gateway"]["publicKeys"] = serde_json::json!([made.trim()]);
    });
    let (code, text, _) = ndx(&["check", "--config", farajaland.configuration().to_str().unwrap()], "").await;
    assert_eq!(code, 0, "{text}");

    let none = folder.path().join("none");
    let (code, _, words) = ndx(&["keys", "public", none.to_str().unwrap()], "").await;
    assert!(code == 1 && words.contains("there is no `"), "{words}");
    assert!(!none.exists(), "looking makes no key");
    std::fs::write(&none, "no key").unwrap();
    let (code, _, words) = ndx(&["keys", "public", none.to_str().unwrap()], "").await;
    assert!(code == 1 && words.contains("is not an Ed25519 key"), "{words}");
}

#[tokio::test]
async fn a_schema_diff_lists_each_change_and_fails_on_a_breaking_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let old = write("old.graphql", "type Query { a: Int b: Int }");
    let new = write("new.graphql", "type Query { a: Int! c: Int }");
    let (code, text, words) = ndx(&["schema", "diff", &old, &new], "").await;
    let lines = "breaking: Query.b: the field is gone\nsafe: Query.a: its type was `Int`, is `Int!`\nsafe: Query.c: the field is new\n";
    assert_eq!((code, text.as_str()), (1, lines), "{words}");
    let (code, text, _) = ndx(&["schema", "diff", "--json", &old, &new], "").await;
    let told: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, &told["compatible"], &told["changes"][0]["place"]), (1, &false.into(), &"Query.b".into()));
    let (code, text, _) = ndx(&["schema", "diff", &old, &old], "").await;
    assert_eq!((code, text.as_str()), (0, "nothing has changed\n"));
    let broken = write("broken.graphql", "type Query {");
    let (code, _, words) = ndx(&["schema", "diff", &old, &broken], "").await;
    assert!(code == 1 && words.contains("broken.graphql:1:"), "{words}");
}

#[tokio::test]
async fn a_service_that_nobody_could_call_does_not_start() {
    let farajaland = Farajaland::empty(NDX);
    let (data, ports) = (farajaland.data_folder(), farajaland.ports().arguments());
    for service in ["gateway", "consent", "policy", "audit"] {
        let arguments = of(&farajaland, &ports, &["serve", service, "--data", data.to_str().unwrap()]);
        let (code, _, words) = ndx(&arguments, "").await;
        assert!(code == 1 && words.contains(&format!("nobody could call the {service} service")), "{words}");
        assert!(words.contains("`services.<name>.publicKeys`") && words.contains("`ndx keys new FILE`"), "{words}");
    }
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_process_of_each_service() {
    let mut farajaland = Farajaland::empty_as(NDX, Setting::APART_ON_SQLITE);
    farajaland.run(Part::Audit).await;
    let (data, ports) = (farajaland.data_folder(), farajaland.ports().arguments());
    let started = async |command: &[&str]| {
        let data = ["--data", data.to_str().unwrap()];
        let (code, _, words) = ndx(&of(&farajaland, &ports, &[command, &data[..]].concat()), "").await;
        assert_eq!(code, 1, "{words}");
        words
    };
    let words = started(&["serve", "audit"]).await;
    assert!(words.contains("another audit service is running"), "{words}");
    assert!(started(&["up"]).await.contains("stop it first, or choose another with `--data`"));
}

#[tokio::test]
async fn an_adapter_is_served_and_its_mistakes_are_told() {
    let (ports, folder) = (Ports::take(), tempfile::tempdir().unwrap());
    let mut command = Command::new(NDX);
    command.current_dir(root()).args(["serve", "adapter", "adapters/drp/drp.adapter.yaml"]).args(ports.arguments());
    let log = std::fs::File::create(folder.path().join("log")).unwrap();
    let mut child = command.stdout(Stdio::null()).stderr(log).kill_on_drop(true).spawn().unwrap();
    let address = format!("http://127.0.0.1:{}/health", ports.of("drp-adapter"));
    let http = ndx_service::outbound::client(std::time::Duration::from_secs(2)).unwrap();
    let answered = async {
        while !http.get(&address).send().await.is_ok_and(|answer| answer.status().is_success()) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    let in_time = tokio::time::timeout(std::time::Duration::from_secs(20), answered).await;
    assert!(in_time.is_ok(), "{}", std::fs::read_to_string(folder.path().join("log")).unwrap());
    child.kill().await.unwrap();

    for file in ["drp.adapter.yaml", "drp.graphql"] {
        std::fs::copy(root().join("adapters/drp").join(file), folder.path().join(file)).unwrap();
    }
    let definition = folder.path().join("drp.adapter.yaml");
    let text = std::fs::read_to_string(&definition).unwrap();
    let text = text.replace("port: 9090", "prot: 9090");
    std::fs::write(&definition, text).unwrap();
    let (code, _, words) = ndx(&["serve", "adapter", definition.to_str().unwrap()], "").await;
    assert!(code == 1 && words.contains("the adapter has "), "{words}");
    // The secrets are not beside the copy either: all of it is told, with its places.
    for told in
        ["drp.adapter.yaml:6:3: unknown key `prot`", "drp.adapter.yaml:7:51: the file", "drp.adapter.yaml:11:51: "]
    {
        assert!(words.contains(told), "{words}");
    }
}
