//! P7 and P8: registers that have had enough, that are down, and that come back.

use std::time::{Duration, Instant};

use futures::future::join_all;
use orchestration_engine::execution::ProviderFailure;
use serde_json::json;

use crate::register::{DATA, Register, Reply, Seen, ask, ask_within, configured, data, provider, status};

#[tokio::test]
async fn p7_a_register_that_is_down_for_a_moment_is_asked_again() {
    for code in [502, 503] {
        let register = Register::start(move |number, _| if number == 0 { status(code, "", "") } else { data() }).await;
        assert_eq!(ask(&register.provider()).await.unwrap(), DATA);
        assert_eq!(Seen::get(&register.seen.requests), 2);
    }
}

#[tokio::test]
async fn p7_what_asking_again_does_not_mend_is_not_asked_again() {
    for (code, failure) in [
        (429, ProviderFailure::QUOTA),
        (500, ProviderFailure::Error),
        (504, ProviderFailure::Timeout),
        (403, ProviderFailure::Refused),
    ] {
        let register = Register::start(move |_, _| status(code, "", "")).await;
        assert_eq!(ask(&register.provider()).await, Err(failure));
        assert_eq!(Seen::get(&register.seen.requests), 1);
    }
}

#[tokio::test]
async fn p7_retry_after_is_kept_when_it_fits() {
    for code in [429, 503] {
        let again = move |number, _: &str| if number == 0 { status(code, "retry-after: 1\r\n", "") } else { data() };
        let register = Register::start(again).await;
        let begun = Instant::now();
        assert_eq!(ask(&register.provider()).await.unwrap(), DATA);
        assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn p7_retry_after_is_told_when_it_does_not_fit() {
    let register = Register::start(|_, _| status(503, "retry-after: 30\r\n", "")).await;
    let begun = Instant::now();
    let answer = ask_within(&register.provider(), Duration::from_secs(25)).await;
    assert_eq!(answer, Err(ProviderFailure::Unavailable { retry_after: Some(30) }));
    assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits for nothing: {:?}", begun.elapsed());
}

#[tokio::test]
async fn p7_a_register_that_has_had_enough_is_left_alone() {
    let register = Register::start(|_, _| status(429, "retry-after: 30\r\n", "")).await;
    let provider = register.provider();
    for _ in 0..50 {
        let answer = ask_within(&provider, Duration::from_secs(25)).await;
        let Err(ProviderFailure::Quota { retry_after: Some(seconds) }) = answer else { panic!("{answer:?}") };
        assert!((10..=30).contains(&seconds), "{seconds}");
    }
    assert_eq!(Seen::get(&register.seen.requests), 1);
}

#[tokio::test]
async fn p7_retries_are_no_storm() {
    // Half of the answers are failures, never many in a row: the worst for a budget, for the breaker sees it last.
    let register = Register::start(|number, _| if number % 3 == 0 { status(503, "", "") } else { data() }).await;
    let provider = register.provider();
    for _ in 0..200 {
        drop(ask(&provider).await);
    }
    let requests = Seen::get(&register.seen.requests);
    assert!((201..=221).contains(&requests), "{requests} requests for 200 calls");
}

#[tokio::test]
async fn p8_a_dead_register_is_left_alone_and_found_within_five_seconds_when_it_is_back() {
    let register = Register::start(|_, _| data()).await;
    let port = register.port;
    drop(register);
    tokio::task::yield_now().await;
    let provider = provider(&configured(port, json!({})));
    let mut refused = None;
    for _ in 0..20 {
        let begun = Instant::now();
        let Err(ProviderFailure::Unavailable { retry_after }) = ask(&provider).await else { panic!("nobody is there") };
        refused = retry_after.map(|seconds| (seconds, begun.elapsed()));
        if refused.is_some() {
            break;
        }
    }
    let (seconds, took) = refused.expect("it opens within twenty failures");
    assert!((1..=2).contains(&seconds), "it says when to come back: {seconds}");
    assert!(took < Duration::from_millis(500), "and says it at once: {took:?}");
    let register = Register::start_at(port, |_, _| data()).await;
    let back = Instant::now();
    while ask(&provider).await.is_err() {
        assert!(back.elapsed() < Duration::from_secs(5), "it is not found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = join_all((0..20).map(|_| ask(&provider))).await;
    assert!(all.iter().all(Result::is_ok), "and then everybody is served");
    assert_eq!(Seen::get(&register.seen.requests), 21);
}

#[tokio::test]
async fn p8_one_register_that_hangs_does_not_hold_up_another() {
    let hanging = Register::start(|_, _| Reply::Hang("")).await;
    let healthy = Register::start(|_, _| data()).await;
    let dead = provider(&hanging.configured(json!({"maxConcurrent": 4, "timeoutMs": 20_000})));
    let well = healthy.provider();
    let begun = Instant::now();
    let calls = join_all((0..100).map(|_| ask(&dead)));
    let served = async {
        for _ in 0..20 {
            assert_eq!(ask(&well).await.unwrap(), DATA);
        }
        begun.elapsed()
    };
    tokio::select! {
        _ = calls => panic!("those who found a place wait for their whole time"),
        took = served => assert!(took < Duration::from_secs(10), "{took:?}"),
    }
    assert!(Seen::get(&hanging.seen.requests) <= 4, "no more than its places");
}

#[tokio::test]
async fn p8_whoever_finds_no_place_is_told_soon() {
    let hanging = Register::start(|_, _| Reply::Hang("")).await;
    let dead = provider(&hanging.configured(json!({"maxConcurrent": 1, "timeoutMs": 20_000})));
    let begun = Instant::now();
    let refused = async {
        Seen::until(&hanging.seen.requests, 1).await;
        (ask(&dead).await, begun.elapsed())
    };
    tokio::select! {
        _ = ask(&dead) => panic!("it hangs"),
        (answer, took) = refused => {
            assert_eq!(answer, Err(ProviderFailure::Unavailable { retry_after: Some(1) }));
            assert!(took < Duration::from_secs(10), "{took:?}");
        }
    }
}

#[tokio::test]
async fn p8_a_register_that_hangs_opens_the_breaker() {
    let hanging = Register::start(|_, _| Reply::Hang("")).await;
    let dead = provider(&hanging.configured(json!({"timeoutMs": 200})));
    let first = join_all((0..8).map(|_| ask(&dead))).await;
    assert!(first.iter().all(|answer| *answer == Err(ProviderFailure::Timeout)), "{first:?}");
    let begun = Instant::now();
    assert!(matches!(ask(&dead).await, Err(ProviderFailure::Unavailable { retry_after: Some(_) })));
    assert!(begun.elapsed() < Duration::from_millis(150), "{:?}", begun.elapsed());
    assert_eq!(Seen::get(&hanging.seen.requests), 8);
}
