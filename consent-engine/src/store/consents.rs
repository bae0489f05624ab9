//! Consents and their actions: the tables, and a consent with its history as it is read from them.
//!
//! INVARIANT: an action is never changed and never removed. The triggers say so to everybody who opens the database,
//! `INSERT OR REPLACE` included; a consent's own row is fixed from its first day too.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_store::{Keyring, Sealed, Step, StoreError};
use sqlx::{Row, any::AnyRow};
use uuid::Uuid;

use crate::{
    ledger::{Action, Consent, Entry, Illegal, fold},
    store::{corrupt, from_millis, kept::Key},
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

/// The column of what proves an action, as the keyring knows it.
pub(super) const EVIDENCE: &str = "consent_actions.evidence";

/// Consents with their histories; rows come by consent and number.
pub(super) const HISTORIES: &str = "SELECT c.id, c.application, c.purpose, c.subject_hash, c.created_at, \
                                    a.seq, a.at, a.trace_id, a.action, a.evidence \
                                    FROM consents c JOIN consent_actions a ON a.consent_id = c.id";

/// A consent as it is now.
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
    /// When its last action was written.
    pub changed_at: DateTime<Utc>,
    /// What its actions amount to.
    pub consent: Consent,
    pub(super) subject_hash: Vec<u8>,
}

/// A consent with all that happened to it.
#[derive(Debug, Clone)]
pub struct History {
    /// What it amounts to.
    pub recorded: Recorded,
    /// The actions, in their order.
    pub entries: Vec<Entry>,
}

impl Recorded {
    /// By what it is found.
    pub(super) fn key(&self) -> Key {
        (self.subject_hash.clone(), self.application.clone(), self.purpose.clone())
    }

    /// The consent of a row of `consents`, before its first action.
    pub(super) fn head(row: &AnyRow) -> Result<Self, StoreError> {
        let created_at = from_millis(row.try_get("created_at")?)?;
        Ok(Self {
            id: Uuid::parse_str(row.try_get("id")?).map_err(corrupt)?,
            application: ApplicationId::new(row.try_get::<String, _>("application")?),
            purpose: Purpose::new(row.try_get::<String, _>("purpose")?),
            created_at,
            changed_at: created_at,
            consent: Consent::default(),
            subject_hash: row.try_get("subject_hash")?,
        })
    }
}

impl History {
    /// Takes one action more in.
    ///
    /// # Errors
    /// When it is not possible; the history is then as it was.
    pub(crate) fn add(&mut self, entry: Entry) -> Result<(), Illegal> {
        self.recorded.consent.apply(&entry)?;
        self.recorded.changed_at = entry.at;
        self.entries.push(entry);
        Ok(())
    }

    /// `head` with these actions, in their order, folded.
    pub(super) fn of(head: Recorded, entries: Vec<Entry>) -> Result<Self, StoreError> {
        let illegal = |illegal| corrupt(format!("the history of consent {} is not one: {illegal}", head.id));
        let consent = fold(&entries).map_err(illegal)?;
        let changed_at = entries.last().map_or(head.created_at, |entry| entry.at);
        Ok(Self { recorded: Recorded { consent, changed_at, ..head }, entries })
    }

    /// The histories of rows as [`HISTORIES`] has them, each in the order of its numbers.
    pub(super) fn all(keys: &Keyring, rows: &[AnyRow]) -> Result<Vec<Self>, StoreError> {
        let mut all: BTreeMap<String, (Recorded, Vec<Entry>)> = BTreeMap::new();
        for row in rows {
            let (_, entries) = match all.entry(row.try_get("id")?) {
                std::collections::btree_map::Entry::Occupied(found) => found.into_mut(),
                std::collections::btree_map::Entry::Vacant(place) => place.insert((Recorded::head(row)?, Vec::new())),
            };
            entries.push(entry(keys, row)?);
        }
        all.into_values().map(|(head, entries)| Self::of(head, entries)).collect()
    }
}

pub(super) fn hash_of(keys: &Keyring, subject: &Subject) -> Vec<u8> {
    keys.hash(subject.expose()).as_column().to_vec()
}

/// The action of a row.
pub(super) fn entry(keys: &Keyring, row: &AnyRow) -> Result<Entry, StoreError> {
    let action: Action = serde_json::from_str(row.try_get("action")?).map_err(corrupt)?;
    let evidence: Option<Vec<u8>> = row.try_get("evidence")?;
    let evidence = evidence.map(|sealed| keys.unseal(EVIDENCE, &Sealed::from_column(sealed))).transpose()?;
    Ok(Entry {
        seq: u64::try_from(row.try_get::<i64, _>("seq")?).map_err(corrupt)?,
        at: from_millis(row.try_get("at")?)?,
        trace_id: TraceId::new(row.try_get::<String, _>("trace_id")?),
        action: action.proved(evidence),
    })
}
