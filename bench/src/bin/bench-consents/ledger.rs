//! The ledger that is measured.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use bench::people;
use chrono::TimeDelta;
use consent_engine::{Config, Decision, Engine, store::finding};
use ndx_clock::SystemClock;
use ndx_contracts::{
    FieldRef, Need, Subject, TraceId,
    consent::{ConsentEngine as _, ConsentRequirement, RequiredField},
};
use ndx_store::{Place, PostgresDatabase, RootKey};
use ndx_test_postgres::TestDatabase;
use tempfile::TempDir;

const APPLICATION: &str = "passport-app";
const PURPOSE: &str = "passport-application";

/// A ledger on a database of its own, with people who said yes.
pub struct Ledger {
    pub engine: Arc<Engine>,
    pub people: u32,
    database: TestDatabase,
    _folder: TempDir,
}

impl Ledger {
    /// One in which so many people said yes.
    pub async fn of(config: &Path, people: u32) -> anyhow::Result<Self> {
        let (database, folder) = (TestDatabase::new(), tempfile::tempdir()?);
        let exchange = ndx_config::load(config, |text| text).map_err(|error| anyhow::anyhow!("{error}"))?;
        let place = Place::Postgres(PostgresDatabase::new(database.url(), None));
        let root_key = RootKey::read_or_make(&folder.path().join("root.key"))?;
        let engine = Engine::open(Config::of(&exchange)?, &place, &root_key, SystemClock::shared()).await?;
        let ledger = Self { engine, people, database, _folder: folder };
        for person in 0..people {
            let question = ledger.question(person);
            let asked = ledger.engine.require(&question).await?;
            let yes = Decision::Share { optional: Vec::new(), length: TimeDelta::days(7) };
            let (id, version) = (asked.consent_id, asked.version);
            let current = ledger.engine.current();
            current.decide(&question.subject, id, version, yes, None, &question.trace_id).await.context("a yes")?;
        }
        Ok(ledger)
    }

    /// What the passport application wants to know of this person.
    pub fn question(&self, person: u32) -> ConsentRequirement {
        let needed = |(schema, name): (&str, &str)| RequiredField {
            field: FieldRef::new(schema, name),
            need: Need::Needed,
            display_name: name.into(),
            description: None,
            sensitive: false,
        };
        let fields = [("drp-schema-v1", "person.fullName"), ("abc-212", "getPersonInfo.brNo")];
        ConsentRequirement {
            application: APPLICATION.into(),
            purpose: PURPOSE.into(),
            subject: Subject::from_canonical(people::nic(u64::from(person))),
            fields: fields.map(needed).into(),
            reference: None,
            trace_id: TraceId::new("4bf92f3577b34da6a3ce929d0e0e4736"),
        }
    }

    /// So many consents more, of other people: each a copy of one that is there, with its history and what is derived of it.
    pub fn fill(&self, consents: u32) {
        self.database.sql(&format!(
            "SET search_path = ndx_consent; SET synchronous_commit = off; \
             CREATE TEMP TABLE filled AS \
             SELECT gen_random_uuid()::text AS id, sha256(n::text::bytea) AS who FROM generate_series(1, {consents}) n; \
             INSERT INTO consents (id, subject, subject_hash, application, purpose, created_at) \
             SELECT f.id, c.subject, f.who, c.application, c.purpose, c.created_at \
             FROM filled f, (SELECT * FROM consents LIMIT 1) c; \
             INSERT INTO consent_actions (consent_id, seq, at, trace_id, action, evidence) \
             SELECT f.id, a.seq, a.at, a.trace_id, a.action, a.evidence \
             FROM filled f, (SELECT * FROM consent_actions WHERE consent_id = (SELECT min(consent_id) FROM consent_actions)) a; \
             INSERT INTO current_consents (consent_id, rules, version, changed_at, status, sharing_ends, lapses_at, state) \
             SELECT f.id, k.rules, k.version, k.changed_at, k.status, k.sharing_ends, k.lapses_at, k.state \
             FROM filled f, (SELECT * FROM current_consents LIMIT 1) k; \
             ANALYZE consents; ANALYZE consent_actions; ANALYZE current_consents;"
        ));
    }

    /// How many there are.
    pub fn count(&self) -> String {
        self.database.sql("SELECT count(*) FROM ndx_consent.consents").trim().to_owned()
    }

    /// How much the tables and their indexes hold.
    pub fn size(&self) -> String {
        let sql = "SELECT pg_size_pretty(sum(pg_total_relation_size(oid))) FROM pg_class \
                   WHERE relnamespace = 'ndx_consent'::regnamespace AND relkind = 'r'";
        self.database.sql(sql).trim().to_owned()
    }

    /// How PostgreSQL finds what one person shares: the plan of the very statement that the ledger sends, and what it took.
    pub fn plan(&self) -> String {
        let hash = "SELECT '\\x' || encode(subject_hash, 'hex') FROM ndx_consent.consents LIMIT 1";
        let hash = self.database.sql(hash).trim().to_owned();
        let statement = finding();
        let plan = self.database.sql(&format!(
            "SET search_path = ndx_consent; PREPARE finding (bytea, text, text) AS {statement}; \
             EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) EXECUTE finding ('{hash}', '{APPLICATION}', '{PURPOSE}');"
        ));
        plan.lines().filter(|line| !matches!(*line, "SET" | "PREPARE")).collect::<Vec<_>>().join("\n")
    }
}
