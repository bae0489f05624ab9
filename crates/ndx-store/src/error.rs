//! What can be wrong with a store.

/// Why a store could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("the database refused")]
    Database(#[from] sqlx::Error),
    /// SQLite refused, where it is spoken to without the other engine's words.
    #[error("the database refused")]
    File(#[from] rusqlite::Error),
    /// The tables could not be brought up to date, or are newer than the program.
    #[error("the tables of {store} could not be brought up to date")]
    Migration {
        /// Which store, and where.
        store: String,
        /// What the migration met.
        #[source]
        cause: sqlx::migrate::MigrateError,
    },
    /// A key or a sealed value is not what it should be.
    #[error(transparent)]
    Crypto(#[from] crate::sealed::CryptoError),
    /// A row holds something that the program does not understand.
    #[error("a stored row cannot be read: {0}")]
    Corrupt(String),
    /// A folder cannot hold a database.
    #[error("the place `{0}` cannot hold a database")]
    Place(String),
}
