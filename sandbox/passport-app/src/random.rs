//! What nobody can guess: ids of sessions, tokens of forms, the state of a trip.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no randomness")]
pub(crate) struct NoRandomness;

/// 32 bytes in the alphabet of addresses and cookies.
pub(crate) fn unguessable() -> Result<String, NoRandomness> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Six digits, for people to read out.
pub(crate) fn six_digits() -> Result<String, NoRandomness> {
    let mut bytes = [0; 4];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(format!("{:06}", u32::from_be_bytes(bytes) % 1_000_000))
}
