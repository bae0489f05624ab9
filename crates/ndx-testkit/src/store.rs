//! Looks into the stores of a running exchange, from outside of it.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use crate::farajaland::Farajaland;

impl Farajaland {
    /// The rows that a `SELECT` of one text column gives in the store of the service `name`.
    pub async fn rows(&self, name: &str, select: &str) -> Vec<String> {
        sqlx::any::install_default_drivers();
        let url = match self.database() {
            None => format!("sqlite://{}?mode=ro", self.data_folder().join(format!("{name}.db")).display()),
            Some(database) => format!("{}?options[search_path]=ndx_{name}", database.url()),
        };
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(select)).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Changes the store of the service `name` behind its back.
    pub async fn change(&self, name: &str, statement: &str) {
        sqlx::any::install_default_drivers();
        let url = match self.database() {
            None => format!("sqlite://{}", self.data_folder().join(format!("{name}.db")).display()),
            Some(database) => format!("{}?options[search_path]=ndx_{name}", database.url()),
        };
        let mut connection = AnyConnection::connect(&url).await.unwrap();
        sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}
