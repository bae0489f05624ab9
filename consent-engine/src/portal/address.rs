//! Addresses within the portal: reading the id out of one, and writing those that lead in and out.

use axum::extract::{Path, rejection::PathRejection};
use url::form_urlencoded;
use uuid::Uuid;

/// The path of one consent, readable or not.
pub(crate) type Id = Result<Path<String>, PathRejection>;

/// The id that the path names; `None` when it cannot be one.
pub(crate) fn known_id(id: Id) -> Option<Uuid> {
    id.ok().and_then(|Path(id)| consent_id(&id))
}

/// The id that a path names, in the one form in which we write ids.
fn consent_id(path: &str) -> Option<Uuid> {
    Uuid::parse_str(path).ok().filter(|id| id.to_string() == path)
}

/// The link that begins a sign-in which leads back to `path`. With `again`, everybody signs in anew.
pub(crate) fn sign_in(path: &str, again: bool) -> String {
    let address = with_return("/sign-in", path);
    if again { format!("{address}&again=yes") } else { address }
}

/// The link to the page that asks whether to sign out, and leads back to `path`.
pub(crate) fn sign_out(path: &str) -> String {
    with_return("/sign-out", path)
}

/// The page that says that somebody has signed out, with the way back to `path`.
pub(crate) fn signed_out(path: &str) -> String {
    with_return("/signed-out", path)
}

fn with_return(page: &str, path: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("return", path).finish();
    format!("{page}?{query}")
}
