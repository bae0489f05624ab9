//! `POST /oauth2/token`: an access token for a client that proves itself.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use ndx_config::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{credentials::Credentials, state::AppState, tokens::LIFETIME};

#[derive(Deserialize)]
pub(crate) struct TokenRequest {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
}

pub(crate) async fn issue(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(request) = form.map_err(|_| Refusal::NotAForm)?;
    let grant_type = request.grant_type.clone().ok_or(Refusal::NotAForm)?;
    let credentials = Credentials::from_basic(&headers).or_else(|| request.credentials()).ok_or(Refusal::NotProven)?;
    let client_id = state.client.proven_by(&credentials).ok_or(Refusal::NotProven)?;
    if grant_type != "client_credentials" {
        return Err(Refusal::OtherGrant);
    }
    let access_token = state.tokens.issue(client_id).map_err(|cause| {
        tracing::error!(error = %cause, "a token could not be signed");
        Refusal::NotSigned
    })?;
    let answer = TokenAnswer { access_token, token_type: "Bearer", expires_in: LIFETIME.num_seconds() };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

impl TokenRequest {
    fn credentials(self) -> Option<Credentials> {
        Some(Credentials { id: self.client_id?, secret: Secret::new(self.client_secret?) })
    }
}

/// Why there is no token, in the words of RFC 6749, section 5.2.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    NotAForm,
    NotProven,
    OtherGrant,
    NotSigned,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::NotAForm => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::NotProven => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::OtherGrant => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::NotSigned => (StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        };
        let mut response =
            (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "error": error }))).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static(r#"Basic realm="rgd""#));
        }
        response
    }
}
