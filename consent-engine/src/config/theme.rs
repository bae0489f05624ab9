//! The country's own style sheet.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};

/// Bytes of the hash that its address holds.
const HASH_LENGTH: usize = 8;

/// Colours and fonts, and the name of this version of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    css: Arc<str>,
    hash: String,
}

impl Theme {
    /// The theme with this text.
    pub fn new(css: &str) -> Self {
        let hash = digest(&SHA256, css.as_bytes());
        let hash = hash.as_ref().iter().take(HASH_LENGTH).map(|byte| format!("{byte:02x}")).collect();
        Self { css: css.into(), hash }
    }

    /// Its text.
    pub fn css(&self) -> &str {
        &self.css
    }

    /// The hash of its text, hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}
