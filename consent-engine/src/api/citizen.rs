//! Who calls in her own name: an access token of the citizens' identity provider, and the identifier in it.

use std::collections::HashMap;

use axum::{
    extract::FromRequestParts,
    http::{header, request::Parts},
};
use ndx_auth::{Rejection, bearer, openid::OpenIdError};
use ndx_contracts::Subject;
use serde_json::Value;

use crate::{
    api::{ApiError, LookedAt},
    config::SignIn,
    current::Current,
    ledger::SignedIn,
    state::Scene,
};

const NO_TOKEN: &str = "an access token of the citizens' identity provider is required";

/// A person, and what her request is answered from.
pub(crate) struct Citizen {
    pub(crate) subject: Subject,
    /// Her address, as her token says it.
    pub(crate) email: Option<String>,
    /// How she signed in, as her token says it.
    pub(crate) signed_in: SignedIn,
    pub(crate) engine: Current,
    /// What her portals have shown.
    pub(crate) looked_at: LookedAt,
}

impl<S: Send + Sync> FromRequestParts<S> for Citizen {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let scene = parts.extensions.get::<Scene>().cloned();
        let Scene { engine, provider, looked_at, .. } =
            scene.ok_or(ApiError::Unavailable("the service is not ready"))?;
        let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = authorization.and_then(bearer::token).ok_or(ApiError::Unauthorized(NO_TOKEN))?;
        let claims: HashMap<String, Value> = provider.access_token(token).await.map_err(refusal)?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        // The token of an application names no person.
        let subject = text(&engine.config.sign_in.citizen_claim).and_then(|id| engine.config.subject(id));
        let subject = subject.ok_or(ApiError::Unauthorized("the token does not say whose it is"))?;
        let email = text("email").map(str::to_owned);
        let signed_in = SignIn::told_by(&claims);
        Ok(Self { subject, email, signed_in, engine, looked_at })
    }
}

fn refusal(error: OpenIdError) -> ApiError {
    match error {
        OpenIdError::AccessToken(Rejection::Expired) => ApiError::Unauthorized("the token has expired"),
        OpenIdError::AccessToken(Rejection::Unacceptable(_)) => {
            tracing::info!(error = &error as &dyn std::error::Error, "a citizen's token was refused");
            ApiError::Unauthorized(NO_TOKEN)
        }
        _ => {
            tracing::warn!(error = &error as &dyn std::error::Error, "a citizen's token could not be judged");
            ApiError::Unavailable("the citizens' identity provider does not answer")
        }
    }
}
