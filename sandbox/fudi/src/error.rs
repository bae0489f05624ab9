//! What can go wrong at the start.

/// Why the provider cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system's source of randomness failed.
    #[error("no key can be made")]
    Key,
    /// The key cannot be used to sign.
    #[error("the signing key cannot be used")]
    Signing(#[from] jsonwebtoken::errors::Error),
    /// Two people sign in by the same name, or two clients have the same id.
    #[error("`{0}` is there twice")]
    Twice(String),
    /// A registered redirect address that no browser could be sent to safely.
    #[error("the redirect address `{0}` must be http or https and have no fragment")]
    RedirectUri(String),
    /// A client contradicts itself.
    #[error("the client `{0}` is registered wrongly: {1}")]
    Client(String, &'static str),
    /// A person's one-time codes cannot be made.
    #[error("the `totpSecret` of `{0}` is not Base32 of at least 16 bytes")]
    TotpSecret(String),
    /// Keys would sign before everybody could know them.
    #[error("keys cannot be changed more often than every {0} minutes, for so long others keep the published ones")]
    TooOften(i64),
    /// A page's template is wrong.
    #[error("a page cannot be read")]
    Page(#[from] minijinja::Error),
}
