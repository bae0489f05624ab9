//! `GET /person/{nic}`: one person's record.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::HeaderMap,
};
use serde::Serialize;

use crate::{config::PersonRecord, error::Refusal, state::Register};

const KEY_HEADER: &str = "x-api-key";

#[derive(Debug, Serialize)]
pub(crate) struct PersonAnswer {
    nic: String,
    #[serde(flatten)]
    record: PersonRecord,
}

pub(crate) async fn show(
    State(register): State<Arc<Register>>,
    headers: HeaderMap,
    Path(nic): Path<String>,
) -> Result<Json<PersonAnswer>, Refusal> {
    if !headers.get(KEY_HEADER).is_some_and(|sent| register.is_key(sent.as_bytes())) {
        return Err(Refusal::WrongKey);
    }
    if !is_nic(&nic) {
        return Err(Refusal::MalformedNic);
    }
    let record = register.record(&nic).cloned().ok_or(Refusal::Unknown)?;
    Ok(Json(PersonAnswer { nic, record }))
}

/// Twelve digits, or the old form: nine digits and a letter.
fn is_nic(text: &str) -> bool {
    let digits = match text.len() {
        12 => text,
        10 => text.strip_suffix(['V', 'v', 'X', 'x']).unwrap_or_default(),
        _ => return false,
    };
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::is_nic;

    #[test]
    fn both_forms_of_an_nic_are_well_formed_and_nothing_else_is() {
        for good in ["199512345678", "861234567V", "861234567x"] {
            assert!(is_nic(good), "{good}");
        }
        for bad in ["", "nayana", "86123456789", "861234567Z", "8612345678", "19951234567é", "1995123456789"] {
            assert!(!is_nic(bad), "{bad}");
        }
    }
}
