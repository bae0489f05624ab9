//! How a client proves itself to the endpoints that programs call: by HTTP Basic, in the form, or, when it is public, not
//! at all (RFC 6749, section 2.3).

use axum::http::{HeaderMap, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use ndx_config::Secret;
use percent_encoding::percent_decode_str;

use super::refusal::Refusal;
use crate::{config::Client, state::AppState};

/// What a form says of its sender.
pub(super) struct Claimed<'a> {
    pub(super) client_id: Option<&'a str>,
    pub(super) client_secret: Option<&'a str>,
}

/// The client that proves itself, in one way only. A public client only says which one it is: what it brings besides (a
/// code and its verifier, a token) must be proof enough.
pub(super) fn client<'s>(state: &'s AppState, headers: &HeaderMap, form: &Claimed<'_>) -> Result<&'s Client, Refusal> {
    let (id, secret) = match (basic(headers), form.client_secret) {
        (Some(_), Some(_)) => return Err(Refusal::InvalidRequest("the client proves itself in two ways")),
        (Some((id, secret)), None) => (id, secret),
        (None, Some(secret)) => (form.client_id.ok_or(Refusal::InvalidClient)?.to_owned(), Secret::new(secret)),
        (None, None) => {
            let public = form.client_id.and_then(|id| state.client(id)).filter(|client| client.client_secret.is_none());
            return public.ok_or(Refusal::InvalidClient);
        }
    };
    if form.client_id.is_some_and(|named| named != id) {
        return Err(Refusal::InvalidRequest("the form names another client"));
    }
    state.proven_client(&id, &secret).ok_or(Refusal::InvalidClient)
}

/// The two parts of `Authorization: Basic`, each form-encoded (RFC 6749, section 2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, Secret)> {
    let (scheme, encoded) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id)?, Secret::new(form_decoded(secret)?)))
}

fn form_decoded(text: &str) -> Option<String> {
    percent_decode_str(&text.replace('+', " ")).decode_utf8().ok().map(Into::into)
}
