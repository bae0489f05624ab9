//! `GET /.well-known/openid-configuration` and `GET /oauth2/jwks`: what a client needs to know to trust this provider.

use std::sync::Arc;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use serde_json::{Value, json};

use crate::{assurance::Assurance, config::SigningAlg, keys::KEPT_BY_OTHERS, scope::Scope, state::AppState};

pub(crate) async fn configuration(State(state): State<Arc<AppState>>) -> Json<Value> {
    let issuer = &state.tokens.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "userinfo_endpoint": format!("{issuer}/oauth2/userinfo"),
        "revocation_endpoint": format!("{issuer}/oauth2/revoke"),
        "end_session_endpoint": format!("{issuer}/oidc/logout"),
        "jwks_uri": format!("{issuer}/oauth2/jwks"),
        "scopes_supported": Scope::SUPPORTED.map(|(name, _)| name),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": SigningAlg::ALL.map(SigningAlg::name),
        "acr_values_supported": Assurance::ALL.map(Assurance::acr),
        "claims_supported": [
            "iss", "aud", "sub", "nic", "name", "email", "email_verified", "nonce", "auth_time", "iat", "exp", "acr", "amr"
        ],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    }))
}

pub(crate) async fn keys(State(state): State<Arc<AppState>>) -> impl IntoResponse {
    let kept = format!("public, max-age={}", KEPT_BY_OTHERS.num_seconds());
    ([(header::CACHE_CONTROL, kept)], Json(state.tokens.keys.public(state.clock.now())))
}
