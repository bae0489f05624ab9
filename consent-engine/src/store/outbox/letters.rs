//! What an operator sees of the outbox.

use chrono::{DateTime, Utc};
use ndx_contracts::ApplicationId;
use ndx_store::StoreError;
use sqlx::{AssertSqlSafe, Row, any::AnyRow};
use uuid::Uuid;

use super::{LetterState, Outbox};
use crate::{ledger::Event, store::from_millis};

const COLUMNS: &str = "body, state, tries, due_at, taken_by, settled_at, failure, \
                       (SELECT count(*) FROM outbox_decisions d WHERE d.event_id = id AND d.decision = 'replayed') AS replays";

/// An event, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is told.
    pub event: Event,
    /// The bytes that are sent, each time the same.
    pub body: String,
    /// What became of it.
    pub state: LetterState,
    /// How often it was sent, or was about to be.
    pub tries: u32,
    /// When it is sent next, while it is pending; if it is taken, when it is taken anew, should nothing be heard.
    pub due_at: DateTime<Utc>,
    /// Whether a worker is sending it.
    pub is_taken: bool,
    /// When it was delivered, became a dead letter, or was dropped.
    pub settled_at: Option<DateTime<Utc>>,
    /// Why it was not delivered when it was sent last.
    pub failure: Option<String>,
    /// How often an operator had it sent again.
    pub replays: u32,
}

/// Which events are looked at.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// Those in one of these states; in any, when there are none.
    pub states: Vec<LetterState>,
    /// Those of this application.
    pub application: Option<ApplicationId>,
}

impl Outbox {
    /// At most `most` of the events that are chosen, those that happened last first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list(&self, chosen: &Chosen, most: u32) -> Result<Vec<Letter>, StoreError> {
        let mut conditions = vec!["$1 = ''".to_owned()];
        if chosen.application.is_some() {
            conditions = vec!["application = $1".to_owned()];
        }
        if !chosen.states.is_empty() {
            let states = chosen.states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>();
            conditions.push(format!("state IN ({})", states.join(", ")));
        }
        let conditions = conditions.join(" AND ");
        let select =
            format!("SELECT {COLUMNS} FROM outbox_events WHERE {conditions} ORDER BY at DESC, version DESC LIMIT $2");
        let application = chosen.application.as_ref().map_or("", ApplicationId::as_str);
        let rows = sqlx::query(AssertSqlSafe(select))
            .bind(application)
            .bind(i64::from(most))
            .fetch_all(self.database.reader())
            .await?;
        rows.iter().map(letter).collect()
    }

    /// The event with this id.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn find(&self, id: Uuid) -> Result<Option<Letter>, StoreError> {
        let select = format!("SELECT {COLUMNS} FROM outbox_events WHERE id = $1");
        let row =
            sqlx::query(AssertSqlSafe(select)).bind(id.to_string()).fetch_optional(self.database.reader()).await?;
        row.as_ref().map(letter).transpose()
    }

    /// How many events are in this state.
    ///
    /// # Errors
    /// When they cannot be counted.
    pub async fn count(&self, state: LetterState) -> Result<u64, StoreError> {
        let select = "SELECT count(*) FROM outbox_events WHERE state = $1";
        let row = sqlx::query(select).bind(state.as_str()).fetch_one(self.database.reader()).await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }
}

fn letter(row: &AnyRow) -> Result<Letter, StoreError> {
    let corrupt = |what: String| StoreError::Corrupt(what);
    let body: String = row.try_get("body")?;
    let state: String = row.try_get("state")?;
    Ok(Letter {
        event: serde_json::from_str(&body).map_err(|error| corrupt(error.to_string()))?,
        body,
        state: LetterState::read(&state).ok_or_else(|| corrupt(format!("an event is `{state}`")))?,
        tries: u32::try_from(row.try_get::<i64, _>("tries")?).map_err(|error| corrupt(error.to_string()))?,
        due_at: from_millis(row.try_get("due_at")?)?,
        is_taken: row.try_get::<Option<String>, _>("taken_by")?.is_some(),
        settled_at: row.try_get::<Option<i64>, _>("settled_at")?.map(from_millis).transpose()?,
        failure: row.try_get("failure")?,
        replays: u32::try_from(row.try_get::<i64, _>("replays")?).map_err(|error| corrupt(error.to_string()))?,
    })
}
