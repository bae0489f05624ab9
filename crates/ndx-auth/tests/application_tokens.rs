//! An application's own token, at a provider that counts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use ndx_auth::{ApplicationTokens, NoToken};
use serde_json::json;
use tokio::{net::TcpListener, sync::Semaphore};

/// Counts who asks, holds each until it is let through, and gives tokens that live `life` seconds; none, without a life.
struct Provider {
    tokens: ApplicationTokens,
    asked: Arc<AtomicUsize>,
    door: Arc<Semaphore>,
}

impl Provider {
    async fn giving(life: Option<u64>) -> Self {
        let (asked, door) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (counted, held) = (Arc::clone(&asked), Arc::clone(&door));
        let give = move |headers: HeaderMap| async move { answer(&headers, &counted, &held, life).await };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/token", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move { axum::serve(listener, Router::new().route("/token", post(give))).await });
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { tokens: ApplicationTokens::new(address, "app", "hush", http), asked, door }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

async fn answer(headers: &HeaderMap, asked: &AtomicUsize, door: &Semaphore, life: Option<u64>) -> Response {
    let number = asked.fetch_add(1, Ordering::SeqCst);
    door.acquire().await.unwrap().forget();
    assert_eq!(headers["authorization"], "Basic YXBwOmh1c2g=");
    match life {
        Some(life) => {
            let token = json!({"access_token": format!("token {number}"), "token_type": "bearer", "expires_in": life});
            Json(token).into_response()
        }
        None => (StatusCode::BAD_REQUEST, Json(json!({"error": "unauthorized_client"}))).into_response(),
    }
}

#[tokio::test]
async fn many_who_wait_have_one_call_made_and_the_token_is_kept() {
    let provider = Provider::giving(Some(3600)).await;
    provider.door.add_permits(20);
    let (tokens, mut waiting) = (Arc::new(provider.tokens), Vec::new());
    for _ in 0..20 {
        let tokens = Arc::clone(&tokens);
        waiting.push(tokio::spawn(async move { tokens.token().await }));
    }
    for one in waiting {
        assert_eq!(&*one.await.unwrap().unwrap(), "token 0");
    }
    assert_eq!(provider.asked.load(Ordering::SeqCst), 1);
    assert_eq!(&*tokens.instead_of("token 0").await.unwrap(), "token 1");
    assert_eq!(&*tokens.instead_of("token 0").await.unwrap(), "token 1", "who comes later takes the new one");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_token_without_life_is_not_used_twice() {
    let provider = Provider::giving(Some(0)).await;
    provider.door.add_permits(2);
    for number in ["token 0", "token 1"] {
        assert_eq!(&*provider.tokens.token().await.unwrap(), number);
    }
}

#[tokio::test]
async fn a_provider_that_refuses_is_not_asked_again_at_once_but_a_second_later() {
    let provider = Provider::giving(None).await;
    provider.door.add_permits(2);
    assert_eq!(provider.tokens.token().await, Err(NoToken::Refused));
    // However slow this machine is: while it is left alone, the answer is the same and nobody is asked.
    while provider.asked() == 1 {
        assert_eq!(provider.tokens.token().await, Err(NoToken::Refused));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn nobody_there_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/token", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let tokens = ApplicationTokens::new(address, "app", "hush", http);
    assert_eq!(tokens.token().await, Err(NoToken::Unavailable));
}
