//! Reading consents: from the derived rows, and from the histories where those do not say.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, SubsecRound, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_store::{Engine, Keyring, StoreError};
use sqlx::{
    Any, AssertSqlSafe, Row,
    any::{AnyArguments, AnyRow},
    query::Query,
};
use uuid::Uuid;

use crate::store::{
    Asking, Before, Block, Call, ConsentStore, Found, History, Lapsed, Outbox, Recorded, Scope, SqlStore, Writing,
    consents::{HISTORIES, hash_of},
    corrupt,
    current_consents::{CURRENT, Told, told},
    from_millis,
    kept::Kept,
    writing::SqlWriting,
};

/// So many consents are read by one statement.
pub(super) const AT_ONCE: usize = 100;

/// The consent of a person, an application and a purpose.
const ONE_OF_A_PERSON: &str = "c.subject_hash = $1 AND c.application = $2 AND c.purpose = $3";

/// The statement by which PostgreSQL finds what a person shares with an application for a purpose: `$1` is the hash of the
/// person. For whoever wants to see its plan.
pub fn finding() -> String {
    statement(Engine::Postgres, ONE_OF_A_PERSON)
}

/// Reads the consents for which `condition` holds, and on PostgreSQL the ledger's time.
fn statement(engine: Engine, condition: &str) -> String {
    let time = match engine {
        Engine::Sqlite => "",
        Engine::Postgres => ", ledger_time() AS time",
    };
    format!("SELECT found.*{time} FROM ({CURRENT} WHERE {condition}) found")
}

#[async_trait]
impl ConsentStore for SqlStore {
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Found<Option<Arc<Recorded>>>, StoreError> {
        let hash = hash_of(&self.keys, subject);
        if let Some(known) = self.kept.as_ref().and_then(|kept| kept.find(&hash, application, purpose)) {
            return Ok(Found { what: Some(known), at: self.own_time() });
        }
        let look = self.kept.as_ref().map(Kept::look);
        let bind =
            |query: Bound| query.bind(hash).bind(application.as_str().to_owned()).bind(purpose.as_str().to_owned());
        let Found { mut what, at } = self.read(ONE_OF_A_PERSON, bind).await?;
        let found = what.pop().map(Arc::new);
        if let (Some(look), Some(found)) = (look, &found) {
            look.found(found);
        }
        Ok(Found { what: found, at })
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Found<Vec<Arc<Recorded>>>, StoreError> {
        let known = |id: &Uuid| self.kept.as_ref().and_then(|kept| kept.get(*id)).ok_or(*id);
        let (mut all, unknown) = (Vec::with_capacity(ids.len()), ids.iter().map(known));
        let mut to_read = Vec::new();
        for one in unknown {
            match one {
                Ok(known) => all.push(known),
                Err(id) => to_read.push(id),
            }
        }
        let mut time = None;
        for ids in to_read.chunks(AT_ONCE) {
            let bind = |query: Bound| ids.iter().fold(query, |query, id| query.bind(id.to_string()));
            let Found { what, at } = self.read(&one_of("c.id", ids.len()), bind).await?;
            all.extend(what.into_iter().map(Arc::new));
            // What ended while we read has ended.
            time = time.max(Some(at));
        }
        Ok(Found { what: all, at: time.unwrap_or_else(|| self.own_time()) })
    }

    async fn all_of(&self, subject: &Subject) -> Result<Found<Vec<Recorded>>, StoreError> {
        let hash = hash_of(&self.keys, subject);
        let mut found = self.read("c.subject_hash = $1", |query: Bound| query.bind(hash)).await?;
        found.what.sort_by_key(|one| std::cmp::Reverse(one.changed_at));
        Ok(found)
    }

    async fn history(&self, id: Uuid) -> Result<Option<History>, StoreError> {
        Ok(self.histories(&[id]).await?.pop())
    }

    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool {
        hash_of(&self.keys, subject) == recorded.subject_hash
    }

    fn call(&self, subject: &Subject, key: &str, what: &str) -> Call {
        Call::new(&self.keys, subject, key, what)
    }

    async fn before(&self, call: &Call) -> Result<Before, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        call.before(&mut connection, self.own_time()).await
    }

    async fn warns(&self, asking: &Asking, scope: Scope) -> Result<bool, StoreError> {
        asking.warns(self, scope, self.own_time()).await
    }

    async fn set_block(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        blocked: bool,
        trace_id: &TraceId,
    ) -> Result<bool, StoreError> {
        self.write_block(subject, application, blocked, trace_id).await
    }

    async fn blocks_of(&self, subject: &Subject) -> Result<Vec<Block>, StoreError> {
        self.blocks(subject).await
    }

    async fn lapsed(&self, after: Option<Lapsed>, most: u32) -> Result<Vec<Lapsed>, StoreError> {
        self.lapsed_by_now(after, most).await
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        Ok(Box::new(SqlWriting::begin(self).await?))
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

type Bound = Query<'static, Any, AnyArguments>;

impl SqlStore {
    /// The consents for which `condition` holds, as they are now.
    async fn read(
        &self,
        condition: &str,
        bind: impl FnOnce(Bound) -> Bound + Send,
    ) -> Result<Found<Vec<Recorded>>, StoreError> {
        let sql = statement(self.database.engine(), condition);
        let rows = bind(sqlx::query(AssertSqlSafe(sql))).fetch_all(self.database.reader()).await?;
        let at = match (self.database.engine(), rows.first()) {
            (Engine::Postgres, Some(row)) => from_millis(row.try_get("time")?)?,
            _ => self.own_time(),
        };
        let (mut all, mut stale) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            match told(row)? {
                Told::Is(recorded) => all.push(*recorded),
                Told::Stale(id) => stale.push(id),
                Told::Nothing => {}
            }
        }
        for ids in stale.chunks(AT_ONCE) {
            all.extend(self.histories(ids).await?.into_iter().map(|history| history.recorded));
        }
        Ok(Found { what: all, at })
    }

    /// The consents with these ids, with all that happened to them.
    pub(super) async fn histories(&self, ids: &[Uuid]) -> Result<Vec<History>, StoreError> {
        let sql = format!("{HISTORIES} WHERE {} ORDER BY a.seq", one_of("c.id", ids.len()));
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.to_string()));
        let rows: Vec<AnyRow> = query.fetch_all(self.database.reader()).await?;
        History::all(&self.keys, &rows)
    }

    /// The next `most` consents after `after`, in the order of their ids: the last of them, and the histories of those that have
    /// one. `None` when there are no more.
    pub(crate) async fn histories_after(
        &self,
        after: Option<Uuid>,
        most: u32,
    ) -> Result<Option<(Uuid, Vec<History>)>, StoreError> {
        let rows = sqlx::query("SELECT id FROM consents WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(i64::from(most))
            .fetch_all(self.database.reader())
            .await?;
        let id = |row: &AnyRow| Uuid::parse_str(row.try_get("id")?).map_err(corrupt);
        let ids = rows.iter().map(id).collect::<Result<Vec<_>, StoreError>>()?;
        let Some(last) = ids.last() else { return Ok(None) };
        Ok(Some((*last, self.histories(&ids).await?)))
    }

    /// The time of this process, as fine as the ledger keeps it.
    pub(super) fn own_time(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(3)
    }
}

/// `column` is one of so many values.
pub(super) fn one_of(column: &str, number: usize) -> String {
    let places = (1..=number).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ");
    format!("{column} IN ({places})")
}
