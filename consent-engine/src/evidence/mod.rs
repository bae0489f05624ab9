//! What proves, years later, what a person decided.

use ndx_receipt::KeySet;

use crate::{current::Current, error::EngineError};

impl Current {
    /// The public keys with which receipts are verified: the one that signs now, and all that signed before.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn public_keys(&self) -> Result<KeySet, EngineError> {
        Ok(self.store.published_keys().await?)
    }
}
