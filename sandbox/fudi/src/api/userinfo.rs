//! `GET|POST /oauth2/userinfo`: what an access token's scope tells of its person (OpenID Connect Core, section 5.3).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value};

use crate::{
    scope::{Scope, Word},
    state::AppState,
};

pub(crate) async fn tell(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    let Some(token) = bearer(&headers) else { return Refused::NoToken.into_response() };
    match claims(&state, token) {
        Ok(claims) => ([(header::CACHE_CONTROL, "no-store")], Json(claims)).into_response(),
        Err(refused) => refused.into_response(),
    }
}

fn claims(state: &AppState, token: &str) -> Result<Map<String, Value>, Refused> {
    let now = state.clock.now();
    let access = state.tokens.read_access(token, now).ok_or(Refused::InvalidToken)?;
    if state.revoked.has(&access.jti) {
        return Err(Refused::InvalidToken);
    }
    let scope = Scope::read(&access.scope);
    if !scope.has(Word::OpenId) {
        return Err(Refused::InsufficientScope);
    }
    let client = state.client(&access.client_id).ok_or(Refused::InvalidToken)?;
    let person = state.people.all().find(|person| state.tokens.subject(client, person) == access.sub);
    let mut claims = scope.claims(person.ok_or(Refused::InvalidToken)?);
    claims.insert("sub".to_owned(), access.sub.into());
    Ok(claims)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Why nothing is told, in the words of RFC 6750, section 3.
enum Refused {
    NoToken,
    InvalidToken,
    InsufficientScope,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, challenge) = match self {
            Self::NoToken => (StatusCode::UNAUTHORIZED, r#"Bearer realm="fudi""#),
            Self::InvalidToken => (StatusCode::UNAUTHORIZED, r#"Bearer realm="fudi", error="invalid_token""#),
            Self::InsufficientScope => {
                (StatusCode::FORBIDDEN, r#"Bearer realm="fudi", error="insufficient_scope", scope="openid""#)
            }
        };
        let headers = [
            (header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers).into_response()
    }
}
