//! Whether each store can be reached, and its tables are those of this program.

use std::cmp::Ordering;

use ndx_store::{Engine, Place, Tables, migrate};

use super::{Finding, Patient, State, TIME};
use crate::{data_folder, exchange::stores, store::STORES};

/// Looks at all, at once.
pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let place = stores::place(&patient.exchange, &patient.data);
    if let Place::Folder(folder) = &place
        && !folder.join(data_folder::MARKER).exists()
    {
        let words = format!("`{}` is not a data folder of NDX", folder.display());
        let remedy = "name the exchange's data folder with `--data`; the first start makes one";
        return vec![Finding::wrong("store", "all", State::Problem, words, remedy)];
    }
    futures::future::join_all(STORES.iter().map(|tables| one(&place, tables))).await
}

async fn one(place: &Place, tables: &Tables) -> Finding {
    let wanted = tables.newest();
    let problem = |words: String, remedy: &str| Finding::wrong("store", tables.name, State::Problem, words, remedy);
    let version = match tokio::time::timeout(TIME, migrate::version(place, tables)).await {
        Ok(version) => version.map_err(|error| format!("{:#}", anyhow::Error::from(error))),
        Err(_) => Err("no answer in time".to_owned()),
    };
    match version {
        Err(error) => {
            let remedy = match place.engine() {
                Engine::Sqlite => "see whether the file is whole and may be read",
                Engine::Postgres => "see whether PostgreSQL runs and lets us in (`store.postgres`)",
            };
            problem(format!("cannot be opened in {place}: {error}"), remedy)
        }
        Ok(found) => match found.cmp(&wanted) {
            Ordering::Equal => Finding::fine("store", tables.name, format!("up to date (step {found}) in {place}")),
            Ordering::Less => problem(
                format!("at step {found} of {wanted} in {place}"),
                "run `ndx store migrate`, or start the exchange",
            ),
            Ordering::Greater => {
                problem(format!("at step {found}, newer than this program ({wanted})"), "use the newer `ndx`")
            }
        },
    }
}
