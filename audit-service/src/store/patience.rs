//! How long the log waits for its store.

use std::time::Duration;

use ndx_store::StoreError;

/// What the store says; when it takes longer than `patience`, that it has failed.
///
/// # Errors
/// When the store fails or is late.
pub async fn in_time<T>(
    patience: Duration,
    asked: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let late = |_| StoreError::Database(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(patience, asked).await.map_err(late)?
}
