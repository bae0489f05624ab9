//! JSON bodies in.

use serde::de::DeserializeOwned;

use crate::api::ApiError;

/// The body as a `T`. INVARIANT: what was sent is not repeated in the message.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        let place = format!("line {}, column {}", inner.line(), inner.column());
        ApiError::BadRequest(match inner.classify() {
            serde_json::error::Category::Data => format!("the body is not right: `{path}` has another form ({place})"),
            _ => format!("the body is not right: it is not JSON ({place})"),
        })
    })?;
    let more = |_| ApiError::BadRequest("the body is not right: something follows the JSON".to_owned());
    json.end().map_err(more)?;
    Ok(read)
}

/// Nothing, or an error that names all mistakes.
pub(crate) fn without(mistakes: Vec<String>) -> Result<(), ApiError> {
    if mistakes.is_empty() { Ok(()) } else { Err(ApiError::BadRequest(mistakes.join("; "))) }
}
