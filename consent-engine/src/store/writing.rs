//! A transaction that writes: a consent is held, an action is added, what follows from it is derived.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject};
use ndx_store::{Engine, Keyring, StoreError};
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};
use uuid::Uuid;

use crate::{
    ledger::{Entry, Event},
    store::{
        Asking, Before, Call, History, Recorded, Scope, SqlStore, Writing,
        consents::{EVIDENCE, entry, hash_of},
        corrupt,
        current_consents::Derived,
        from_millis,
        kept::Key,
        outbox,
    },
};

/// The column of the sealed identifiers, as the keyring knows it.
const SUBJECT: &str = "consents.subject";

pub(super) struct SqlWriting {
    store: SqlStore,
    pub(super) transaction: Transaction<'static, Any>,
    /// The consents that were read here, and may be changed.
    held: Vec<(Uuid, Key)>,
}

impl SqlWriting {
    pub(super) async fn begin(store: &SqlStore) -> Result<Self, StoreError> {
        Ok(Self { transaction: store.database.begin().await?, store: store.clone(), held: Vec::new() })
    }
}

#[async_trait]
impl Writing for SqlWriting {
    async fn now(&mut self) -> Result<DateTime<Utc>, StoreError> {
        match self.store.database.engine() {
            Engine::Sqlite => Ok(self.store.own_time()),
            Engine::Postgres => {
                let row = sqlx::query("SELECT ledger_time()").fetch_one(&mut *self.transaction).await?;
                from_millis(row.try_get(0)?)
            }
        }
    }

    async fn hold(&mut self, id: Uuid) -> Result<Option<History>, StoreError> {
        let sql = format!(
            "SELECT id, application, purpose, subject_hash, created_at FROM consents WHERE id = $1{}",
            self.store.database.for_update()
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(id.to_string()).fetch_optional(&mut *self.transaction).await?;
        self.with_actions(row).await
    }

    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<History, StoreError> {
        if let Some(found) = self.hold_of(subject, application, purpose).await? {
            return Ok(found);
        }
        let (keys, at) = (self.keys().clone(), self.now().await?);
        // Somebody else may make it at the same time: whoever comes second waits here, and then finds it.
        sqlx::query(
            "INSERT INTO consents (id, subject, subject_hash, application, purpose, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject_hash, application, purpose) DO NOTHING",
        )
        .bind(Uuid::new_v4().to_string())
        .bind(keys.seal(SUBJECT, subject)?.as_column().to_vec())
        .bind(hash_of(&keys, subject))
        .bind(application.as_str())
        .bind(purpose.as_str())
        .bind(at.timestamp_millis())
        .execute(&mut *self.transaction)
        .await?;
        let made = self.hold_of(subject, application, purpose).await?;
        made.ok_or_else(|| corrupt("a consent that was just made is not there"))
    }

    async fn append(&mut self, recorded: &Recorded, entries: &[Entry]) -> Result<(), StoreError> {
        for entry in entries {
            self.append_one(recorded.id, entry).await?;
        }
        Derived::of(recorded)?.put(&mut self.transaction, recorded.id).await
    }

    async fn announce(&mut self, event: &Event) -> Result<(), StoreError> {
        outbox::write(&mut self.transaction, event).await
    }

    async fn before(&mut self, call: &Call) -> Result<Before, StoreError> {
        let now = self.now().await?;
        call.before(&mut self.transaction, now).await
    }

    async fn keep(&mut self, call: &Call, answer: &str) -> Result<Before, StoreError> {
        let now = self.now().await?;
        call.keep(&mut self.transaction, answer, now).await
    }

    async fn count(&mut self, asking: &Asking, scope: Scope) -> Result<u64, StoreError> {
        let now = self.now().await?;
        asking.count(&mut self.transaction, scope, now).await
    }

    async fn waiting(&mut self, asking: &Asking) -> Result<u64, StoreError> {
        let now = self.now().await?;
        asking.waiting(&mut self.transaction, now).await
    }

    async fn is_blocked(&mut self, asking: &Asking) -> Result<bool, StoreError> {
        asking.is_blocked(&mut self.transaction).await
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { transaction, store: SqlStore { kept, outbox, .. }, held } = *self;
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
        Ok(committed.await.map_err(corrupt)??)
    }
}

impl SqlWriting {
    fn keys(&self) -> &Keyring {
        &self.store.keys
    }

    async fn append_one(&mut self, consent: Uuid, entry: &Entry) -> Result<(), StoreError> {
        let action = serde_json::to_string(&entry.action).map_err(corrupt)?;
        let seq = i64::try_from(entry.seq).map_err(corrupt)?;
        let proof = entry.action.evidence().map(|proof| self.keys().seal(EVIDENCE, &proof.to_owned())).transpose()?;
        sqlx::query(
            "INSERT INTO consent_actions (consent_id, seq, at, trace_id, action, evidence) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(consent.to_string())
        .bind(seq)
        .bind(entry.at.timestamp_millis())
        .bind(entry.trace_id.as_str())
        .bind(action)
        .bind(proof.map(|sealed| sealed.as_column().to_vec()))
        .execute(&mut *self.transaction)
        .await?;
        Ok(())
    }

    async fn hold_of(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Option<History>, StoreError> {
        let sql = format!(
            "SELECT id, application, purpose, subject_hash, created_at FROM consents \
             WHERE subject_hash = $1 AND application = $2 AND purpose = $3{}",
            self.store.database.for_update()
        );
        let row = sqlx::query(AssertSqlSafe(sql))
            .bind(hash_of(self.keys(), subject))
            .bind(application.as_str())
            .bind(purpose.as_str())
            .fetch_optional(&mut *self.transaction)
            .await?;
        self.with_actions(row).await
    }

    /// The consent whose row is held, folded from its actions: what is decided on is the history, never what was derived
    /// from it. They are read after the row, by a statement of their own: one that waits for a row sees the rest of the
    /// database as it was before it waited.
    async fn with_actions(&mut self, row: Option<AnyRow>) -> Result<Option<History>, StoreError> {
        let Some(row) = row else { return Ok(None) };
        let head = Recorded::head(&row)?;
        self.held.push((head.id, head.key()));
        let select =
            "SELECT seq, at, trace_id, action, evidence FROM consent_actions WHERE consent_id = $1 ORDER BY seq";
        let rows = sqlx::query(select).bind(head.id.to_string()).fetch_all(&mut *self.transaction).await?;
        let entries = rows.iter().map(|row| entry(self.keys(), row)).collect::<Result<_, _>>()?;
        Ok(Some(History::of(head, entries)?))
    }
}
