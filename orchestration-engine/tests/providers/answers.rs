//! P2: answers that are too large, packed to be, or none at all. That memory stays flat shows in how much of them is taken.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use orchestration_engine::execution::ProviderFailure;

use crate::register::{DATA, LARGEST, Register, Reply, Seen, ask, data, status};

/// What a machine keeps between two sockets, generously.
const BETWEEN_SOCKETS: usize = 32 * 1024 * 1024;

#[tokio::test]
async fn p2_two_gigabytes_are_not_read() {
    let heads = [
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2147483648\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\n\r\n",
        "HTTP/1.1 500 Oh\r\ncontent-type: application/json\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx: ",
    ];
    for head in heads {
        let register = Register::start(move |_, _| Reply::Endless(head)).await;
        let failure = ask(&register.provider()).await.unwrap_err();
        let told = [ProviderFailure::BadData, ProviderFailure::Error, ProviderFailure::UNAVAILABLE];
        assert!(told.contains(&failure), "{head}: {failure:?}");
        Seen::until(&register.seen.ended, 1).await;
        let sent = Seen::get(&register.seen.bytes_sent);
        assert!(sent < 2 * (LARGEST + BETWEEN_SOCKETS), "{head}: {sent} bytes were taken");
    }
}

#[tokio::test]
async fn p2_a_packed_bomb_is_not_unpacked_and_a_packed_answer_is() {
    let pack = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let packed = |body| Reply::Whole(200, "content-type: application/json\r\ncontent-encoding: gzip\r\n".into(), body);
    let (bomb, answer) = (packed(pack(&vec![b'['; 100 * 1024 * 1024])), packed(pack(DATA.as_bytes())));
    let register = Register::start(move |number, _| if number == 0 { bomb.clone() } else { answer.clone() }).await;
    let provider = register.provider();
    assert_eq!(ask(&provider).await, Err(ProviderFailure::BadData));
    assert_eq!(ask(&provider).await.unwrap(), DATA);
}

#[tokio::test]
async fn p2_the_largest_answer_is_read_whole_and_one_byte_more_is_not() {
    let register = Register::start(|number, _| status(200, "", &" ".repeat(LARGEST + number))).await;
    let provider = register.provider();
    assert_eq!(ask(&provider).await.unwrap().len(), LARGEST);
    assert_eq!(ask(&provider).await, Err(ProviderFailure::BadData));
}

#[tokio::test]
async fn what_is_not_json_is_bad_data_and_says_nothing_of_the_register() {
    let page = "<html>Please sign in</html>";
    let register = Register::start(move |number, _| match number {
        0..20 => status(200, "content-type: text/html; charset=utf-8\r\n", page),
        _ => data(),
    })
    .await;
    let provider = register.provider();
    for _ in 0..20 {
        assert_eq!(ask(&provider).await, Err(ProviderFailure::BadData));
    }
    assert_eq!(ask(&provider).await.unwrap(), DATA, "the breaker stayed closed");
}

#[tokio::test]
async fn what_is_not_http_or_leads_elsewhere_is_not_followed() {
    let elsewhere = Register::start(|_, _| data()).await;
    let location = format!("location: http://127.0.0.1:{}/graphql\r\n", elsewhere.port);
    let register = Register::start(move |number, _| match number {
        0 => Reply::Hang("220 mail.example ESMTP\r\n\r\n"),
        _ => status(307, &location, ""),
    })
    .await;
    let provider = register.provider();
    assert_eq!(ask(&provider).await, Err(ProviderFailure::BadData));
    assert_eq!(ask(&provider).await, Err(ProviderFailure::Error));
    assert_eq!(Seen::get(&elsewhere.seen.requests), 0);
}
