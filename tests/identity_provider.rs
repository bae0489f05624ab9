//! The identity provider while the exchange runs: its keys change and nobody notices; its citizens have codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::Duration;

use ndx_testkit::{Farajaland, Part};

const NDX: &str = env!("CARGO_BIN_EXE_ndx");
const QUESTION: &str = r#"{"query":"{ __typename }"}"#;

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn new_keys_are_accepted_at_once_and_the_tokens_of_the_old_ones_still_are() {
    let farajaland = Farajaland::start(NDX).await;
    let before = farajaland.token("passport-app").await;
    assert_eq!(farajaland.ask_with(Some(&before), QUESTION, &[]).await.status, 200);

    farajaland.signal(Part::Fudi, "USR1").await;
    let mut after = farajaland.token("passport-app").await;
    for _ in 0..100 {
        if kid(&after) != kid(&before) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        after = farajaland.token("passport-app").await;
    }
    assert_ne!(kid(&after), kid(&before));
    for token in [&after, &before] {
        let answer = farajaland.ask_with(Some(token), QUESTION, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn the_command_line_shows_a_citizens_code() {
    let farajaland = Farajaland::empty(NDX);
    let (code, shown, words) = farajaland.ndx(&["sandbox", "code", "--as", "nayana"]).await;
    let shown = shown.trim();
    assert!(code == 0 && shown.len() == 6 && shown.bytes().all(|byte| byte.is_ascii_digit()), "{shown} {words}");
    let (code, _, words) = farajaland.ndx(&["sandbox", "code", "--as", "nobody"]).await;
    assert_eq!(code, 1);
    assert!(words.contains("nobody is called `nobody`"), "{words}");
}
