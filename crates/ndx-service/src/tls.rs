//! TLS between the services, and towards whoever calls: one certificate a service, for what it serves and what it calls.
//!
//! Whoever calls may show a certificate of the exchange's own authorities; its subject alternative names then say which
//! service it is (RFC 6125, section 6.4). Nobody has to: citizens and applications have none.

use std::{path::Path, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{extract::connect_info::Connected, serve::IncomingStream};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustls::{
    RootCertStore, ServerConfig,
    server::{VerifierBuilderError, WebPkiClientVerifier},
};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use tls_listener::TlsListener;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::outbound;

/// How long a handshake may take.
pub const HANDSHAKE: Duration = Duration::from_secs(5);

/// Why a service cannot speak TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file of certificates cannot be read.
    #[error("the certificates in `{file}` cannot be read")]
    Certificates {
        /// The file.
        file: String,
        /// What stood in the way.
        #[source]
        cause: pem::Error,
    },
    /// The key cannot be read.
    #[error("the key of the certificate is not a private key in PEM")]
    Key,
    /// The certificate and the key, or the authorities, do not do.
    #[error("the certificate cannot be used")]
    Certificate(#[from] rustls::Error),
    /// The authorities cannot be used.
    #[error("the certificates of the authorities cannot be used")]
    Authorities(#[from] VerifierBuilderError),
    /// The client cannot be made.
    #[error("the TLS client cannot be made")]
    Client(#[from] reqwest::Error),
}

/// The certificate of a service, its key, and the authorities that it believes.
pub struct TlsIdentity {
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    authorities: Vec<CertificateDer<'static>>,
}

impl std::fmt::Debug for TlsIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TlsIdentity(…)")
    }
}

impl TlsIdentity {
    /// Reads the certificate (PEM, with those between it and an authority) and the authorities; `key` is PEM.
    ///
    /// # Errors
    /// When a file cannot be read, or is not what it should be.
    pub fn read(certificate: &Path, key: &str, authorities: Option<&Path>) -> Result<Self, TlsError> {
        Ok(Self {
            certificates: certificates(certificate)?,
            key: PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Key)?,
            authorities: authorities.map(certificates).transpose()?.unwrap_or_default(),
        })
    }

    /// What the listener of a service needs. A caller may show a certificate of the services' authorities; a wrong one is
    /// refused.
    ///
    /// # Errors
    /// When certificate, key or authorities do not do.
    pub fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        self.accepting(&self.authorities)
    }

    /// What a listener needs whose callers are applications. They may show a certificate of `authorities` (a PEM file), and no
    /// other: a service is never taken for an application here, nor an application for a service elsewhere.
    ///
    /// # Errors
    /// When certificate, key or authorities do not do.
    pub fn acceptor_for_applications(&self, authorities: &Path) -> Result<TlsAcceptor, TlsError> {
        self.accepting(&certificates(authorities)?)
    }

    fn accepting(&self, authorities: &[CertificateDer<'static>]) -> Result<TlsAcceptor, TlsError> {
        outbound::install_cryptography();
        let config = ServerConfig::builder();
        let config = if authorities.is_empty() {
            config.with_no_client_auth()
        } else {
            let verifier =
                WebPkiClientVerifier::builder(Arc::new(store(authorities)?)).allow_unauthenticated().build()?;
            config.with_client_cert_verifier(verifier)
        };
        let mut config = config.with_single_cert(self.certificates.clone(), self.key.clone_key())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// A client that shows this certificate and believes these authorities only.
    ///
    /// # Errors
    /// When certificate, key or authorities do not do.
    pub fn client(&self, timeout: Duration) -> Result<reqwest::Client, TlsError> {
        outbound::install_cryptography();
        let config = rustls::ClientConfig::builder().with_root_certificates(store(&self.authorities)?);
        let config = config.with_client_auth_cert(self.certificates.clone(), self.key.clone_key())?;
        Ok(outbound::builder(timeout).tls_backend_preconfigured(config).build()?)
    }

    /// A client that believes these authorities only, and shows nothing.
    ///
    /// # Errors
    /// When the authorities do not do.
    pub fn visitor(&self, timeout: Duration) -> Result<reqwest::Client, TlsError> {
        outbound::install_cryptography();
        let config = rustls::ClientConfig::builder().with_root_certificates(store(&self.authorities)?);
        Ok(outbound::builder(timeout).tls_backend_preconfigured(config.with_no_client_auth()).build()?)
    }
}

fn store(authorities: &[CertificateDer<'static>]) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.clone())?;
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let failed = |cause| TlsError::Certificates { file: file.display().to_string(), cause };
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    if read.is_empty() { Err(failed(pem::Error::NoItemsFound)) } else { Ok(read) }
}

/// Whoever is at the other end of a connection, by the names in the certificate that it showed; none without one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peer {
    names: Vec<String>,
    thumbprint: Option<String>,
}

impl Peer {
    /// The names, verified.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// SHA-256 of its certificate in base64url: what a token that is bound to it says (RFC 8705, section 3.1).
    pub fn thumbprint(&self) -> Option<&str> {
        self.thumbprint.as_deref()
    }
}

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(_: IncomingStream<'_, TcpListener>) -> Self {
        Self::default()
    }
}

impl Connected<IncomingStream<'_, TlsListener<TcpListener, TlsAcceptor>>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener<TcpListener, TlsAcceptor>>) -> Self {
        let (_, session) = stream.io().get_ref();
        // The handshake has verified it: see `TlsIdentity::acceptor`.
        let own = session.peer_certificates().and_then(<[_]>::first);
        let read = own.and_then(|certificate| webpki::EndEntityCert::try_from(certificate).ok());
        let names = read.iter().flat_map(|certificate| certificate.valid_dns_names()).map(str::to_owned).collect();
        let thumbprint = own.map(|certificate| URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate)));
        Self { names, thumbprint }
    }
}
