//! `POST /trial/token`: the desk for trials. It gives an access token of an application that is on trial to whoever asks,
//! without the application's secret.
//!
//! A real identity provider has nothing like it. A sandbox has, so that a page such as the gateway's explorer needs no
//! secret and the gateway no back door: the token is the very one that client credentials give.

use std::sync::Arc;

use axum::{
    Form, Json, RequestExt,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{refusal::Refusal, token};
use crate::{config::Client, state::AppState};

#[derive(Deserialize)]
struct TrialRequest {
    client_id: String,
}

pub(crate) async fn give(State(state): State<Arc<AppState>>, request: Request) -> Result<Response, Refusal> {
    let headers = request.headers().clone();
    let asked = read(request).await.ok_or(Refusal::InvalidRequest("send `client_id`, as a form or as JSON"))?;
    // Who is unknown and who is not on trial get the same answer.
    let client = state.client(&asked.client_id).filter(|client| may_ask(client, &headers));
    let answer = token::for_client(&state, client.ok_or(Refusal::UnauthorizedClient)?)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

async fn read(request: Request) -> Option<TrialRequest> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content_type.is_some_and(|kind| kind.starts_with("application/json")) {
        request.extract::<Json<_>, _>().await.ok().map(|Json(asked)| asked)
    } else {
        request.extract::<Form<_>, _>().await.ok().map(|Form(asked)| asked)
    }
}

/// Programs may; scripts only from the origins that are listed for this very client.
fn may_ask(client: &Client, headers: &HeaderMap) -> bool {
    let Some(trial) = &client.trial else { return false };
    headers.get(header::ORIGIN).is_none_or(|origin| trial.origins.iter().any(|one| one.as_bytes() == origin.as_bytes()))
}
