//! What the register is started with.

use ndx_config::Secret;
use serde::{Deserialize, Serialize};

/// The register's key and its records.
#[derive(Debug)]
pub struct Config {
    /// What a caller must send in `X-API-KEY`.
    pub api_key: Secret,
    /// The citizens; those without a record here are unknown to this register.
    pub people: Vec<Person>,
}

/// A citizen, as far as this register reads of one.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// The national identity number.
    pub nic: String,
    /// The record kept here, if any.
    #[serde(rename = "drp")]
    pub record: Option<PersonRecord>,
}

/// What this register keeps about a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonRecord {
    /// The name as on the identity card.
    pub full_name: String,
    /// Further names, separated by blanks.
    pub other_names: String,
    /// `Female` or `Male`.
    pub sex: String,
    /// Year, month and day.
    pub date_of_birth: String,
    /// Where the person lives.
    pub permanent_address: Option<String>,
    /// What the person does for a living.
    pub profession: Option<String>,
    /// A `data:` address with a picture.
    pub photo: Option<String>,
}
