//! What the register is started with.

use ndx_config::Secret;
use serde::Deserialize;

/// The one client that may ask, and the register's records.
#[derive(Debug)]
pub struct Config {
    /// The client's name: the exchange.
    pub client_id: String,
    /// What it proves itself by.
    pub client_secret: Secret,
    /// The citizens; those without a record here are unknown to this register.
    pub people: Vec<Person>,
}

/// A citizen, as far as this register reads of one.
#[derive(Debug, Clone, Deserialize)]
pub struct Person {
    /// The national identity number.
    pub nic: String,
    /// The record kept here, if any.
    #[serde(rename = "rgd")]
    pub record: Option<BirthRecord>,
}

/// What this register keeps about a birth.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BirthRecord {
    /// The name that was registered.
    pub name: Option<String>,
    /// Year, month and day.
    pub birth_date: Option<String>,
    /// `Female` or `Male`.
    pub sex: Option<String>,
    /// The number of the registration.
    pub br_no: Option<String>,
    /// Where it happened.
    pub birth_place: Option<String>,
    /// In which district.
    pub district: Option<String>,
    /// The mother, when she is known.
    #[serde(default)]
    pub mother_nic: Option<String>,
    /// The father, when he is known.
    #[serde(default)]
    pub father_nic: Option<String>,
}
