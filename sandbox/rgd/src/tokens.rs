//! Access tokens: made for a client, worth something for a minute and until the next start.

use std::sync::Arc;

use aws_lc_rs::rand;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ndx_clock::Clock;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// How long a token is worth something.
pub(crate) const LIFETIME: TimeDelta = TimeDelta::seconds(60);

const AUDIENCE: &str = "rgd";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// Makes tokens and knows its own again.
pub(crate) struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    clock: Arc<dyn Clock>,
}

impl Tokens {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Result<Self, Error> {
        let mut key = [0_u8; 32];
        rand::fill(&mut key).map_err(|_| Error::Key)?;
        Ok(Self { encoding: EncodingKey::from_secret(&key), decoding: DecodingKey::from_secret(&key), clock })
    }

    pub(crate) fn issue(&self, client_id: &str) -> Result<String, jsonwebtoken::errors::Error> {
        let now = self.clock.now();
        let claims = Claims {
            sub: client_id.to_owned(),
            aud: AUDIENCE.to_owned(),
            iat: now.timestamp(),
            exp: (now + LIFETIME).timestamp(),
            jti: uuid::Uuid::new_v4().to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)
    }

    pub(crate) fn is_valid(&self, token: &str) -> bool {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        // The library asks the machine for the time; the register asks its own clock.
        validation.validate_exp = false;
        jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation)
            .is_ok_and(|token| token.claims.exp > self.clock.now().timestamp())
    }
}
