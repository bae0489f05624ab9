//! An authority that signs certificates, for tests in which services prove themselves with them.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use ndx_service::tls::TlsIdentity;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// The authority.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: PathBuf,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.folder.display())
    }
}

impl Authority {
    /// A new one; what it signs is written to `folder`.
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join("authority.pem"), issuer.pem()).unwrap();
        Self { issuer, folder: folder.to_owned() }
    }

    /// The file of its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// Signs a certificate for `name`, reachable at 127.0.0.1; the files of the certificate and of its key.
    pub fn sign(&self, name: &str) -> (PathBuf, PathBuf) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = (self.folder.join(format!("{name}.pem")), self.folder.join(format!("{name}.key")));
        std::fs::write(&files.0, certificate.pem()).unwrap();
        std::fs::write(&files.1, key.serialize_pem()).unwrap();
        files
    }

    /// The same, opened.
    pub fn identity(&self, name: &str) -> TlsIdentity {
        let (certificate, key) = self.sign(name);
        let key = std::fs::read_to_string(key).unwrap();
        TlsIdentity::read(&certificate, &key, Some(&self.certificate())).unwrap()
    }

    /// A client that believes this authority, and shows nothing.
    pub fn visitor(&self) -> reqwest::Client {
        self.identity("visitor").visitor(Duration::from_secs(20)).unwrap()
    }

    /// A client that believes this authority, and shows a certificate for `name`.
    pub fn client(&self, name: &str) -> reqwest::Client {
        self.identity(name).client(Duration::from_secs(20)).unwrap()
    }
}
