//! The tables of a store, and their history.

use sqlx::{
    AssertSqlSafe, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::place::Engine;

/// One step in the history of a store's tables, in the words of both engines. Steps only go forward and are never edited.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// 1, 2, 3, …
    pub version: i64,
    /// What it does, in a few words.
    pub name: &'static str,
    /// Its SQL for SQLite.
    pub sqlite: &'static str,
    /// Its SQL for PostgreSQL.
    pub postgres: &'static str,
}

/// The tables of one store.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    /// The store's name, which is its service's: `consent`.
    pub name: &'static str,
    /// Their history.
    pub steps: &'static [Step],
    /// Their names, each after those that it refers to.
    pub names: &'static [&'static str],
}

impl Tables {
    /// The SQLite file in a data folder.
    pub fn file(&self) -> String {
        format!("{}.db", self.name)
    }

    /// The PostgreSQL schema in a database.
    pub fn schema(&self) -> String {
        format!("ndx_{}", self.name)
    }

    /// The last step.
    pub fn newest(&self) -> i64 {
        self.steps.iter().map(|step| step.version).max().unwrap_or(0)
    }

    pub(crate) fn migrator(&self, engine: Engine) -> Migrator {
        let migrations = self.steps.iter().map(|step| {
            let sql = match engine {
                Engine::Sqlite => step.sqlite,
                Engine::Postgres => step.postgres,
            };
            let sql = AssertSqlSafe(sql).into_sql_str();
            Migration::new(step.version, step.name.into(), MigrationType::Simple, sql, false)
        });
        // A version in the database that is not among the steps is an error: the database is newer than this program.
        let mut migrator = Migrator::with_migrations(migrations.collect());
        // One lock around all of it, in `migrate`.
        migrator.set_locking(false);
        migrator
    }
}
