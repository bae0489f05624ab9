//! `POST /oauth2/token`: trades a code, or a client's credentials, for tokens.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{
    client_proof::{self, Claimed},
    refusal::Refusal,
};
use crate::{
    config::{Client, Grant},
    keys::TOKEN_LIFETIME,
    state::AppState,
};

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    token_type: &'static str,
    expires_in: i64,
    scope: String,
}

pub(crate) async fn issue(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(request) = form.map_err(|_| Refusal::InvalidRequest("the body is not a form"))?;
    let claimed = Claimed { client_id: request.client_id.as_deref(), client_secret: request.client_secret.as_deref() };
    let client = client_proof::client(&state, &headers, &claimed)?;
    let answer = match request.grant_type.as_deref() {
        Some("client_credentials") => for_client(&state, client)?,
        Some("authorization_code") => for_person(&state, client, &request)?,
        Some(_) => return Err(Refusal::UnsupportedGrantType),
        None => return Err(Refusal::InvalidRequest("the grant type is missing")),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// A token for `client`, about itself.
pub(super) fn for_client(state: &AppState, client: &Client) -> Result<TokenAnswer, Refusal> {
    if !client.grants.contains(&Grant::ClientCredentials) {
        return Err(Refusal::UnauthorizedClient);
    }
    let access_token = state.tokens.for_client(client, state.clock.now())?;
    Ok(TokenAnswer {
        access_token,
        id_token: None,
        token_type: "Bearer",
        expires_in: TOKEN_LIFETIME.num_seconds(),
        scope: String::new(),
    })
}

fn for_person(state: &AppState, client: &Client, request: &TokenRequest) -> Result<TokenAnswer, Refusal> {
    if !client.grants.contains(&Grant::AuthorizationCode) {
        return Err(Refusal::UnauthorizedClient);
    }
    let (Some(code), Some(redirect_uri), Some(verifier)) =
        (&request.code, &request.redirect_uri, &request.code_verifier)
    else {
        return Err(Refusal::InvalidRequest("the code, the redirect address and the code verifier are needed"));
    };
    let now = state.clock.now();
    let granted = state
        .codes
        .take(code)
        .filter(|granted| granted.may_be_used_by(&client.client_id, redirect_uri, verifier, now))
        .ok_or(Refusal::InvalidGrant)?;
    let person = state.people.find(&granted.session.user).ok_or(Refusal::InvalidGrant)?;
    let scope = &granted.request.scope;
    Ok(TokenAnswer {
        access_token: state.tokens.for_person(client, person, &granted, now)?,
        id_token: Some(state.tokens.id(client, person, &granted, now)?),
        token_type: "Bearer",
        expires_in: TOKEN_LIFETIME.num_seconds(),
        scope: scope.text(),
    })
}
