//! HTTP clients for calls to other systems.

use std::{sync::Once, time::Duration};

use rustls_platform_verifier::ConfigVerifierExt as _;

static CRYPTO: Once = Once::new();

/// How long it may take to be connected.
pub const CONNECT: Duration = Duration::from_secs(2);

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
        .connect_timeout(CONNECT)
        .timeout(timeout)
        .user_agent("ndx")
}

/// TLS as these clients speak it, for a client of another make: it believes the authorities of the machine.
///
/// # Errors
/// When they cannot be read.
pub fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    install_cryptography();
    rustls::ClientConfig::with_platform_verifier()
}

/// Makes aws-lc-rs the cryptography of TLS, once for the process.
pub(crate) fn install_cryptography() {
    CRYPTO.call_once(|| {
        // An error means that a provider is installed already, which is what we want.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    });
}
