//! What a citizen downloads is proven by `ndx receipt verify`, and by a program that has never seen this one: offline, years
//! and keys later. What was changed by one byte is not.
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

use ndx_testkit::{Choice, Farajaland, Part, in_every_setting};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::Command;

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const NAYANA: &str = r#"{ personInfo(nic: "199512345678") { fullName dateOfBirth } }"#;
const REGINA: &str = r#"{ personInfo(nic: "200012345679") { fullName } }"#;

/// A folder elsewhere: no configuration and no data of an exchange lie there.
struct Elsewhere(TempDir);

impl Elsewhere {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let file = self.0.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// Runs `ndx receipt verify` with these arguments, and `input` on its standard input.
    async fn verify(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let mut command = Command::new(NDX);
        command.current_dir(self.0.path()).args(["receipt", "verify"]).args(arguments).env_clear();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        tokio::io::AsyncWriteExt::write_all(child.stdin.as_mut().unwrap(), input.as_bytes()).await.unwrap();
        drop(child.stdin.take());
        let output = child.wait_with_output().await.unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    /// What the other program says.
    async fn verify_independently(&self, receipt: &Path, keys: &Path) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/receipts/verify.mjs");
        let ended = Command::new("node").arg(script).args([receipt, keys]).output().await.expect("node is needed");
        serde_json::from_slice(&ended.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.stderr)))
    }
}

/// Has a citizen share what is asked; returns the page of her consent.
async fn shared(farajaland: &Farajaland, user: &str, query: &str) -> url::Url {
    let link = farajaland.ask("passport-app", query).await.portal_url();
    farajaland.citizen(user).answer(link.clone(), Choice::Share).await.unwrap();
    link.join(&link.path().replace("/c/", "/my/")).unwrap()
}

/// Runs the program beside the running exchange.
async fn beside(farajaland: &Farajaland, arguments: &[&str]) -> (i32, String, String) {
    let (config, data) = (farajaland.configuration().to_str().unwrap(), farajaland.data_folder());
    let place = ["--config", config, "--data", data.to_str().unwrap()];
    farajaland.ndx(&[arguments, &place].concat()).await
}

in_every_setting! {
    async fn l9_c14_a_receipt_outlives_the_keys_and_not_a_flipped_byte(setting: Setting) {
        let mut farajaland = Farajaland::start_as(NDX, setting).await;
        let elsewhere = Elsewhere::new();
        let page = shared(&farajaland, "nayana", NAYANA).await;
        let text = farajaland.citizen("nayana").receipt(page.clone()).await.unwrap();
        let receipt = elsewhere.file("receipt.json", &text);
        let (code, keys, words) = beside(&farajaland, &["receipt", "keys"]).await;
        assert_eq!(code, 0, "{words}");
        let published = reqwest::get(format!("{}/.well-known/jwks.json", farajaland.url("consent"))).await.unwrap();
        assert_eq!(published.text().await.unwrap().trim(), keys.trim());
        let old_keys = elsewhere.file("old-keys.json", &keys);
        let (receipt_name, old_name) = (receipt.to_str().unwrap(), old_keys.to_str().unwrap());

        let (code, said, words) = elsewhere.verify(&[receipt_name, "--keys", old_name], "").await;
        assert_eq!(code, 0, "{said}{words}");
        for part in ["This receipt is genuine.", "to the last letter", "What it does not prove", "ID ending 5678", "Full name"] {
            assert!(said.contains(part), "`{part}` is not in: {said}");
        }
        let (code, _, words) = beside(&farajaland, &["receipt", "verify", receipt_name]).await;
        assert_eq!(code, 0, "by the exchange's own store: {words}");
        assert_eq!(elsewhere.verify_independently(&receipt, &old_keys).await["genuine"], true);

        // Another key, while the exchange runs; it signs with it at once.
        let (code, said, words) = beside(&farajaland, &["keys", "rotate", "consent", "--json"]).await;
        assert_eq!(code, 0, "{words}");
        let rotated: Value = serde_json::from_str(&said).unwrap();
        farajaland.citizen("nayana").stop(page.clone()).await.unwrap();
        let stopped = farajaland.citizen("nayana").receipt(page).await.unwrap();
        let stopped = elsewhere.file("stopped.json", &stopped);
        let address = format!("{}/.well-known/jwks.json", farajaland.url("consent"));
        let (code, said, words) = elsewhere.verify(&[stopped.to_str().unwrap(), "--json", "--keys", &address], "").await;
        assert_eq!(code, 0, "{said}{words}");
        let told: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((&told["keyId"], &told["record"]["state"]), (&rotated["now"], &"withdrawn".into()));
        assert!(told["proven"].as_array().unwrap().iter().any(|line| line.as_str().unwrap().contains("lies in it too")));
        let (code, said, _) = elsewhere.verify(&[stopped.to_str().unwrap(), "--keys", old_name], "").await;
        assert!(code == 1 && said.contains("which is not among the keys that were given"), "{said}");

        // The exchange is gone; what remains is a file of receipts and a file of keys.
        let (_, keys, _) = beside(&farajaland, &["receipt", "keys"]).await;
        let all_keys = elsewhere.file("keys.json", &keys);
        farajaland.stop(Part::Exchange).await;
        for file in [&receipt, &stopped] {
            let arguments = [file.to_str().unwrap(), "--keys", all_keys.to_str().unwrap()];
            let (code, said, words) = elsewhere.verify(&arguments, "").await;
            assert_eq!(code, 0, "{said}{words}");
            assert_eq!(elsewhere.verify_independently(file, &all_keys).await["genuine"], true);
        }
        assert!(keys.contains("\"exp\""), "the end of the first key is told: {keys}");

        for place in (0..text.len() - 1).step_by(text.len() / 12) {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1;
            let flipped = elsewhere.file("flipped.json", &String::from_utf8_lossy(&bytes));
            let (code, said, _) =
                elsewhere.verify(&[flipped.to_str().unwrap(), "--keys", all_keys.to_str().unwrap()], "").await;
            assert!(code == 1 && said.starts_with("This receipt proves nothing: "), "byte {place}: {code} {said}");
        }
    }

}

#[tokio::test]
async fn the_command_says_what_it_needs() {
    let farajaland = Farajaland::start(NDX).await;
    let elsewhere = Elsewhere::new();
    let page = shared(&farajaland, "regina", REGINA).await;
    let text = farajaland.citizen("regina").receipt(page).await.unwrap();
    let (_, keys, _) = beside(&farajaland, &["receipt", "keys"]).await;
    let keys = elsewhere.file("keys.json", &keys);
    let keys = keys.to_str().unwrap();
    let (code, _, words) = elsewhere.verify(&["-", "--keys", keys], &text).await;
    assert_eq!(code, 0, "from standard input: {words}");
    let signature = serde_json::from_str::<Value>(&text).unwrap()["signature"].as_str().unwrap().to_owned();
    let (code, said, _) = elsewhere.verify(&["-", "--keys", keys], &signature).await;
    assert!(code == 0 && said.contains("read out of the signature itself"), "{said}");
    let (code, said, _) = elsewhere.verify(&["-", "--json", "--keys", keys], "no receipt").await;
    assert!(code == 1 && serde_json::from_str::<Value>(&said).unwrap()["genuine"] == false, "{said}");

    let empty = elsewhere.file("empty.json", r#"{"keys": []}"#);
    for (arguments, told) in [
        (vec!["gone.json", "--keys", keys], "`gone.json` cannot be read"),
        (vec!["-"], "name the exchange's public keys with `--keys`"),
        (vec!["-", "--keys", "gone.json"], "`gone.json` cannot be read"),
        (vec!["-", "--keys", empty.to_str().unwrap()], "there is no Ed25519 key"),
        (vec!["-", "--keys", "http://127.0.0.1:1/jwks.json"], "no keys at `http://127.0.0.1:1/jwks.json`"),
    ] {
        let (code, said, words) = elsewhere.verify(&arguments, &text).await;
        assert!(code == 2 && said.is_empty() && words.contains(told), "{arguments:?}: {code} {words}");
    }
    let (code, _, words) = elsewhere.verify(&["-", "--keys", keys], "").await;
    assert!(code == 2 && words.contains("there is nothing in `-`"), "{words}");
}
