//! `POST /oauth2/token`: trades a code, or a client's credentials, for tokens.

use std::sync::Arc;

use axum::{
    Form, Json,
    extract::{State, rejection::FormRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use ndx_config::Secret;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    config::{Client, Grant},
    state::AppState,
    tokens::LIFETIME,
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
struct TokenAnswer {
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    token_type: &'static str,
    expires_in: i64,
    scope: &'static str,
}

pub(crate) async fn issue(
    State(state): State<Arc<AppState>>,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, Refusal> {
    let Form(request) = form.map_err(|_| Refusal::InvalidRequest("the body is not a form"))?;
    let client = proven_client(&state, &headers, &request)?;
    let answer = match request.grant_type.as_deref() {
        Some("client_credentials") => for_client(&state, client)?,
        Some("authorization_code") => for_person(&state, client, &request)?,
        Some(_) => return Err(Refusal::UnsupportedGrantType),
        None => return Err(Refusal::InvalidRequest("the grant type is missing")),
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn for_client(state: &AppState, client: &Client) -> Result<TokenAnswer, Refusal> {
    if !client.grants.contains(&Grant::ClientCredentials) {
        return Err(Refusal::UnauthorizedClient);
    }
    let access_token = state.tokens.for_client(client, state.clock.now())?;
    Ok(TokenAnswer {
        access_token,
        id_token: None,
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        scope: "",
    })
}

fn for_person(state: &AppState, client: &Client, request: &TokenRequest) -> Result<TokenAnswer, Refusal> {
    const SCOPE: &str = "openid";
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
    Ok(TokenAnswer {
        access_token: state.tokens.for_person(client, person, SCOPE, now)?,
        id_token: Some(state.tokens.id(client, person, &granted, now)?),
        token_type: "Bearer",
        expires_in: LIFETIME.num_seconds(),
        scope: SCOPE,
    })
}

/// The client that proves itself, by HTTP Basic or in the form, never by both.
fn proven_client<'s>(state: &'s AppState, headers: &HeaderMap, request: &TokenRequest) -> Result<&'s Client, Refusal> {
    let (id, secret) = match (basic(headers), &request.client_secret) {
        (Some(_), Some(_)) => return Err(Refusal::InvalidRequest("the client proves itself in two ways")),
        (Some((id, secret)), None) => (id, secret),
        (None, Some(secret)) => {
            (request.client_id.clone().ok_or(Refusal::InvalidClient)?, Secret::new(secret.as_str()))
        }
        (None, None) => return Err(Refusal::InvalidClient),
    };
    if request.client_id.as_ref().is_some_and(|named| *named != id) {
        return Err(Refusal::InvalidRequest("the form names another client"));
    }
    state.proven_client(&id, &secret).ok_or(Refusal::InvalidClient)
}

/// The two parts of `Authorization: Basic`, each form-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id)?, Secret::new(form_decoded(secret)?)))
}

fn form_decoded(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(Into::into)
}

/// Why there is no token, in the words of RFC 6749, section 5.2.
#[derive(Debug)]
pub(crate) enum Refusal {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    NotSigned(jsonwebtoken::errors::Error),
}

impl From<jsonwebtoken::errors::Error> for Refusal {
    fn from(cause: jsonwebtoken::errors::Error) -> Self {
        Self::NotSigned(cause)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::InvalidRequest(description) => (StatusCode::BAD_REQUEST, "invalid_request", description),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, "invalid_client", "the client did not prove itself"),
            Self::InvalidGrant => (StatusCode::BAD_REQUEST, "invalid_grant", "the code is worth nothing"),
            Self::UnauthorizedClient => {
                (StatusCode::BAD_REQUEST, "unauthorized_client", "the client may not use this grant")
            }
            Self::UnsupportedGrantType => (
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "the grants are authorization_code and client_credentials",
            ),
            Self::NotSigned(cause) => {
                tracing::error!(error = %cause, "a token cannot be signed");
                (StatusCode::INTERNAL_SERVER_ERROR, "server_error", "the token could not be made")
            }
        };
        let body = Json(json!({ "error": error, "error_description": description }));
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(r#"Basic realm="fudi""#));
        }
        response
    }
}
