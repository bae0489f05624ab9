//! The keys: Ed25519 (RFC 8032), named by their thumbprints.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, OctetKeyPairParameters, OctetKeyPairType, ThumbprintHash,
};
use zeroize::Zeroizing;

/// Bytes of a public key.
const LENGTH: usize = 32;

/// Why a key cannot be made or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are another thing.
    #[error("this is not an Ed25519 key")]
    NotAKey,
    /// The library refused.
    #[error("the cryptographic library refused")]
    Refused,
}

/// A public key, and its name.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    id: String,
    x: String,
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

impl PublicKey {
    /// The key with this `x` (RFC 8037): its bytes in base64url.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(x: &str) -> Result<Self, KeyError> {
        let bytes = URL_SAFE_NO_PAD.decode(x).map_err(|_| KeyError::NotAKey)?;
        if bytes.len() != LENGTH {
            return Err(KeyError::NotAKey);
        }
        let octets = OctetKeyPairParameters {
            key_type: OctetKeyPairType::OctetKeyPair,
            curve: EllipticCurve::Ed25519,
            x: x.to_owned(),
        };
        let jwk = Jwk { common: CommonParameters::default(), algorithm: AlgorithmParameters::OctetKeyPair(octets) };
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Refused)?;
        Ok(Self { id, x: x.to_owned() })
    }

    /// Its name: the thumbprint of RFC 7638.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its bytes in base64url.
    pub fn x(&self) -> &str {
        &self.x
    }
}

/// A private key. It is not shown by `Debug`, and its bytes are wiped when it goes.
pub struct SigningKey {
    pkcs8: Zeroizing<Vec<u8>>,
    public: PublicKey,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.public.id)
    }
}

impl SigningKey {
    /// A new key.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn generate() -> Result<Self, KeyError> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Refused)?;
        Self::from_pkcs8(Zeroizing::new(made.as_ref().to_vec()))
    }

    /// The key in these bytes (PKCS #8).
    ///
    /// # Errors
    /// When they are something else.
    pub fn from_pkcs8(pkcs8: Zeroizing<Vec<u8>>) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8(&pkcs8).map_err(|_| KeyError::NotAKey)?;
        let public = PublicKey::read(&URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()))?;
        Ok(Self { pkcs8, public })
    }

    /// Its bytes (PKCS #8), to be kept sealed.
    pub fn to_pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Its public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keys_name_is_its_thumbprint() {
        // RFC 8037, appendix A.3.
        let key = PublicKey::read("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        assert_eq!(key.id(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
        for bad in ["", "11qYAYKxCrfVS_7TyWQHOg", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "?"] {
            assert_eq!(PublicKey::read(bad), Err(KeyError::NotAKey), "{bad}");
        }
    }

    #[test]
    fn a_key_is_kept_and_found_again_and_never_printed() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pkcs8(Zeroizing::new(key.to_pkcs8().to_vec())).unwrap();
        assert_eq!(key.public(), again.public());
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.public().id()));
        assert!(SigningKey::from_pkcs8(Zeroizing::new(vec![1, 2, 3])).is_err());
    }
}
