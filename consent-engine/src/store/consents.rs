//! Consents and their actions.
//!
//! INVARIANT: an action is never changed and never removed. The triggers say so to everybody who opens the database,
//! `INSERT OR REPLACE` included; a consent's own row is fixed from its first day too.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_store::{Keyring, Sealed, Step, StoreError};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};
use uuid::Uuid;

use crate::{
    ledger::{Action, Consent, Entry, Event, fold},
    store::{
        ConsentStore, SqlStore, Writing, from_millis,
        kept::{Kept, Key},
        outbox::{self, Outbox},
    },
};

pub(super) const STEP: Step =
    Step { version: 2, name: "consents and their actions", sqlite: SQLITE, postgres: POSTGRES };

const SQLITE: &str = "\
CREATE TABLE consents (
    id           TEXT PRIMARY KEY,
    subject      BLOB NOT NULL,
    subject_hash BLOB NOT NULL,
    application  TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (subject_hash, application, purpose)
) STRICT;
CREATE TABLE consent_actions (
    consent_id TEXT NOT NULL REFERENCES consents (id),
    seq        INTEGER NOT NULL CHECK (seq > 0),
    at         INTEGER NOT NULL,
    trace_id   TEXT NOT NULL,
    action     TEXT NOT NULL CHECK (json_valid(action)),
    PRIMARY KEY (consent_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER consent_actions_are_not_changed BEFORE UPDATE ON consent_actions
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consent_actions_are_not_removed BEFORE DELETE ON consent_actions
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consent_actions_are_not_replaced BEFORE INSERT ON consent_actions
WHEN EXISTS (SELECT 1 FROM consent_actions WHERE consent_id = NEW.consent_id AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'actions are only ever added'); END;
CREATE TRIGGER consents_are_not_changed BEFORE UPDATE ON consents
BEGIN SELECT RAISE(ABORT, 'a consent is about one person, application and purpose'); END;
CREATE TRIGGER consents_are_not_removed BEFORE DELETE ON consents
BEGIN SELECT RAISE(ABORT, 'a consent is never removed'); END;
";

/// An update or removal is refused as a statement, whatever rows it would meet; so is emptying a table.
const POSTGRES: &str = "\
CREATE TABLE consents (
    id           TEXT PRIMARY KEY,
    subject      BYTEA NOT NULL,
    subject_hash BYTEA NOT NULL,
    application  TEXT NOT NULL,
    purpose      TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    UNIQUE (subject_hash, application, purpose)
);
CREATE TABLE consent_actions (
    consent_id TEXT NOT NULL REFERENCES consents (id),
    seq        BIGINT NOT NULL CHECK (seq > 0),
    at         BIGINT NOT NULL,
    trace_id   TEXT NOT NULL,
    action     TEXT NOT NULL CHECK (action::json IS NOT NULL),
    PRIMARY KEY (consent_id, seq)
);
CREATE FUNCTION only_ever_added() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'consents and their actions are only ever added'; END $$;
CREATE TRIGGER consent_actions_are_only_ever_added BEFORE UPDATE OR DELETE OR TRUNCATE ON consent_actions
FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added();
CREATE TRIGGER consents_are_only_ever_added BEFORE UPDATE OR DELETE OR TRUNCATE ON consents
FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added();
";

/// Actions that were written before have nothing that proves them.
pub(super) const PROOF_STEP: Step = Step {
    version: 4,
    name: "what proves an action",
    sqlite: "ALTER TABLE consent_actions ADD COLUMN evidence BLOB",
    postgres: "ALTER TABLE consent_actions ADD COLUMN evidence BYTEA",
};

/// The column of the sealed identifiers, as the keyring knows it.
const SUBJECT: &str = "consents.subject";
/// The column of what proves an action.
const EVIDENCE: &str = "consent_actions.evidence";

const SELECT: &str = "SELECT c.id, c.application, c.purpose, c.subject_hash, c.created_at, \
                      a.seq, a.at, a.trace_id, a.action, a.evidence \
                      FROM consents c JOIN consent_actions a ON a.consent_id = c.id";

/// So many consents are read by one statement.
const AT_ONCE: usize = 100;

/// A consent as it is kept.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// Its id.
    pub id: Uuid,
    /// Who asks.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// When it was first asked for.
    pub created_at: DateTime<Utc>,
    /// Its actions, in their order.
    pub entries: Vec<Entry>,
    /// What they amount to.
    pub consent: Consent,
    pub(super) subject_hash: Vec<u8>,
}

#[async_trait]
impl ConsentStore for SqlStore {
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Arc<Recorded>>, StoreError> {
        let hash = hash_of(&self.keys, subject);
        if let Some(known) = self.kept.as_ref().and_then(|kept| kept.find(&hash, application, purpose)) {
            return Ok(Some(known));
        }
        let look = self.kept.as_ref().map(Kept::look);
        let sql =
            format!("{SELECT} WHERE c.subject_hash = $1 AND c.application = $2 AND c.purpose = $3 ORDER BY a.seq");
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(hash)
            .bind(application.as_str())
            .bind(purpose.as_str())
            .fetch_all(self.database.reader())
            .await?;
        let found = recorded(&self.keys, rows)?.pop().map(Arc::new);
        if let (Some(look), Some(found)) = (look, &found) {
            look.found(found);
        }
        Ok(found)
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Vec<Arc<Recorded>>, StoreError> {
        let known = |id: &Uuid| self.kept.as_ref().and_then(|kept| kept.get(*id)).ok_or(*id);
        let (mut all, unknown) = (Vec::with_capacity(ids.len()), ids.iter().map(known));
        let mut to_read = Vec::new();
        for one in unknown {
            match one {
                Ok(known) => all.push(known),
                Err(id) => to_read.push(id),
            }
        }
        for ids in to_read.chunks(AT_ONCE) {
            let places = (1..=ids.len()).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
            let sql = format!("{SELECT} WHERE c.id IN ({places}) ORDER BY a.seq");
            let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.to_string()));
            all.extend(recorded(&self.keys, query.fetch_all(self.database.reader()).await?)?.into_iter().map(Arc::new));
        }
        Ok(all)
    }

    async fn all_of(&self, subject: &Subject) -> Result<Vec<Recorded>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!("{SELECT} WHERE c.subject_hash = $1 ORDER BY a.seq")))
            .bind(hash_of(&self.keys, subject))
            .fetch_all(self.database.reader())
            .await?;
        let mut all = recorded(&self.keys, rows)?;
        all.sort_by_key(|one| std::cmp::Reverse(one.entries.last().map(|entry| entry.at)));
        Ok(all)
    }

    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool {
        hash_of(&self.keys, subject) == recorded.subject_hash
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        let transaction = self.database.begin().await?;
        Ok(Box::new(SqlWriting {
            transaction,
            keys: self.keys.clone(),
            for_update: self.database.for_update(),
            outbox: self.outbox.clone(),
            kept: self.kept.clone(),
            held: Vec::new(),
        }))
    }

    fn outbox(&self) -> Outbox {
        self.outbox.clone()
    }

    fn keys(&self) -> &Keyring {
        &self.keys
    }

    async fn close(&self) {
        if let Some(kept) = &self.kept {
            kept.close();
        }
        self.database.close().await;
    }
}

struct SqlWriting {
    transaction: Transaction<'static, Any>,
    keys: Keyring,
    for_update: &'static str,
    outbox: Outbox,
    kept: Option<Kept>,
    /// The consents that were read here, and may be changed.
    held: Vec<(Uuid, Key)>,
}

#[async_trait]
impl Writing for SqlWriting {
    async fn hold(&mut self, id: Uuid) -> Result<Option<Recorded>, StoreError> {
        let sql = format!(
            "SELECT id, application, purpose, subject_hash, created_at FROM consents WHERE id = $1{}",
            self.for_update
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut *self.transaction).await?;
        self.with_actions(row).await
    }

    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
        at: DateTime<Utc>,
    ) -> Result<Recorded, StoreError> {
        if let Some(found) = self.hold_of(subject, application, purpose).await? {
            return Ok(found);
        }
        let sealed = self.keys.seal(SUBJECT, subject)?;
        // Somebody else may make it at the same time: whoever comes second waits here, and then finds it.
        sqlx::query(
            "INSERT INTO consents (id, subject, subject_hash, application, purpose, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject_hash, application, purpose) DO NOTHING",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(sealed.as_column().to_vec())
        .bind(hash_of(&self.keys, subject))
        .bind(application.as_str())
        .bind(purpose.as_str())
        .bind(at.timestamp_millis())
        .execute(&mut *self.transaction)
        .await?;
        let made = self.hold_of(subject, application, purpose).await?;
        made.ok_or_else(|| StoreError::Corrupt("a consent that was just made is not there".to_owned()))
    }

    async fn append(&mut self, consent: Uuid, entry: &Entry) -> Result<(), StoreError> {
        let action = serde_json::to_string(&entry.action).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let seq = i64::try_from(entry.seq).map_err(|error| StoreError::Corrupt(error.to_string()))?;
        let evidence = entry.action.evidence().map(|proof| self.keys.seal(EVIDENCE, &proof.to_owned())).transpose()?;
        sqlx::query(
            "INSERT INTO consent_actions (consent_id, seq, at, trace_id, action, evidence) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(consent.to_string())
        .bind(seq)
        .bind(entry.at.timestamp_millis())
        .bind(entry.trace_id.as_str())
        .bind(action)
        .bind(evidence.map(|sealed| sealed.as_column().to_vec()))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn announce(&mut self, event: &Event) -> Result<(), StoreError> {
        outbox::write(&mut self.transaction, event).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { transaction, outbox, kept, held, .. } = *self;
        let Some(kept) = kept else {
            transaction.commit().await?;
            outbox.ring();
            return Ok(());
        };
        // In a task of its own: whoever waits may give up, and the commit is made all the same, at a time of its own.
        let committed = tokio::spawn(async move {
            let _change = kept.change(held);
            let committed = transaction.commit().await;
            outbox.ring();
            committed
        });
        Ok(committed.await.map_err(|error| StoreError::Corrupt(error.to_string()))??)
    }
}

impl SqlWriting {
    async fn hold_of(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<Recorded>, StoreError> {
        let sql = format!(
            "SELECT id, application, purpose, subject_hash, created_at FROM consents \
             WHERE subject_hash = $1 AND application = $2 AND purpose = $3{}",
            self.for_update
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(hash_of(&self.keys, subject))
            .bind(application.as_str())
            .bind(purpose.as_str())
            .fetch_optional(&mut *self.transaction)
            .await?;
        self.with_actions(row).await
    }

    /// The actions of the consent whose row is held. They are read after the row, by a statement of their own: one
    /// that waits for a row sees the rest of the database as it was before it waited.
    async fn with_actions(&mut self, row: Option<AnyRow>) -> Result<Option<Recorded>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let mut recorded = head(&row)?;
        self.held.push((recorded.id, recorded.key()));
        let select =
            "SELECT seq, at, trace_id, action, evidence FROM consent_actions WHERE consent_id = $1 ORDER BY seq";
        let rows = sqlx::query(select).bind(recorded.id.to_string()).fetch_all(&mut *self.transaction).await?;
        recorded.entries = rows.iter().map(|row| entry(&self.keys, row)).collect::<Result<_, _>>()?;
        Ok(Some(recorded.folded()?))
    }
}

impl Recorded {
    /// By what it is found.
    pub(super) fn key(&self) -> Key {
        (self.subject_hash.clone(), self.application.clone(), self.purpose.clone())
    }

    fn folded(mut self) -> Result<Self, StoreError> {
        let id = self.id;
        let illegal = |illegal| StoreError::Corrupt(format!("the history of consent {id} is not one: {illegal}"));
        self.consent = fold(&self.entries).map_err(illegal)?;
        Ok(self)
    }
}

fn hash_of(keys: &Keyring, subject: &Subject) -> Vec<u8> {
    keys.hash(subject.expose()).as_column().to_vec()
}

/// Groups rows, which come in the order of their numbers, by consent, and folds each group.
fn recorded(keys: &Keyring, rows: Vec<AnyRow>) -> Result<Vec<Recorded>, StoreError> {
    let mut all: BTreeMap<String, Recorded> = BTreeMap::new();
    for row in rows {
        let one = match all.entry(row.try_get("id")?) {
            std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => place.insert(head(&row)?),
        };
        one.entries.push(entry(keys, &row)?);
    }
    all.into_values().map(Recorded::folded).collect()
}

/// The consent of a row, without its actions.
fn head(row: &AnyRow) -> Result<Recorded, StoreError> {
    let id = Uuid::parse_str(row.try_get("id")?).map_err(|error| StoreError::Corrupt(error.to_string()))?;
    Ok(Recorded {
        id,
        application: ApplicationId::new(row.try_get::<String, _>("application")?),
        purpose: Purpose::new(row.try_get::<String, _>("purpose")?),
        created_at: from_millis(row.try_get("created_at")?)?,
        entries: Vec::new(),
        consent: Consent::default(),
        subject_hash: row.try_get("subject_hash")?,
    })
}

fn entry(keys: &Keyring, row: &AnyRow) -> Result<Entry, StoreError> {
    let corrupt = |what: String| StoreError::Corrupt(what);
    let action: Action = serde_json::from_str(row.try_get("action")?).map_err(|error| corrupt(error.to_string()))?;
    let evidence: Option<Vec<u8>> = row.try_get("evidence")?;
    let evidence = evidence.map(|sealed| keys.unseal(EVIDENCE, &Sealed::from_column(sealed))).transpose()?;
    Ok(Entry {
        seq: u64::try_from(row.try_get::<i64, _>("seq")?).map_err(|error| corrupt(error.to_string()))?,
        at: from_millis(row.try_get("at")?)?,
        trace_id: TraceId::new(row.try_get::<String, _>("trace_id")?),
        action: action.proved(evidence),
    })
}
