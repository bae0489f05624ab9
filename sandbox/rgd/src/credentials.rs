//! Who asks for a token: the client and its secret, by HTTP Basic or in the form.

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{Digest, SHA256, digest},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};
use ndx_config::Secret;
use percent_encoding::percent_decode_str;

/// The client that the register knows. Of its secret only the digest is kept, so that a comparison takes the same time
/// for every wrong secret.
#[derive(Debug)]
pub(crate) struct KnownClient {
    id: String,
    secret: Digest,
}

impl KnownClient {
    pub(crate) fn new(id: String, secret: &Secret) -> Self {
        Self { id, secret: digest(&SHA256, secret.expose().as_bytes()) }
    }

    /// The client's id, when `sent` proves it.
    pub(crate) fn proven_by(&self, sent: &Credentials) -> Option<&str> {
        let secret = digest(&SHA256, sent.secret.expose().as_bytes());
        let right = verify_slices_are_equal(self.secret.as_ref(), secret.as_ref()).is_ok();
        (right && sent.id == self.id).then_some(self.id.as_str())
    }
}

/// What a caller claims to be.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

impl Credentials {
    /// From `Authorization: Basic`, whose two parts are form-encoded (RFC 6749, section 2.3.1).
    pub(crate) fn from_basic(headers: &HeaderMap) -> Option<Self> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (id, secret) = decoded.split_once(':')?;
        Some(Self { id: form_decoded(id)?, secret: Secret::new(form_decoded(secret)?) })
    }
}

fn form_decoded(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(Into::into)
}
