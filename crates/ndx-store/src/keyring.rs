//! The data keys of one store.
//!
//! Each purpose (sealing, hashing) has a key of its own, made at random when the store is first opened and kept in the
//! store's `data_keys` table, wrapped by the root key. [`FIRST_STEP`] is the first step of such a store.

use std::collections::BTreeMap;

use serde::{Serialize, de::DeserializeOwned};
use sqlx::{Connection as _, Row};
use zeroize::Zeroizing;

use crate::{
    Place, RootKey, Step, Tables,
    connection::connect,
    database::Database,
    error::StoreError,
    migrate::version,
    sealed::{CryptoError, KEY_LENGTH, LookupHash, Sealed, open_bytes, random, seal_bytes},
};

/// The first step of every store that has keys: the table of wrapped keys.
pub const FIRST_STEP: Step = Step {
    version: 1,
    name: "data keys",
    sqlite: "\
CREATE TABLE data_keys (
    number  INTEGER PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('seal', 'hash')),
    wrapped BLOB NOT NULL
) STRICT",
    postgres: "\
CREATE TABLE data_keys (
    number  BIGINT PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('seal', 'hash')),
    wrapped BYTEA NOT NULL
)",
};

const SEAL: &str = "seal";
const HASH: &str = "hash";

/// The opened keys of a store.
#[derive(Clone)]
pub struct Keyring {
    sealing: BTreeMap<u32, Zeroizing<[u8; KEY_LENGTH]>>,
    newest: u32,
    hashing: Zeroizing<[u8; KEY_LENGTH]>,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} sealing keys)", self.sealing.len())
    }
}

/// Whether the store of `tables` at `place` keeps keys already, wrapped by some root key.
///
/// # Errors
/// When it cannot be reached.
pub async fn is_kept(place: &Place, tables: &Tables) -> Result<bool, StoreError> {
    if version(place, tables).await? == 0 {
        return Ok(false);
    }
    let mut connection = connect(place, tables).await?;
    let kept: i64 = sqlx::query("SELECT count(*) FROM data_keys").fetch_one(&mut connection).await?.try_get(0)?;
    connection.close().await?;
    Ok(kept > 0)
}

impl Keyring {
    /// Opens the store's keys with `root`, making them when the store is new.
    ///
    /// # Errors
    /// When `root` is not the key that wrapped them, or the store cannot be read or written.
    pub async fn open(database: &Database, root: &RootKey) -> Result<Self, StoreError> {
        let mut transaction = database.begin_alone("data_keys").await?;
        let mut rows = sqlx::query("SELECT number, purpose, wrapped FROM data_keys ORDER BY number")
            .fetch_all(&mut *transaction)
            .await?;
        if rows.is_empty() {
            for (number, purpose) in [(1_u32, HASH), (2, SEAL)] {
                let wrapped =
                    seal_bytes(root.bytes(), bound_to(number, purpose).as_bytes(), random::<KEY_LENGTH>()?.to_vec())?;
                sqlx::query("INSERT INTO data_keys (number, purpose, wrapped) VALUES ($1, $2, $3)")
                    .bind(i64::from(number))
                    .bind(purpose)
                    .bind(wrapped)
                    .execute(&mut *transaction)
                    .await?;
            }
            rows = sqlx::query("SELECT number, purpose, wrapped FROM data_keys ORDER BY number")
                .fetch_all(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;

        let mut sealing = BTreeMap::new();
        let mut hashing = None;
        for row in rows {
            let (number, purpose): (i64, String) = (row.try_get("number")?, row.try_get("purpose")?);
            let number = u32::try_from(number).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            let wrapped: Vec<u8> = row.try_get("wrapped")?;
            let opened = Zeroizing::new(open_bytes(root.bytes(), bound_to(number, &purpose).as_bytes(), &wrapped)?);
            let key = <[u8; KEY_LENGTH]>::try_from(opened.as_slice()).map_err(|_| CryptoError::DoesNotOpen)?;
            match purpose.as_str() {
                HASH => hashing = Some(Zeroizing::new(key)),
                _ => drop(sealing.insert(number, Zeroizing::new(key))),
            }
        }
        let newest = sealing.keys().next_back().copied();
        let (Some(newest), Some(hashing)) = (newest, hashing) else {
            return Err(StoreError::Corrupt("the table `data_keys` lacks a key".to_owned()));
        };
        Ok(Self { sealing, newest, hashing })
    }

    /// Seals `value` for `column` (`table.column`).
    ///
    /// # Errors
    /// When the library refuses.
    pub fn seal<T: Serialize + DeserializeOwned>(&self, column: &str, value: &T) -> Result<Sealed<T>, CryptoError> {
        let key = self.sealing.get(&self.newest).ok_or(CryptoError::UnknownKey(self.newest))?;
        Sealed::seal(self.newest, key, column, value)
    }

    /// Opens what was read from `column`.
    ///
    /// # Errors
    /// When it was changed, or sealed for another column or by another store.
    pub fn unseal<T: Serialize + DeserializeOwned>(&self, column: &str, sealed: &Sealed<T>) -> Result<T, CryptoError> {
        let number = sealed.key_number()?;
        let key = self.sealing.get(&number).ok_or(CryptoError::UnknownKey(number))?;
        sealed.open(key, column)
    }

    /// The hash by which `value` is found in this store.
    pub fn hash(&self, value: &str) -> LookupHash {
        LookupHash::of(&self.hashing, value)
    }
}

fn bound_to(number: u32, purpose: &str) -> String {
    format!("data_keys/{number}/{purpose}")
}
