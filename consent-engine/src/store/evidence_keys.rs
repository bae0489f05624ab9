//! The keys that sign what people decided. Public keys are kept for ever: what was signed with a key is verified with it,
//! years after another took its place. Of the private ones only the one in use is kept, sealed: nobody signs anew with a key
//! that was replaced.
//!
//! INVARIANT: a public key is never changed and never removed. It was in use from its own time until that of the next.

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ndx_receipt::{KeyError, KeySet, PublicKey, PublishedKey, SigningKey};
use ndx_store::{Keyring, Place, Sealed, Step, StoreError, connection::connect};
use sqlx::{Any, AnyConnection, Connection as _, Row, Transaction};

use crate::store::{EvidenceKeyStore, SqlStore, TABLES, from_millis};

pub(super) const STEP: Step =
    Step { version: 8, name: "keys that sign what was decided", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE evidence_keys (
    number    INTEGER PRIMARY KEY CHECK (number > 0),
    x         TEXT NOT NULL UNIQUE,
    used_from INTEGER NOT NULL
) STRICT;
CREATE TABLE evidence_private_keys (
    number INTEGER PRIMARY KEY REFERENCES evidence_keys (number),
    pkcs8  BLOB NOT NULL
) STRICT;
CREATE TRIGGER evidence_keys_are_not_changed BEFORE UPDATE ON evidence_keys
BEGIN SELECT RAISE(ABORT, 'public keys are only ever added'); END;
CREATE TRIGGER evidence_keys_are_not_removed BEFORE DELETE ON evidence_keys
BEGIN SELECT RAISE(ABORT, 'public keys are only ever added'); END;
CREATE TRIGGER evidence_keys_are_not_replaced BEFORE INSERT ON evidence_keys
WHEN EXISTS (SELECT 1 FROM evidence_keys WHERE number = NEW.number OR x = NEW.x)
BEGIN SELECT RAISE(ABORT, 'public keys are only ever added'); END;
";

const POSTGRES: &str = "\
CREATE TABLE evidence_keys (
    number    BIGINT PRIMARY KEY CHECK (number > 0),
    x         TEXT NOT NULL UNIQUE,
    used_from BIGINT NOT NULL
);
CREATE TABLE evidence_private_keys (
    number BIGINT PRIMARY KEY REFERENCES evidence_keys (number),
    pkcs8  BYTEA NOT NULL
);
CREATE FUNCTION public_keys_are_only_ever_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'public keys are only ever added'; END $$;
CREATE TRIGGER evidence_keys_are_only_ever_added BEFORE UPDATE OR DELETE OR TRUNCATE ON evidence_keys
FOR EACH STATEMENT EXECUTE FUNCTION public_keys_are_only_ever_added();
";

/// The column of the sealed private key, as the keyring knows it.
const PKCS8: &str = "evidence_private_keys.pkcs8";

const NEWEST: &str = "SELECT k.x, p.pkcs8 FROM evidence_keys k \
                      LEFT JOIN evidence_private_keys p ON p.number = k.number ORDER BY k.number DESC LIMIT 1";

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rotated {
    /// The key that does not sign any more; `None` when there was none.
    pub before: Option<PublicKey>,
    /// The key that signs from now on.
    pub now: PublicKey,
}

#[async_trait]
impl EvidenceKeyStore for SqlStore {
    async fn signing_key(&self, now: DateTime<Utc>) -> Result<SigningKey, StoreError> {
        let mut reader = self.database.reader().acquire().await?;
        if let Some(key) = newest(&mut reader, &self.keys).await? {
            return Ok(key);
        }
        drop(reader);
        // Whoever comes second waits for whoever came first, here or where the key is added, and then finds that key.
        let mut transaction = self.database.begin().await?;
        if let Some(key) = newest(&mut transaction, &self.keys).await? {
            return Ok(key);
        }
        add(&mut transaction, &self.keys, 1, &SigningKey::generate().map_err(corrupt)?, now).await?;
        let made = newest(&mut transaction, &self.keys).await?;
        transaction.commit().await?;
        made.ok_or_else(|| StoreError::Corrupt("a key that was just made is not there".to_owned()))
    }

    async fn published_keys(&self) -> Result<KeySet, StoreError> {
        let mut reader = self.database.reader().acquire().await?;
        published(&mut reader).await
    }
}

impl SqlStore {
    /// Lets a new key sign from now on, and destroys the private half of the one before it.
    ///
    /// # Errors
    /// When the database refuses, or somebody else does the same at the same moment.
    pub async fn rotate_evidence_key(&self, now: DateTime<Utc>) -> Result<Rotated, StoreError> {
        let mut transaction = self.database.begin().await?;
        let last = sqlx::query("SELECT number, x, used_from FROM evidence_keys ORDER BY number DESC LIMIT 1")
            .fetch_optional(&mut *transaction)
            .await?;
        let (number, before, since) = match &last {
            None => (0, None, now),
            Some(row) => {
                (row.try_get("number")?, Some(public(row.try_get("x")?)?), from_millis(row.try_get("used_from")?)?)
            }
        };
        let key = SigningKey::generate().map_err(corrupt)?;
        // A clock that was set back makes no key older than the one before it.
        if !add(&mut transaction, &self.keys, number + 1, &key, now.max(since)).await? {
            return Err(StoreError::Corrupt("another key was made at the same moment; look, and try again".to_owned()));
        }
        sqlx::query("DELETE FROM evidence_private_keys WHERE number <= $1")
            .bind(number)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Rotated { before, now: key.public().clone() })
    }
}

/// The public keys of the store at `place`, which need no other key to be read. The tables must be up to date already.
///
/// # Errors
/// When it cannot be reached.
pub async fn published_keys(place: &Place) -> Result<KeySet, StoreError> {
    let mut connection = connect(place, &TABLES).await?;
    let keys = published(&mut connection).await;
    connection.close().await?;
    keys
}

/// Adds a key, unless there is one of this number.
async fn add(
    transaction: &mut Transaction<'static, Any>,
    keys: &Keyring,
    number: i64,
    key: &SigningKey,
    used_from: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let added =
        sqlx::query("INSERT INTO evidence_keys (number, x, used_from) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(number)
            .bind(key.public().x())
            .bind(used_from.timestamp_millis())
            .execute(&mut **transaction)
            .await?
            .rows_affected();
    if added == 0 {
        return Ok(false);
    }
    let sealed = keys.seal(PKCS8, &STANDARD.encode(key.to_pkcs8()))?;
    sqlx::query("INSERT INTO evidence_private_keys (number, pkcs8) VALUES ($1, $2)")
        .bind(number)
        .bind(sealed.as_column().to_vec())
        .execute(&mut **transaction)
        .await?;
    Ok(true)
}

/// The key in use; `None` when none was made yet.
async fn newest(connection: &mut AnyConnection, keys: &Keyring) -> Result<Option<SigningKey>, StoreError> {
    let Some(row) = sqlx::query(NEWEST).fetch_optional(connection).await? else { return Ok(None) };
    let lost = || StoreError::Corrupt("the private key that signs what people decide is not there".to_owned());
    let sealed: Option<Vec<u8>> = row.try_get("pkcs8")?;
    let opened: String = keys.unseal(PKCS8, &Sealed::from_column(sealed.ok_or_else(lost)?))?;
    let pkcs8 = STANDARD.decode(opened).map_err(|_| lost())?;
    let key = SigningKey::from_pkcs8(pkcs8.into()).map_err(corrupt)?;
    // INVARIANT: what is signed is verified with the public key of the same number.
    if *key.public() != public(row.try_get("x")?)? {
        return Err(StoreError::Corrupt("a private key lies under another's number".to_owned()));
    }
    Ok(Some(key))
}

async fn published(connection: &mut AnyConnection) -> Result<KeySet, StoreError> {
    let rows = sqlx::query("SELECT x, used_from FROM evidence_keys ORDER BY number").fetch_all(connection).await?;
    let mut all: Vec<PublishedKey> = Vec::with_capacity(rows.len());
    for row in rows {
        let used_from = from_millis(row.try_get("used_from")?)?;
        if let Some(before) = all.last_mut() {
            before.used_until = Some(used_from);
        }
        all.push(PublishedKey { key: public(row.try_get("x")?)?, used_from: Some(used_from), used_until: None });
    }
    Ok(KeySet::new(all))
}

fn public(x: &str) -> Result<PublicKey, StoreError> {
    PublicKey::read(x).map_err(corrupt)
}

fn corrupt(error: KeyError) -> StoreError {
    StoreError::Corrupt(error.to_string())
}
