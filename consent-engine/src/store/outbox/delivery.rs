//! What workers take from the outbox, and what became of it.

use chrono::{DateTime, Utc};
use ndx_contracts::ApplicationId;
use ndx_store::{Engine, StoreError};
use sqlx::{AssertSqlSafe, Row};
use uuid::Uuid;

use super::Outbox;

/// Whose events are due.
const WAITING: &str = "SELECT DISTINCT application FROM outbox_events WHERE state = 'pending' AND due_at <= $1";

/// What is due of an application, of each consent the first that waits.
const FIRST_OF_EACH: &str = "\
SELECT e.id, e.body, e.tries FROM outbox_events e \
WHERE e.state = 'pending' AND e.application = $1 AND e.due_at <= $2 AND NOT EXISTS \
(SELECT 1 FROM outbox_events b WHERE b.consent_id = e.consent_id AND b.version < e.version AND b.state = 'pending') \
ORDER BY e.due_at, e.at LIMIT $3";

/// An event that one worker sends.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its id.
    pub id: Uuid,
    /// What is sent.
    pub body: String,
    /// Which try this is, from 1.
    pub tries: u32,
    /// By which the worker is known.
    token: String,
}

/// What becomes of an event that was sent in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is sent again, not before this time.
    At(DateTime<Utc>),
    /// It was the last time.
    Dead,
}

impl Outbox {
    /// The applications for which something is due.
    pub(crate) async fn waiting(&self, now: DateTime<Utc>) -> Result<Vec<ApplicationId>, StoreError> {
        let rows = sqlx::query(WAITING).bind(now.timestamp_millis()).fetch_all(self.database.reader()).await?;
        rows.iter().map(|row| Ok(ApplicationId::new(row.try_get::<String, _>(0)?))).collect()
    }

    /// Takes at most `most` events of `application` that are due, for a worker that has until `until` to say what became of
    /// them. Of each consent it takes the first that waits, and none while that one is taken.
    pub(crate) async fn take(
        &self,
        application: &ApplicationId,
        most: usize,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<Taken>, StoreError> {
        let mut transaction = self.database.begin().await?;
        // On a server another worker may look at the same time: what it has taken is passed over.
        let lock = match self.database.for_update() {
            "" => String::new(),
            lock => format!("{lock} OF e SKIP LOCKED"),
        };
        let rows = sqlx::query(AssertSqlSafe(format!("{FIRST_OF_EACH}{lock}")))
            .bind(application.as_str())
            .bind(now.timestamp_millis())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&mut *transaction)
            .await?;
        let token = Uuid::new_v4().to_string();
        let mut taken = Vec::with_capacity(rows.len());
        for row in rows {
            let (id, tries): (String, i64) = (row.try_get("id")?, row.try_get("tries")?);
            sqlx::query("UPDATE outbox_events SET tries = $2, due_at = $3, taken_by = $4 WHERE id = $1")
                .bind(id.as_str())
                .bind(tries + 1)
                .bind(until.timestamp_millis())
                .bind(token.as_str())
                .execute(&mut *transaction)
                .await?;
            let tries = u32::try_from(tries + 1).unwrap_or(u32::MAX);
            taken.push(Taken {
                id: id.parse().map_err(|error: uuid::Error| StoreError::Corrupt(error.to_string()))?,
                body: row.try_get("body")?,
                tries,
                token: token.clone(),
            });
        }
        transaction.commit().await?;
        Ok(taken)
    }

    /// Notes that the receiver has it. That counts whoever else has taken it meanwhile.
    pub(crate) async fn delivered(&self, taken: &Taken, now: DateTime<Utc>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE outbox_events SET state = 'delivered', settled_at = $2, taken_by = NULL, failure = NULL \
             WHERE id = $1 AND state <> 'delivered'",
        )
        .bind(taken.id.to_string())
        .bind(now.timestamp_millis())
        .execute(self.database.writer())
        .await?;
        Ok(())
    }

    /// Notes why it was not delivered, and what becomes of it; nothing when somebody else has taken it meanwhile.
    pub(crate) async fn failed(
        &self,
        taken: &Taken,
        failure: &str,
        next: Next,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (state, due_at, settled_at) = match next {
            Next::At(time) => ("pending", time, None),
            Next::Dead => ("dead", now, Some(now.timestamp_millis())),
        };
        sqlx::query(
            "UPDATE outbox_events SET state = $3, due_at = $4, settled_at = $5, failure = $6, taken_by = NULL \
             WHERE id = $1 AND state = 'pending' AND taken_by = $2",
        )
        .bind(taken.id.to_string())
        .bind(taken.token.as_str())
        .bind(state)
        .bind(due_at.timestamp_millis())
        .bind(settled_at)
        .bind(failure)
        .execute(self.database.writer())
        .await?;
        Ok(())
    }

    /// Makes due what waits because `application` could not be reached, which it can be again.
    pub(crate) async fn reachable_again(
        &self,
        application: &ApplicationId,
        failures: &[&str],
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let places = (3..failures.len() + 3).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
        let update = format!(
            "UPDATE outbox_events SET due_at = $2 WHERE application = $1 AND state = 'pending' AND due_at > $2 \
             AND taken_by IS NULL AND failure IN ({places})"
        );
        let query = sqlx::query(AssertSqlSafe(update)).bind(application.as_str()).bind(now.timestamp_millis());
        let query = failures.iter().fold(query, |query, failure| query.bind((*failure).to_owned()));
        query.execute(self.database.writer()).await?;
        Ok(())
    }

    /// Gives back what a process before this one had taken, where there can be no other: on files.
    pub(crate) async fn give_back(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        if self.database.engine() == Engine::Sqlite {
            sqlx::query("UPDATE outbox_events SET due_at = $1, taken_by = NULL WHERE taken_by IS NOT NULL")
                .bind(now.timestamp_millis())
                .execute(self.database.writer())
                .await?;
        }
        Ok(())
    }

    /// Forgets at most `most` events that were delivered before `before`; says how many.
    pub(crate) async fn forget(&self, before: DateTime<Utc>, most: u32) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM outbox_events WHERE id IN (SELECT id FROM outbox_events \
             WHERE state = 'delivered' AND settled_at < $1 ORDER BY settled_at LIMIT $2)",
        )
        .bind(before.timestamp_millis())
        .bind(i64::from(most))
        .execute(self.database.writer())
        .await?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::by_index::ledger_of;

    /// What every process asks every second finds its few rows among many by index.
    #[tokio::test]
    async fn what_is_due_is_found_by_index() {
        let (_database, store) = ledger_of(20_000).await;
        let plan = async |sql: &str| {
            let explain = sqlx::query(AssertSqlSafe(format!("EXPLAIN {sql}")));
            let explain =
                if sql == WAITING { explain.bind(7_i64) } else { explain.bind("app").bind(7_i64).bind(4_i64) };
            let rows = explain.fetch_all(store.database.reader()).await.unwrap();
            rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
        };
        for sql in [WAITING, FIRST_OF_EACH] {
            let plan = plan(sql).await;
            assert!(plan.contains("outbox_events_due") && !plan.contains("Seq Scan"), "{plan}");
        }
    }
}
