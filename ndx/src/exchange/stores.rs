//! Where the stores lie, and the key that opens them.

use std::path::Path;

use anyhow::bail;
use ndx_config::{Exchange, Secret};
use ndx_store::{Place, PostgresDatabase, RootKey, Tables, keyring};

use crate::data_folder::DataFolder;

/// Where the stores lie.
pub fn place(exchange: &Exchange, data: &Path) -> Place {
    match &exchange.store.postgres {
        None => Place::Folder(data.to_owned()),
        Some(postgres) => {
            let password = postgres.resolved.as_ref().map(Secret::expose);
            Place::Postgres(PostgresDatabase::new(postgres.url.clone(), password))
        }
    }
}

/// The key that opens all others. It is made for new stores, and never where `sealed` holds something already: a new key
/// would open none of it.
///
/// # Errors
/// When it cannot be read or made, or is gone, or the store cannot be looked at.
pub async fn root_key(exchange: &Exchange, data: &DataFolder, sealed: &[Tables]) -> anyhow::Result<RootKey> {
    let file = data.path().join(&exchange.store.root_key_file);
    let place = place(exchange, data.path());
    for tables in sealed.iter().filter(|_| !file.exists()) {
        if keyring::is_kept(&place, tables).await? {
            bail!(
                "the root key `{}` is not there, and the {} store in {place} cannot be opened without it; put it there",
                file.display(),
                tables.name
            );
        }
    }
    Ok(RootKey::read_or_make(&file)?)
}
