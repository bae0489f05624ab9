//! What holds for a store on SQLite holds for it on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use ndx_store::{
    Database, Keyring, Place, PostgresDatabase, RootKey, Step, StoreError, Tables,
    copy::{self, CopyError},
    keyring,
    migrate::{migrate, version},
};
use ndx_test_postgres::TestDatabase;
use sqlx::{Row, migrate::MigrateError};
use tempfile::TempDir;

const NOTES: Step = Step {
    version: 2,
    name: "notes",
    sqlite: "CREATE TABLE notes (number INTEGER PRIMARY KEY, words TEXT NOT NULL, sealed BLOB) STRICT",
    postgres: "CREATE TABLE notes (number BIGINT PRIMARY KEY, words TEXT NOT NULL, sealed BYTEA)",
};
const OLD: Tables = Tables { name: "notes", steps: &[keyring::FIRST_STEP], names: &["data_keys"] };
const NEW: Tables = Tables { name: "notes", steps: &[keyring::FIRST_STEP, NOTES], names: &["data_keys", "notes"] };

struct Ground {
    folder: TempDir,
    database: TestDatabase,
}

impl Ground {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), database: TestDatabase::new() }
    }

    fn sqlite(&self) -> Place {
        Place::Folder(self.folder.path().to_owned())
    }

    fn postgres(&self) -> Place {
        Place::Postgres(PostgresDatabase::new(self.database.url(), None))
    }

    fn both(&self) -> [Place; 2] {
        [self.sqlite(), self.postgres()]
    }

    fn root_key(&self) -> RootKey {
        RootKey::read_or_make(&self.folder.path().join("root.key")).unwrap()
    }
}

#[tokio::test]
async fn tables_go_forward_and_a_newer_store_is_refused() {
    let ground = Ground::new();
    for place in ground.both() {
        assert_eq!(version(&place, &OLD).await.unwrap(), 0, "{place}");
        Database::open(&place, &OLD).await.unwrap().close().await;
        assert_eq!(version(&place, &NEW).await.unwrap(), 1, "{place}");
        let database = Database::open(&place, &NEW).await.unwrap();
        sqlx::query("INSERT INTO notes VALUES ($1, $2, $3)")
            .bind(7_i64)
            .bind("ü")
            .bind(Option::<Vec<u8>>::None)
            .execute(database.writer())
            .await
            .unwrap();
        let row = sqlx::query("SELECT * FROM notes").fetch_one(database.reader()).await.unwrap();
        assert_eq!((row.get::<i64, _>("number"), row.get::<String, _>("words")), (7, "ü".to_owned()), "{place}");
        assert_eq!(row.get::<Option<Vec<u8>>, _>("sealed"), None, "{place}");
        database.close().await;
        let refused = Database::open(&place, &OLD).await.unwrap_err();
        assert!(matches!(refused, StoreError::Migration { cause: MigrateError::VersionMissing(2), .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn many_bring_one_store_up_to_date_at_once() {
    let ground = Ground::new();
    let place = ground.postgres();
    let all = (0..8).map(|_| migrate(&place, &NEW));
    for done in futures::future::join_all(all).await {
        done.unwrap();
    }
    assert_eq!(version(&place, &NEW).await.unwrap(), 2);
}

#[tokio::test]
async fn the_same_keys_are_there_for_everybody_who_opens_the_store() {
    let ground = Ground::new();
    let root = ground.root_key();
    let stranger = RootKey::read_or_make(&ground.folder.path().join("other.key")).unwrap();
    for place in ground.both() {
        let database = Database::open(&place, &OLD).await.unwrap();
        let opened = futures::future::join_all((0..4).map(|_| Keyring::open(&database, &root))).await;
        let keys: Vec<Keyring> = opened.into_iter().map(Result::unwrap).collect();
        let sealed = keys[0].seal("t.c", &"value".to_owned()).unwrap();
        for other in &keys {
            assert_eq!(other.unseal("t.c", &sealed), Ok("value".to_owned()), "{place}");
            assert_eq!(other.hash("value"), keys[0].hash("value"), "{place}");
        }
        assert!(matches!(Keyring::open(&database, &stranger).await, Err(StoreError::Crypto(_))), "{place}");
        database.close().await;
    }
}

#[tokio::test]
async fn a_transaction_that_decides_on_what_it_reads_loses_nothing() {
    let ground = Ground::new();
    for place in ground.both() {
        let database = Database::open(&place, &NEW).await.unwrap();
        sqlx::query("INSERT INTO notes VALUES (1, '0', NULL)").execute(database.writer()).await.unwrap();
        let one_more = || async {
            let mut transaction = database.begin().await.unwrap();
            let select = format!("SELECT words FROM notes WHERE number = 1{}", database.for_update());
            let row = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_one(&mut *transaction).await.unwrap();
            let next: i64 = row.get::<String, _>(0).parse::<i64>().unwrap() + 1;
            sqlx::query("UPDATE notes SET words = $1 WHERE number = 1")
                .bind(next.to_string())
                .execute(&mut *transaction)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        };
        futures::future::join_all((0..40).map(|_| one_more())).await;
        let row = sqlx::query("SELECT words FROM notes").fetch_one(database.reader()).await.unwrap();
        assert_eq!(row.get::<String, _>(0), "40", "{place}");
        database.close().await;
    }
}

#[tokio::test]
async fn numbers_given_alone_have_no_gap() {
    let ground = Ground::new();
    for place in ground.both() {
        let database = Database::open(&place, &NEW).await.unwrap();
        let add = || async {
            let mut transaction = database.begin_alone("notes").await.unwrap();
            sqlx::query("INSERT INTO notes (number, words) SELECT coalesce(max(number), 0) + 1, 'n' FROM notes")
                .execute(&mut *transaction)
                .await
                .unwrap();
            transaction.commit().await.unwrap();
        };
        futures::future::join_all((0..40).map(|_| add())).await;
        let row = sqlx::query("SELECT count(*), max(number) FROM notes").fetch_one(database.reader()).await.unwrap();
        assert_eq!((row.get::<i64, _>(0), row.get::<i64, _>(1)), (40, 40), "{place}");
        database.close().await;
    }
}

#[tokio::test]
async fn a_small_store_becomes_a_big_one_and_its_seals_open() {
    let ground = Ground::new();
    let (from, to) = (ground.sqlite(), ground.postgres());
    let root = ground.root_key();
    let behind = copy::copy(&from, &to, &NEW, |_, _| {}).await.unwrap_err();
    assert!(matches!(behind, CopyError::NotUpToDate { found: 0, wanted: 2, .. }), "{behind}");

    let small = Database::open(&from, &NEW).await.unwrap();
    let keys = Keyring::open(&small, &root).await.unwrap();
    let sealed = keys.seal("notes.sealed", &"value".to_owned()).unwrap();
    for number in 1..=1200_i64 {
        sqlx::query("INSERT INTO notes VALUES ($1, $2, $3)")
            .bind(number)
            .bind(format!("note {number}"))
            .bind((number % 2 == 0).then(|| sealed.as_column().to_vec()))
            .execute(small.writer())
            .await
            .unwrap();
    }
    small.close().await;

    let mut told = Vec::new();
    let copied = copy::copy(&from, &to, &NEW, |table, rows| told.push((table, rows))).await.unwrap();
    assert_eq!(copied, [("data_keys", 2), ("notes", 1200)]);
    assert_eq!(told, [("data_keys", 2), ("notes", 1000), ("notes", 1200)]);

    let big = Database::open(&to, &NEW).await.unwrap();
    let keys = Keyring::open(&big, &root).await.unwrap();
    let rows = sqlx::query("SELECT words, sealed FROM notes ORDER BY number").fetch_all(big.reader()).await.unwrap();
    for (row, number) in rows.iter().zip(1..) {
        assert_eq!(row.get::<String, _>(0), format!("note {number}"));
        let held: Option<Vec<u8>> = row.get(1);
        assert_eq!(held.is_some(), number % 2 == 0);
        if let Some(bytes) = held {
            let opened = keys.unseal("notes.sealed", &ndx_store::Sealed::from_column(bytes));
            assert_eq!(opened, Ok("value".to_owned()));
        }
    }
    big.close().await;
    let again = copy::copy(&from, &to, &NEW, |_, _| {}).await.unwrap_err();
    assert!(matches!(again, CopyError::NotEmpty { table: "data_keys", .. }), "{again}");
    let back = copy::copy(&to, &from, &NEW, |_, _| {}).await.unwrap_err();
    assert!(matches!(back, CopyError::Direction { .. }), "{back}");
}

#[test]
fn a_password_is_never_shown() {
    let address = "postgres://ndx@db.example/ndx".parse().unwrap();
    let place = Place::Postgres(PostgresDatabase::new(address, Some("s3cret/?#")));
    assert_eq!(format!("{place} {place:?}"), "postgres://ndx@db.example/ndx Place(postgres://ndx@db.example/ndx)");
}

#[tokio::test]
async fn a_transaction_that_was_left_open_is_nobody_elses() {
    let ground = Ground::new();
    let place = ground.postgres();
    let database = Database::open(&place, &NEW).await.unwrap();
    for number in 0..20_i64 {
        // What a caller that is dropped while it begins leaves behind: a transaction that the driver knows nothing of.
        let mut connection = database.writer().acquire().await.unwrap();
        sqlx::query("BEGIN").execute(&mut *connection).await.unwrap();
        drop(connection);
        sqlx::query("INSERT INTO notes (number, words) VALUES ($1, 'n')")
            .bind(number)
            .execute(database.writer())
            .await
            .unwrap();
    }
    let mut stranger = ndx_store::connection::connect(&place, &NEW).await.unwrap();
    let row = sqlx::query("SELECT count(*) FROM notes").fetch_one(&mut stranger).await.unwrap();
    assert_eq!(row.get::<i64, _>(0), 20, "everything that was said to be written is there for others");
    database.close().await;
}

#[tokio::test]
async fn a_connection_that_comes_back_is_used_again() {
    let ground = Ground::new();
    let database = Database::open(&ground.postgres(), &NEW).await.unwrap();
    let mut servers = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let row = sqlx::query("SELECT pg_backend_pid()").fetch_one(database.reader()).await.unwrap();
        servers.insert(row.get::<i32, _>(0));
    }
    assert!(servers.len() <= 10, "no more than the pool holds: {}", servers.len());
    database.close().await;
}
