//! What each consent is now, derived from its actions in the transaction that writes them: one row to read, whatever
//! happened before.
//!
//! INVARIANT: a row counts only when it is as new as the history and was folded by the rules of this program. Where it is
//! not (another version of the program has written, the rules have changed), the history is read and folded instead: the
//! table makes reading fast, and decides nothing.

use ndx_store::{Step, StoreError};
use sqlx::{AnyConnection, Row, any::AnyRow};
use uuid::Uuid;

use crate::{
    ledger::Consent,
    store::{Recorded, corrupt, from_millis, wire},
};

pub(super) const STEP: Step = Step { version: 5, name: "what each consent is now", sqlite: SQLITE, postgres: POSTGRES };

/// `status` and the ends are those after the last action, and not of the present: what has ended since is found by its end.
/// `lapses_at` is the first moment at which something ends by itself.
/// `derived` says by which rules the whole table was filled.
const SQLITE: &str = "\
CREATE TABLE current_consents (
    consent_id    TEXT PRIMARY KEY REFERENCES consents (id),
    rules         INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    status        TEXT NOT NULL,
    request_ends  INTEGER,
    sharing_ends  INTEGER,
    lapses_at     INTEGER,
    unexpected_at INTEGER,
    state         TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX current_consents_unexpected ON current_consents (unexpected_at) WHERE unexpected_at IS NOT NULL;
CREATE INDEX current_consents_lapse ON current_consents (lapses_at) WHERE lapses_at IS NOT NULL;
CREATE TABLE derived (
    name  TEXT PRIMARY KEY,
    rules INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
";

/// `ledger_time` is what decisions go by: processes may have clocks that differ, the database has one.
const POSTGRES: &str = "\
CREATE TABLE current_consents (
    consent_id    TEXT PRIMARY KEY REFERENCES consents (id),
    rules         BIGINT NOT NULL,
    version       BIGINT NOT NULL,
    changed_at    BIGINT NOT NULL,
    status        TEXT NOT NULL,
    request_ends  BIGINT,
    sharing_ends  BIGINT,
    lapses_at     BIGINT,
    unexpected_at BIGINT,
    state         TEXT NOT NULL
);
CREATE INDEX current_consents_unexpected ON current_consents (unexpected_at) WHERE unexpected_at IS NOT NULL;
CREATE INDEX current_consents_lapse ON current_consents (lapses_at) WHERE lapses_at IS NOT NULL;
CREATE TABLE derived (
    name  TEXT PRIMARY KEY,
    rules BIGINT NOT NULL
);
CREATE FUNCTION ledger_time() RETURNS BIGINT LANGUAGE sql VOLATILE AS
$$ SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::BIGINT $$;
";

/// The number of the rules by which this program folds. It goes up with every change of the fold, or of what
/// [`Consent`] holds.
pub(super) const RULES: i64 = 1;

/// Consents with their derived rows, and the number of the last action of each.
pub(super) const CURRENT: &str = "SELECT c.id, c.application, c.purpose, c.subject_hash, c.created_at, \
                                  k.rules, k.version, k.changed_at, k.state, \
                                  (SELECT max(a.seq) FROM consent_actions a WHERE a.consent_id = c.id) AS newest \
                                  FROM consents c LEFT JOIN current_consents k ON k.consent_id = c.id";

/// What a row as [`CURRENT`] has it tells.
pub(super) enum Told {
    /// The consent.
    Is(Box<Recorded>),
    /// That the history must be asked.
    Stale(Uuid),
    /// That nothing has happened to it yet.
    Nothing,
}

/// Reads a row as [`CURRENT`] has it.
pub(super) fn told(row: &AnyRow) -> Result<Told, StoreError> {
    let head = Recorded::head(row)?;
    let Some(newest) = row.try_get::<Option<i64>, _>("newest")? else { return Ok(Told::Nothing) };
    let (rules, version): (Option<i64>, Option<i64>) = (row.try_get("rules")?, row.try_get("version")?);
    if rules != Some(RULES) || version != Some(newest) {
        return Ok(Told::Stale(head.id));
    }
    // A row that cannot be read is as good as none.
    let Ok(consent) = serde_json::from_str::<Consent>(row.try_get("state")?) else { return Ok(Told::Stale(head.id)) };
    let changed_at = from_millis(row.try_get("changed_at")?)?;
    Ok(Told::Is(Box::new(Recorded { consent, changed_at, ..head })))
}

/// The derived row of a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Derived {
    rules: i64,
    version: i64,
    changed_at: i64,
    status: String,
    request_ends: Option<i64>,
    sharing_ends: Option<i64>,
    lapses_at: Option<i64>,
    unexpected_at: Option<i64>,
    state: String,
}

impl Derived {
    /// The row that `recorded` should have.
    pub(super) fn of(recorded: &Recorded) -> Result<Self, StoreError> {
        let consent = &recorded.consent;
        let sharing_ends = consent.shared.values().map(|share| share.until.timestamp_millis()).max();
        Ok(Self {
            rules: RULES,
            version: i64::try_from(consent.version).map_err(corrupt)?,
            changed_at: recorded.changed_at.timestamp_millis(),
            status: wire(&consent.status())?,
            request_ends: consent.request.as_ref().map(|request| request.expires_at.timestamp_millis()),
            sharing_ends,
            lapses_at: consent.lapses_at().map(|at| at.timestamp_millis()),
            unexpected_at: consent.unexpected.map(|at| at.timestamp_millis()),
            state: serde_json::to_string(consent).map_err(corrupt)?,
        })
    }

    /// The row that the consent `id` has.
    pub(super) async fn read(connection: &mut AnyConnection, id: Uuid) -> Result<Option<Self>, StoreError> {
        let row = sqlx::query("SELECT * FROM current_consents WHERE consent_id = $1")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await?;
        row.as_ref().map(Self::of_row).transpose()
    }

    /// The row as a `SELECT` of its columns gives it.
    pub(super) fn of_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            rules: row.try_get("rules")?,
            version: row.try_get("version")?,
            changed_at: row.try_get("changed_at")?,
            status: row.try_get("status")?,
            request_ends: row.try_get("request_ends")?,
            sharing_ends: row.try_get("sharing_ends")?,
            lapses_at: row.try_get("lapses_at")?,
            unexpected_at: row.try_get("unexpected_at")?,
            state: row.try_get("state")?,
        })
    }

    /// In what `self` differs from `other`: the names of the columns.
    pub(super) fn differs(&self, other: &Self) -> Vec<&'static str> {
        let columns = [
            ("rules", self.rules != other.rules),
            ("version", self.version != other.version),
            ("changed_at", self.changed_at != other.changed_at),
            ("status", self.status != other.status),
            ("request_ends", self.request_ends != other.request_ends),
            ("sharing_ends", self.sharing_ends != other.sharing_ends),
            ("lapses_at", self.lapses_at != other.lapses_at),
            ("unexpected_at", self.unexpected_at != other.unexpected_at),
            ("state", self.state != other.state),
        ];
        columns.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
    }

    /// Takes the row of the consent `id` away.
    pub(super) async fn remove(connection: &mut AnyConnection, id: Uuid) -> Result<(), StoreError> {
        let remove = sqlx::query("DELETE FROM current_consents WHERE consent_id = $1");
        remove.bind(id.to_string()).execute(connection).await?;
        Ok(())
    }

    /// Makes it the row of the consent `id`.
    pub(super) async fn put(self, connection: &mut AnyConnection, id: Uuid) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO current_consents (consent_id, rules, version, changed_at, status, request_ends, sharing_ends, \
             lapses_at, unexpected_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (consent_id) DO UPDATE SET rules = excluded.rules, version = excluded.version, \
             changed_at = excluded.changed_at, status = excluded.status, request_ends = excluded.request_ends, \
             sharing_ends = excluded.sharing_ends, lapses_at = excluded.lapses_at, \
             unexpected_at = excluded.unexpected_at, state = excluded.state",
        )
        .bind(id.to_string())
        .bind(self.rules)
        .bind(self.version)
        .bind(self.changed_at)
        .bind(self.status)
        .bind(self.request_ends)
        .bind(self.sharing_ends)
        .bind(self.lapses_at)
        .bind(self.unexpected_at)
        .bind(self.state)
        .execute(connection)
        .await?;
        Ok(())
    }
}
