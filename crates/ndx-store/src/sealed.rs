//! Values that are sealed to be read back, and hashes by which they are found.
//!
//! A sealed value is `version (1 byte) · key number (4 bytes) · nonce (12 bytes) · ciphertext and tag`, AES-256-GCM
//! (NIST SP 800-38D). The column's name is the associated data, so that a value copied to another column does not open.

use std::marker::PhantomData;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use serde::{Serialize, de::DeserializeOwned};

/// Bytes of a key.
pub const KEY_LENGTH: usize = 32;
const NONCE_LENGTH: usize = 12;
const FORMAT: u8 = 1;

/// Why something could not be sealed or opened. It never says what was in it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CryptoError {
    /// The bytes are not a sealed value, were changed, or belong to another column or key.
    #[error("a sealed value does not open")]
    DoesNotOpen,
    /// The value was sealed with a key that this store does not have.
    #[error("a sealed value names key {0}, which this store does not have")]
    UnknownKey(u32),
    /// The system gave no randomness, or the library refused.
    #[error("the cryptographic library refused")]
    Refused,
}

/// A value as it lies in a column. `T` is what it opens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed<T> {
    bytes: Vec<u8>,
    opens_to: PhantomData<T>,
}

impl<T: Serialize + DeserializeOwned> Sealed<T> {
    /// What was read from the column.
    pub fn from_column(bytes: Vec<u8>) -> Self {
        Self { bytes, opens_to: PhantomData }
    }

    /// What is written to the column.
    pub fn as_column(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn seal(number: u32, key: &[u8; KEY_LENGTH], column: &str, value: &T) -> Result<Self, CryptoError> {
        let plain = serde_json::to_vec(value).map_err(|_| CryptoError::Refused)?;
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend(seal_bytes(key, column.as_bytes(), plain)?);
        Ok(Self::from_column(bytes))
    }

    /// The number of the key that it was sealed with.
    pub(crate) fn key_number(&self) -> Result<u32, CryptoError> {
        let number = self.bytes.get(1..5).and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        match (self.bytes.first(), number) {
            (Some(&FORMAT), Some(number)) => Ok(u32::from_be_bytes(number)),
            _ => Err(CryptoError::DoesNotOpen),
        }
    }

    pub(crate) fn open(&self, key: &[u8; KEY_LENGTH], column: &str) -> Result<T, CryptoError> {
        let sealed = self.bytes.get(5..).ok_or(CryptoError::DoesNotOpen)?;
        let plain = open_bytes(key, column.as_bytes(), sealed)?;
        serde_json::from_slice(&plain).map_err(|_| CryptoError::DoesNotOpen)
    }
}

/// HMAC-SHA-256 of a value under a key of this store: the same value gives the same hash, and without the key nobody can
/// try out identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LookupHash([u8; 32]);

impl LookupHash {
    pub(crate) fn of(key: &[u8; KEY_LENGTH], value: &str) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), value.as_bytes());
        let mut hash = [0; 32];
        hash.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        Self(hash)
    }

    /// What is written to, and looked up in, the column.
    pub fn as_column(&self) -> &[u8] {
        &self.0
    }
}

pub(crate) fn seal_bytes(key: &[u8; KEY_LENGTH], bound_to: &[u8], plain: Vec<u8>) -> Result<Vec<u8>, CryptoError> {
    let nonce = random::<NONCE_LENGTH>()?;
    let mut body = plain;
    cipher(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to), &mut body)
        .map_err(|_| CryptoError::Refused)?;
    Ok([nonce.as_slice(), &body].concat())
}

pub(crate) fn open_bytes(key: &[u8; KEY_LENGTH], bound_to: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE_LENGTH>().ok_or(CryptoError::DoesNotOpen)?;
    let mut body = body.to_vec();
    let plain = cipher(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound_to), &mut body)
        .map_err(|_| CryptoError::DoesNotOpen)?;
    Ok(plain.to_vec())
}

fn cipher(key: &[u8; KEY_LENGTH]) -> Result<LessSafeKey, CryptoError> {
    UnboundKey::new(&AES_256_GCM, key).map(LessSafeKey::new).map_err(|_| CryptoError::Refused)
}

/// Bytes that nobody can guess.
///
/// # Errors
/// When the system has no randomness to give.
pub fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| CryptoError::Refused)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; KEY_LENGTH] = [7; KEY_LENGTH];

    #[test]
    fn opens_to_what_was_sealed() {
        let sealed = Sealed::seal(1, &KEY, "consents.subject", &"199512345678".to_owned()).unwrap();
        assert_eq!(sealed.key_number(), Ok(1));
        assert_eq!(sealed.open(&KEY, "consents.subject"), Ok("199512345678".to_owned()));
        assert!(!String::from_utf8_lossy(sealed.as_column()).contains("1995"));
    }

    #[test]
    fn does_not_open_in_another_column_with_another_key_or_after_a_change() {
        let sealed = Sealed::seal(1, &KEY, "a", &"value".to_owned()).unwrap();
        assert_eq!(sealed.open(&KEY, "b"), Err(CryptoError::DoesNotOpen));
        assert_eq!(sealed.open(&[8; KEY_LENGTH], "a"), Err(CryptoError::DoesNotOpen));
        for at in 5..sealed.as_column().len() {
            let mut bytes = sealed.as_column().to_vec();
            bytes[at] ^= 1;
            assert_eq!(Sealed::<String>::from_column(bytes).open(&KEY, "a"), Err(CryptoError::DoesNotOpen));
        }
        assert_eq!(Sealed::<String>::from_column(vec![1, 0]).key_number(), Err(CryptoError::DoesNotOpen));
    }

    #[test]
    fn the_same_value_has_the_same_hash_under_the_same_key_only() {
        assert_eq!(LookupHash::of(&KEY, "x"), LookupHash::of(&KEY, "x"));
        assert_ne!(LookupHash::of(&KEY, "x"), LookupHash::of(&KEY, "y"));
        assert_ne!(LookupHash::of(&KEY, "x"), LookupHash::of(&[8; KEY_LENGTH], "x"));
    }
}
