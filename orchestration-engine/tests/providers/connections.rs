//! Connections: kept, lost, given up.

use std::time::Duration;

use orchestration_engine::execution::ProviderFailure;
use serde_json::json;

use crate::register::{DATA, Register, Reply, Seen, TRACE, ask, ask_within, configured, data, provider};

#[tokio::test]
async fn calls_follow_each_other_on_one_connection() {
    let register = Register::start(|_, _| data()).await;
    let provider = register.provider();
    for _ in 0..10 {
        assert_eq!(ask(&provider).await.unwrap(), DATA);
    }
    assert_eq!((Seen::get(&register.seen.connections), Seen::get(&register.seen.requests)), (1, 10));
}

#[tokio::test]
async fn a_call_says_which_request_it_belongs_to_and_nothing_of_the_caller() {
    let register = Register::start(|_, request| {
        let head: Vec<_> = request.split("\r\n\r\n").next().unwrap().lines().map(str::to_lowercase).collect();
        let has = |line: &str| head.iter().any(|one| one == line);
        let parent = head.iter().find_map(|line| line.strip_prefix("traceparent: ")).unwrap();
        let parts: Vec<_> = parent.split('-').collect();
        let traced = parts.len() == 4 && parts[1] == TRACE && parts[2].len() == 16 && parts[2] != "0".repeat(16);
        let fine = traced
            && has("post /graphql http/1.1")
            && has(&format!("x-trace-id: {TRACE}"))
            && has("content-type: application/json")
            && has("accept-encoding: gzip")
            && head.iter().filter(|line| line.starts_with("host: 127.0.0.1:")).count() == 1
            && !head.iter().any(|line| line.starts_with("authorization") || line.starts_with("cookie"));
        if fine { data() } else { crate::register::status(400, "content-type: text/html\r\n", "") }
    })
    .await;
    assert_eq!(ask(&register.provider()).await.unwrap(), DATA);
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_costs_nobody_an_answer() {
    // It takes the second request and goes away without an answer, as one that is being stopped does.
    let register = Register::start(|number, _| if number == 1 { Reply::Gone } else { data() }).await;
    let provider = register.provider();
    for _ in 0..3 {
        assert_eq!(ask(&provider).await.unwrap(), DATA);
    }
    assert_eq!((Seen::get(&register.seen.connections), Seen::get(&register.seen.requests)), (2, 4));
}

#[tokio::test]
async fn a_register_that_always_hangs_up_is_asked_twice_a_call_and_no_more() {
    let register = Register::start(|_, _| Reply::Gone).await;
    assert_eq!(ask(&register.provider()).await, Err(ProviderFailure::UNAVAILABLE));
    assert_eq!(Seen::get(&register.seen.requests), 2);
}

#[tokio::test]
async fn the_pool_survives_a_restart_of_the_register() {
    let register = Register::start(|_, _| data()).await;
    let (port, provider) = (register.port, register.provider());
    let all = || futures::future::join_all((0..8).map(|_| ask(&provider)));
    assert!(all().await.iter().all(Result::is_ok));
    drop(register);
    let again = loop {
        tokio::task::yield_now().await;
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            break Register::start_at(port, |_, _| data()).await;
        }
    };
    assert!(all().await.iter().all(|answer| answer.as_ref().is_ok_and(|body| body == DATA)));
    assert_eq!(Seen::get(&again.seen.requests), 8);
}

#[tokio::test]
async fn a_caller_who_goes_away_ends_the_call_at_the_register() {
    let register = Register::start(|_, _| Reply::Hang("")).await;
    let provider = register.provider();
    let call = tokio::spawn(async move { ask(&provider).await });
    Seen::until(&register.seen.requests, 1).await;
    assert_eq!(Seen::get(&register.seen.ended), 0);
    call.abort();
    Seen::until(&register.seen.ended, 1).await;
}

#[tokio::test]
async fn p1_a_register_that_hangs_drips_or_never_closes_is_cut_off_in_time() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let unending: &'static str = Box::leak(format!("{HEAD}\r\n{DATA}").into_boxed_str());
    let large: &'static str = Box::leak(format!("{HEAD}content-length: 100000\r\n\r\n").into_boxed_str());
    let slow_head = "HTTP/1.1 200 OK\r\nx: ";
    let replies =
        [Reply::Hang(""), Reply::Hang(HEAD), Reply::Hang(unending), Reply::Drip(large), Reply::Drip(slow_head)];
    for reply in replies {
        let told = reply.clone();
        let register = Register::start(move |_, _| told.clone()).await;
        let begun = std::time::Instant::now();
        let own = provider(&register.configured(json!({"timeoutMs": 300})));
        assert_eq!(ask(&own).await, Err(ProviderFailure::Timeout), "{reply:?}");
        let answer = ask_within(&register.provider(), Duration::from_millis(300)).await;
        assert_eq!(answer, Err(ProviderFailure::Timeout), "{reply:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{reply:?}: {:?}", begun.elapsed());
        Seen::until(&register.seen.ended, 2).await;
        assert_eq!(Seen::get(&register.seen.requests), 2, "what took all the time is not tried again");
    }
}

#[tokio::test]
async fn p1_the_time_counts_for_connecting_too() {
    // A listener whose queue is full does not answer to SYN; 192.0.2.0/24 (RFC 5737) leads nowhere, or is unreachable.
    let mut nowhere = configured(9, json!({"timeoutMs": 300}));
    nowhere.provider_url = "http://192.0.2.1:9/graphql".parse().unwrap();
    let begun = std::time::Instant::now();
    let failure = ask(&provider(&nowhere)).await.unwrap_err();
    assert!(matches!(failure, ProviderFailure::Timeout | ProviderFailure::Unavailable { .. }), "{failure:?}");
    assert!(begun.elapsed() < Duration::from_secs(5));
}
