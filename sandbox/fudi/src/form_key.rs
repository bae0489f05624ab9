//! Protects the sign-in form against requests that another site makes a browser send.
//!
//! The browser holds a random cookie; the form holds its MAC. Another site can make the browser send the cookie but can
//! neither read it nor compute the MAC.

use aws_lc_rs::{hmac, rand::SystemRandom};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::Error;

/// The cookie that a form is bound to.
pub(crate) const COOKIE: &str = "fudi_form";

/// Makes and checks the tokens in forms. A new one is made at every start.
#[derive(Debug)]
pub(crate) struct FormKey(hmac::Key);

impl FormKey {
    pub(crate) fn generate() -> Result<Self, Error> {
        hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).map(Self).map_err(|_| Error::Key)
    }

    pub(crate) fn token_for(&self, cookie: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, cookie.as_bytes()))
    }

    pub(crate) fn is_token_for(&self, cookie: &str, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|tag| hmac::verify(&self.0, cookie.as_bytes(), &tag).is_ok())
    }
}
