//! What can go wrong at the start.

/// Why the register cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system's source of randomness failed.
    #[error("the register's signing key cannot be made")]
    Key,
}
