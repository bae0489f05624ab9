//! Verifies the tokens of one issuer.

use std::{collections::HashSet, sync::Arc};

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use ndx_clock::Clock;
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    KeySet, KeySetError,
    verified::{Verified, VerifiedTokens},
};

/// Clocks of issuer and exchange may differ by this much.
const LEEWAY: TimeDelta = TimeDelta::seconds(30);

/// Why a token is not accepted. The finer reason is for our log; a caller only learns whether it had expired.
#[derive(Debug, thiserror::Error)]
pub enum Rejection {
    /// It was good once.
    #[error("the token has expired")]
    Expired,
    /// It is not one of ours.
    #[error("the token is not acceptable: {0}")]
    Unacceptable(&'static str),
    /// It cannot be judged.
    #[error(transparent)]
    NoKeys(#[from] KeySetError),
}

/// What every token must say; the rest is the caller's own claims.
#[derive(Deserialize)]
pub(crate) struct Times {
    pub(crate) exp: f64,
    #[serde(default)]
    pub(crate) nbf: Option<f64>,
    #[serde(default)]
    pub(crate) iat: Option<f64>,
}

/// Verifies tokens of one issuer for one audience.
#[derive(Debug)]
pub struct TokenVerifier {
    keys: KeySet,
    issuer: String,
    audiences: Vec<String>,
    /// Acceptable `typ` headers, in lower case and without `application/`; RFC 9068 says `at+jwt` for access tokens.
    token_types: &'static [&'static str],
    clock: Arc<dyn Clock>,
    verified: VerifiedTokens,
}

impl TokenVerifier {
    /// The issuer's keys.
    pub fn keys(&self) -> &KeySet {
        &self.keys
    }

    /// Accepts access tokens (`typ: at+jwt`, RFC 9068) of `issuer` for any of `audiences`.
    pub fn for_access_tokens(keys: KeySet, issuer: String, audiences: Vec<String>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, issuer, audiences, token_types: &["at+jwt"], clock, verified: VerifiedTokens::default() }
    }

    /// Accepts ID tokens (OpenID Connect Core 1.0, section 2) of `issuer` for the client `client_id`.
    pub fn for_id_tokens(keys: KeySet, issuer: String, client_id: String, clock: Arc<dyn Clock>) -> Self {
        let audiences = vec![client_id];
        Self { keys, issuer, audiences, token_types: &["jwt", ""], clock, verified: VerifiedTokens::default() }
    }

    /// The claims of `token`, when everything about it is as it must be. One that was verified in the last minute, by the
    /// keys that are in use, needs no second look but at its times.
    ///
    /// # Errors
    /// When anything is not, or there are no keys to judge it by.
    pub async fn verify<T: DeserializeOwned>(&self, token: &str) -> Result<T, Rejection> {
        let known = self.keys.in_use().await.and_then(|keys| self.verified.get(token, keys, self.clock.now()));
        let verified = match known {
            Some(verified) => {
                self.check_times(&verified.times)?;
                verified
            }
            None => {
                let verified = Arc::new(self.look_at(token).await?);
                self.check_times(&verified.times)?;
                self.verified.keep(token, &verified);
                verified
            }
        };
        T::deserialize(&verified.claims).map_err(|_| Rejection::Unacceptable("a claim is missing or has another form"))
    }

    /// Looks at everything but the times.
    async fn look_at(&self, token: &str) -> Result<Verified, Rejection> {
        let header = decode_header(token).map_err(|_| Rejection::Unacceptable("its header cannot be read"))?;
        let token_type = header.typ.as_deref().unwrap_or_default().to_ascii_lowercase();
        let token_type = token_type.strip_prefix("application/").unwrap_or(&token_type);
        if !self.token_types.contains(&token_type) {
            return Err(Rejection::Unacceptable("its `typ` is another"));
        }
        let kid = header.kid.as_deref().ok_or(Rejection::Unacceptable("it has no `kid`"))?;
        let key = self.keys.key(kid).await?.ok_or(Rejection::Unacceptable("its `kid` is not the issuer's"))?;
        if key.algorithm != header.alg {
            return Err(Rejection::Unacceptable("its `alg` is not the key's"));
        }
        let claims: serde_json::Value = decode(token, &key.key, &self.validation(key.algorithm))
            .map_err(|_| Rejection::Unacceptable("its signature, `iss` or `aud` is wrong"))?
            .claims;
        let times = Times::deserialize(&claims).map_err(|_| Rejection::Unacceptable("a time claim is not a number"))?;
        Ok(Verified { claims, times, edition: key.edition, at: self.clock.now() })
    }

    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[&self.issuer]);
        validation.set_audience(&self.audiences);
        validation.required_spec_claims = HashSet::from(["exp", "iss", "aud"].map(str::to_owned));
        // The times are checked below, by the clock that was handed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation
    }

    fn check_times(&self, times: &Times) -> Result<(), Rejection> {
        let now = self.clock.now().timestamp() as f64;
        let leeway = LEEWAY.num_seconds() as f64;
        if times.exp.is_nan() || times.exp + leeway <= now {
            return Err(Rejection::Expired);
        }
        let later_than_now = |time: Option<f64>| time.is_some_and(|time| time.is_nan() || time - leeway > now);
        if later_than_now(times.nbf) || later_than_now(times.iat) {
            return Err(Rejection::Unacceptable("it is not valid yet"));
        }
        Ok(())
    }
}
