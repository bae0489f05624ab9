//! `GET /.well-known/openid-configuration` and `GET /oauth2/jwks`: what a client needs to know to trust this provider.

use std::sync::Arc;

use axum::{Json, extract::State};
use jsonwebtoken::jwk::JwkSet;
use serde_json::{Value, json};

use crate::{state::AppState, tokens::ACR};

pub(crate) async fn configuration(State(state): State<Arc<AppState>>) -> Json<Value> {
    let issuer = &state.tokens.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth2/authorize"),
        "token_endpoint": format!("{issuer}/oauth2/token"),
        "jwks_uri": format!("{issuer}/oauth2/jwks"),
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none", "login", "select_account"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "acr_values_supported": [ACR],
        "claims_supported":
            ["iss", "aud", "sub", "nic", "name", "nonce", "auth_time", "iat", "exp", "acr"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    }))
}

pub(crate) async fn keys(State(state): State<Arc<AppState>>) -> Json<JwkSet> {
    Json(state.tokens.key.public().clone())
}
