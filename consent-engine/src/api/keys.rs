//! The public keys with which receipts are verified, for everybody.

use axum::{
    Extension,
    http::{HeaderName, header},
};

use crate::{
    api::{ApiError, ErrorBody},
    state::Scene,
};

/// Long enough that nobody asks for each receipt, and short enough that a new key is soon known.
const KEPT: &str = "public, max-age=300";

/// The public keys with which receipts are verified: the one that signs now, and all that signed before.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "receipts",
    responses(
        (
            status = 200,
            description = "A JWK Set (RFC 7517) of Ed25519 keys (RFC 8037), the oldest first. `iat` and `exp` tell in seconds \
                           since 1970 from when and until when each signed; the one that signs now has no `exp`",
            body = Object,
            content_type = "application/jwk-set+json",
        ),
        (status = 503, description = "The store cannot be read", body = ErrorBody),
    )
)]
pub(crate) async fn keys(
    Extension(state): Extension<Scene>,
) -> Result<([(HeaderName, &'static str); 2], String), ApiError> {
    let keys = state.engine.public_keys().await?;
    Ok(([(header::CONTENT_TYPE, "application/jwk-set+json"), (header::CACHE_CONTROL, KEPT)], keys.to_json()))
}
