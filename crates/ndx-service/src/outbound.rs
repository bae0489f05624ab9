//! HTTP clients for calls to other systems.

use std::{sync::Once, time::Duration};

static CRYPTO: Once = Once::new();

/// A client that follows no redirect and no proxy, connects within two seconds and gives up after `timeout`.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(timeout: Duration) -> reqwest::Result<reqwest::Client> {
    builder(timeout).build()
}

/// The same, for a caller that has more to say about it.
pub fn builder(timeout: Duration) -> reqwest::ClientBuilder {
    install_cryptography();
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(2))
        .timeout(timeout)
        .user_agent("ndx")
}

/// Makes aws-lc-rs the cryptography of TLS, once for the process.
pub(crate) fn install_cryptography() {
    CRYPTO.call_once(|| {
        // An error means that a provider is installed already, which is what we want.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    });
}
