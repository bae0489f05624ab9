//! Where a store lies: in a folder as an SQLite file, or in a PostgreSQL database.

use std::{fmt, path::PathBuf};

use url::Url;
use zeroize::Zeroizing;

use crate::tables::Tables;

/// What the server is asked to keep to for each of our connections. A machine that is gone without a word must not hold its
/// locks, and its place in the pool, until TCP notices by itself: nobody could stop sharing so long.
const ON_THE_SERVER: [(&str, &str); 5] = [
    ("idle_in_transaction_session_timeout", "5s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "10s"),
];

/// The two engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// Where the stores of an exchange lie.
#[derive(Clone)]
pub enum Place {
    /// A folder, with one SQLite file a store: `gateway.db`, `consent.db`, `policy.db`, `audit.db`.
    Folder(PathBuf),
    /// A PostgreSQL database, with one schema a store: `ndx_gateway`, `ndx_consent`,
    /// `ndx_policy`, `ndx_audit`.
    Postgres(PostgresDatabase),
}

/// The address of a PostgreSQL database, and the password to it.
#[derive(Clone)]
pub struct PostgresDatabase {
    address: Url,
    password: Option<Zeroizing<String>>,
}

impl PostgresDatabase {
    /// `address` is `postgres://user@host:port/database`, with `sslmode` and `sslrootcert` as its parameters where wanted;
    /// it holds no password.
    pub fn new(address: Url, password: Option<&str>) -> Self {
        Self { address, password: password.map(|text| Zeroizing::new(text.to_owned())) }
    }
}

impl Place {
    /// The engine that keeps it.
    pub fn engine(&self) -> Engine {
        match self {
            Self::Folder(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// The file of one store; `None` on a server.
    pub fn file(&self, tables: &Tables) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.join(tables.file())),
            Self::Postgres(_) => None,
        }
    }

    /// The URL of one store, password included; `None` when it cannot be written as one.
    pub(crate) fn url(&self, tables: &Tables, read_only: bool) -> Option<Zeroizing<String>> {
        match self {
            Self::Folder(folder) => {
                let file = std::path::absolute(folder.join(tables.file())).ok()?;
                let mut url = Url::from_file_path(file).ok()?.to_string().replacen("file://", "sqlite://", 1);
                url.push_str(if read_only { "?mode=ro" } else { "?mode=rwc" });
                Some(Zeroizing::new(url))
            }
            Self::Postgres(PostgresDatabase { address, password }) => {
                let mut url = address.clone();
                if let Some(password) = password {
                    url.set_password(Some(password)).ok()?;
                }
                let mut options = url.query_pairs_mut();
                options.append_pair("options[search_path]", &tables.schema());
                for (name, value) in ON_THE_SERVER {
                    options.append_pair(&format!("options[{name}]"), value);
                }
                drop(options);
                Some(Zeroizing::new(url.into()))
            }
        }
    }
}

/// Without the password.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Postgres(PostgresDatabase { address, .. }) => write!(f, "{address}"),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
