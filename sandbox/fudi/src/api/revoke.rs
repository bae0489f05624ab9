//! `POST /oauth2/revoke`: a client takes an access token back (RFC 7009).

use std::sync::Arc;

use axum::{
    Form,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    client_proof::{self, Claimed},
    refusal::Refusal,
};
use crate::state::AppState;

/// A `token_type_hint` may be there and is not needed: a token says itself what it is.
#[derive(Deserialize)]
pub(crate) struct Revocation {
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

pub(crate) async fn revoke(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    form: Result<Form<Revocation>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(request) = form.map_err(|_| Refusal::InvalidRequest("the body is not a form"))?;
    let claimed = Claimed { client_id: request.client_id.as_deref(), client_secret: request.client_secret.as_deref() };
    let client = client_proof::client(&state, &headers, &claimed)?;
    let token = request.token.ok_or(Refusal::InvalidRequest("the token is missing"))?;
    let now = state.clock.now();
    match state.tokens.read_access(&token, now) {
        Some(claims) if claims.client_id == client.client_id => state.revoked.add(claims.jti, claims.exp, now),
        Some(_) => return Err(Refusal::UnauthorizedClient),
        None if state.tokens.read_hint(&token, now).is_some() => return Err(Refusal::UnsupportedTokenType),
        // What is no token, or no longer one, needs no revoking (RFC 7009, section 2.2).
        None => {}
    }
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}
