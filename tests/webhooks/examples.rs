//! The receivers in `docs/WEBHOOKS.md` are programs: they are run as they stand there, hear a running exchange, and believe nobody
//! else.

use std::{path::Path, process::Stdio, time::Duration};

use ndx_testkit::{Choice, Farajaland};
use reqwest::Client;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::{
    NDX, answered,
    receiver::{KEY, now, signature, telling},
};

/// A receiver of the document, running.
struct Example {
    url: String,
    said: Lines<BufReader<ChildStdout>>,
    _child: Child,
}

impl Example {
    /// The block of this kind, run by `program`.
    async fn run(kind: &str, program: &str, ending: &str) -> Self {
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/WEBHOOKS.md");
        let text = std::fs::read_to_string(document).unwrap();
        let code = text.split(&format!("\n```{kind}\n")).nth(1).unwrap().split("\n```").next().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(format!("receiver.{ending}"));
        std::fs::write(&file, code).unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(program);
        let secrets = format!("whsec_QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE= whsec_{KEY}");
        command.arg(&file).env("PORT", free.port().to_string()).env("WEBHOOK_SECRETS", secrets);
        let mut child = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(free).await.is_ok() {
                return Self { url: format!("http://{free}/hooks"), said, _child: child };
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{program} does not listen: {:?}", child.try_wait());
    }

    async fn says(&mut self) -> String {
        let line = tokio::time::timeout(Duration::from_secs(20), self.said.next_line()).await;
        line.expect("nothing was heard").unwrap().unwrap()
    }
}

async fn told(client: &Client, url: &str, (id, time, signature): (&str, u64, &str), body: &str) -> u16 {
    let request = client.post(url).header("webhook-id", id).header("webhook-timestamp", time);
    request.header("webhook-signature", signature).body(body.to_owned()).send().await.unwrap().status().as_u16()
}

async fn hears_the_exchange_and_nobody_else(mut example: Example) {
    let mut farajaland = telling(Farajaland::empty(NDX), &example.url, json!({}));
    farajaland.run_all().await;
    let manage = answered(&farajaland, Choice::Share).await;
    let id = manage.rsplit('/').next().unwrap().to_owned();
    assert_eq!(example.says().await, format!("consent.answered granted {id} 2"));
    farajaland.citizen("nayana").stop(manage.parse().unwrap()).await.unwrap();
    assert_eq!(example.says().await, format!("consent.ended revoked {id} 3"));

    let client = ndx_service::outbound::client(Duration::from_secs(5)).unwrap();
    let body = r#"{"id":"e1","type":"consent.ended","data":{"status":"forged","consentId":"c","version":1}}"#;
    let other = "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3I=";
    for (wrong, time, signed) in [
        ("a signature of somebody else", now(), signature(other, "e1", now(), body)),
        ("no signature", now(), String::new()),
        ("another kind of signature", now(), signature(KEY, "e1", now(), body).replace("v1,", "v1a,")),
        ("another id", now(), signature(KEY, "e2", now(), body)),
        ("another body", now(), signature(KEY, "e1", now(), "{}")),
        ("another time", now() + 1, signature(KEY, "e1", now(), body)),
        ("too old", now() - 600, signature(KEY, "e1", now() - 600, body)),
        ("of the future", now() + 600, signature(KEY, "e1", now() + 600, body)),
    ] {
        assert_eq!(told(&client, &example.url, ("e1", time, &signed), body).await, 401, "{wrong}");
    }
    let (time, body) = (now(), body.replace("forged", "true"));
    let both = format!("{} {}", signature(other, "e1", time, &body), signature(KEY, "e1", time, &body));
    for _ in 0..2 {
        assert_eq!(told(&client, &example.url, ("e1", time, &both), &body).await, 204, "one signature is enough");
    }
    assert_eq!(example.says().await, "consent.ended true c 1");
    let (second, body) = (now(), body.replace("e1", "e2"));
    let signed = signature(KEY, "e2", second, &body);
    assert_eq!(told(&client, &example.url, ("e2", second, &signed), &body).await, 204);
    assert_eq!(example.says().await, "consent.ended true c 1", "the first was told once");
}

#[tokio::test]
async fn the_receiver_in_node_hears_the_exchange_and_nobody_else() {
    hears_the_exchange_and_nobody_else(Example::run("js", "node", "mjs").await).await;
}

#[tokio::test]
async fn the_receiver_in_python_hears_the_exchange_and_nobody_else() {
    hears_the_exchange_and_nobody_else(Example::run("python", "python3", "py").await).await;
}
