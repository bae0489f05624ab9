//! Comparing secrets by their digests, which takes the same time for every wrong one, whatever its length.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Digest, SHA256, digest},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ndx_config::Secret;

use crate::error::Error;

/// What is kept of a secret.
#[derive(Debug, Clone)]
pub(crate) struct SecretDigest(Digest);

impl SecretDigest {
    pub(crate) fn of(secret: &Secret) -> Self {
        Self(digest(&SHA256, secret.expose().as_bytes()))
    }

    pub(crate) fn is_of(&self, sent: &Secret) -> bool {
        verify_slices_are_equal(self.0.as_ref(), Self::of(sent).0.as_ref()).is_ok()
    }
}

/// The base64url text of the SHA-256 digest of `text`: PKCE's `S256`.
pub(crate) fn s256(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

/// 256 bits that nobody can guess, as text.
pub(crate) fn fresh() -> Result<String, Error> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| Error::Key)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
