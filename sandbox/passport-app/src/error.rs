//! What can go wrong at the start.

/// Why the application cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// TLS cannot be set up.
    #[error("the client for calls to others cannot be made")]
    Client(#[from] reqwest::Error),
    /// A template has a mistake.
    #[error("the pages cannot be made")]
    Pages(#[from] minijinja::Error),
    /// An address cannot be extended.
    #[error("an address is not one that pages can have")]
    Address(#[from] url::ParseError),
}
