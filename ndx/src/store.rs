//! `ndx store`: bringing the stores up to date, looking at them, moving them from SQLite to PostgreSQL.

use std::{
    cmp::Ordering,
    io::{IsTerminal, Write as _},
    path::{Path, PathBuf},
    str::FromStr,
};

use anyhow::{anyhow, bail};
use clap::{Args, Subcommand};
use ndx_config::{Secrets, variable};
use ndx_store::{Place, PostgresDatabase, Tables, copy, migrate};
use serde_json::{Value, json};

use crate::{
    Place as Configuration,
    data_folder::{DataFolder, MARKER},
    exchange::stores,
    stdout::print,
};

/// The tables of every store.
pub const STORES: [Tables; 4] = [
    orchestration_engine::store::TABLES,
    consent_engine::store::TABLES,
    policy_decision_point::store::TABLES,
    audit_service::store::TABLES,
];

/// Looks after the stores.
#[derive(Debug, Subcommand)]
pub enum Store {
    /// Bring the tables of the stores up to date. Every start does so too; this does it before one.
    Migrate(Which),
    /// Say at which step the tables of each store are; exit code 1 when one is behind or ahead of this program.
    Check(Check),
    /// Move all stores from SQLite to an empty PostgreSQL database, all or nothing a store. Stop the exchange first; keys stay
    /// in the data folder, and the copy opens with the same root key.
    Copy(Copy),
}

/// The stores of which exchange.
#[derive(Debug, Args)]
pub struct Which {
    #[command(flatten)]
    place: Configuration,
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

/// The stores of which exchange, and how it is said.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    which: Which,
    /// Print JSON: a list of `{store, place, state, found, wanted}`.
    #[arg(long)]
    json: bool,
}

/// From where to where.
#[derive(Debug, Args)]
pub struct Copy {
    /// `sqlite:DIR`, the data folder.
    #[arg(long, value_name = "PLACE")]
    from: Written,
    /// `postgres://user@host:port/database`; the password comes from the environment variable `PGPASSWORD`.
    #[arg(long, value_name = "PLACE")]
    to: Written,
}

/// A place as it is written on the command line.
#[derive(Debug, Clone)]
pub struct Written(Place);

impl FromStr for Written {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(folder) = text.strip_prefix("sqlite:") {
            return Ok(Self(Place::Folder(folder.into())));
        }
        let url: url::Url =
            text.parse().map_err(|_| "write it as `sqlite:DIR` or `postgres://user@host:port/database`")?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err("write it as `sqlite:DIR` or `postgres://user@host:port/database`".to_owned());
        }
        if url.password().is_some() {
            return Err("a password does not belong on a command line; put it into `PGPASSWORD`".to_owned());
        }
        Ok(Self(Place::Postgres(PostgresDatabase::new(url, variable("PGPASSWORD").as_deref()))))
    }
}

impl Store {
    /// Does it.
    ///
    /// # Errors
    /// When a store is not as it should be, or cannot be reached.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Migrate(which) => bring_up_to_date(&which.stores()?).await,
            Self::Check(Check { which, json }) => check(&which.stores()?, json).await,
            Self::Copy(Copy { from: Written(from), to: Written(to) }) => {
                // Nobody writes while rows are read.
                let _data = match &from {
                    Place::Folder(folder) => {
                        ours(folder)?;
                        Some(DataFolder::alone(folder)?)
                    }
                    Place::Postgres(_) => None,
                };
                copy_all(&from, &to).await
            }
        }
    }
}

impl Which {
    fn stores(&self) -> anyhow::Result<Place> {
        let place = stores::place(&self.place.load_with(Secrets::Store)?, &self.data);
        if let Place::Folder(folder) = &place {
            ours(folder)?;
        }
        Ok(place)
    }
}

/// That the folder is a data folder. None is made here: it is more likely that its name is misspelt.
///
/// # Errors
/// When it is not.
pub fn ours(folder: &Path) -> anyhow::Result<()> {
    if !folder.join(MARKER).exists() {
        bail!("`{}` is not a data folder of NDX; name the exchange's with `--data`", folder.display());
    }
    Ok(())
}

async fn bring_up_to_date(place: &Place) -> anyhow::Result<()> {
    // Files belong to one process at a time. A database has its own lock for this, and serves several machines.
    let _data = match place {
        Place::Folder(folder) => Some(DataFolder::alone(folder)?),
        Place::Postgres(_) => None,
    };
    for tables in &STORES {
        let (name, before) = (tables.name, migrate::version(place, tables).await?);
        migrate::migrate(place, tables).await?;
        match tables.newest() {
            now if now == before => print(&format!("{name}: step {now}, was up to date\n")),
            now => print(&format!("{name}: step {before} → {now}\n")),
        }
    }
    Ok(())
}

async fn check(place: &Place, as_json: bool) -> anyhow::Result<()> {
    let (mut wrong, mut list) = (0, Vec::new());
    for tables in &STORES {
        let (found, wanted) = (migrate::version(place, tables).await?, tables.newest());
        let (state, what) = match found.cmp(&wanted) {
            Ordering::Equal => ("upToDate", "up to date".to_owned()),
            Ordering::Less => ("behind", format!("behind: this program is at step {wanted}; run `ndx store migrate`")),
            Ordering::Greater => {
                ("newer", format!("newer than this program, which is at step {wanted}; use a newer `ndx`"))
            }
        };
        wrong += usize::from(found != wanted);
        list.push(json!({
            "store": tables.name, "place": place.to_string(), "state": state, "found": found, "wanted": wanted,
        }));
        if !as_json {
            print(&format!("{}: step {found}, {what}\n", tables.name));
        }
    }
    if as_json {
        print(&format!("{:#}\n", Value::Array(list)));
    }
    if wrong == 0 { Ok(()) } else { Err(anyhow!("{wrong} of {} stores in {place} are not up to date", STORES.len())) }
}

/// As it stands in a configuration.
fn written(place: &Place) -> Value {
    match variable("PGPASSWORD") {
        Some(_) => json!({"url": place.to_string(), "password": {"from_env": "PGPASSWORD"}}),
        None => json!({"url": place.to_string()}),
    }
}

async fn copy_all(from: &Place, to: &Place) -> anyhow::Result<()> {
    let shown = std::io::stderr().is_terminal();
    for tables in &STORES {
        let copied = copy::copy(from, to, tables, |table, rows| {
            if shown {
                eprint!("\r{}: {table} {rows} ", tables.name);
                drop(std::io::stderr().flush());
            }
        })
        .await?;
        if shown {
            eprintln!();
        }
        for (table, rows) in copied {
            print(&format!("{}: {table}: {rows} rows\n", tables.name));
        }
    }
    print("Copied. Name the database in the configuration, and start the exchange on the same data folder:\n");
    print(&format!("{}\n", json!({"store": {"postgres": written(to)}})));
    Ok(())
}
