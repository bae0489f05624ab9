#![doc = include_str!("../README.md")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test without its database fails")]

mod server;

use std::{fs::File, process::Child};

use url::Url;
use uuid::Uuid;

/// An empty database of a test's own. It is dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    port: u16,
    /// As long as somebody holds this, the server runs.
    _in_use: File,
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl TestDatabase {
    /// Makes one, on the server of this machine's tests, which is started when it does not run.
    ///
    /// # Panics
    /// When PostgreSQL is not installed or cannot be started, with what to do.
    pub fn new() -> Self {
        let (in_use, port) = server::running();
        let name = format!("t_{}", Uuid::new_v4().simple());
        server::sql(port, &format!("CREATE DATABASE {name}"));
        Self { name, port, _in_use: in_use }
    }

    /// Its address, without a password: the server trusts whoever reaches it on 127.0.0.1.
    pub fn url(&self) -> Url {
        format!("postgres://ndx@127.0.0.1:{}/{}", self.port, self.name).parse().unwrap()
    }

    /// Runs SQL in it, as `psql` does; returns what it prints, unaligned, rows only.
    ///
    /// # Panics
    /// When the SQL fails.
    pub fn sql(&self, statements: &str) -> String {
        server::psql(self.port, &self.name, statements)
    }

    /// Everything in it, as `pg_dump` writes it; bytes are in hexadecimal.
    ///
    /// # Panics
    /// When it cannot be dumped.
    pub fn dump(&self) -> String {
        server::dump(self.port, &self.name)
    }

    /// Holds the whole table `table` (`schema.name`), so that whoever wants to read or write it waits, until the value is
    /// dropped.
    pub fn hold(&self, table: &str) -> Held {
        Held(server::hold(self.port, &self.name, table))
    }

    /// Breaks every connection to it, and lets nobody in until [`TestDatabase::let_in`].
    pub fn shut_out(&self) {
        server::sql(self.port, &format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS false", self.name));
        let others = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", self.name);
        server::sql(self.port, &others);
    }

    /// Lets connections in again.
    pub fn let_in(&self) {
        server::sql(self.port, &format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name));
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        server::sql(self.port, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// A table that is held.
#[derive(Debug)]
pub struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
