//! The services of the exchange, opened from its configuration: all in one process, or each in its own.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `services` | their names, and where each stands in the configuration |
//! | `keys` | the keys and certificates with which they prove themselves to each other |
//! | `stores` | where their stores lie, and the key that opens them |
//! | `judges` | the gateway's three judges, in this process or in others |
//! | `opened` | each service, opened |
//! | `running` | serves what was opened until told to stop |
//! | `reload` | takes in a changed configuration while running, whole or not at all |

pub mod services;

pub mod keys;

pub mod stores;

pub mod judges;

pub mod opened;

pub mod reload;

pub mod running;

/// In how many processes the exchange runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// All services are in this process, and their keys in its data folder.
    Together,
    /// Each service is a process: others are known by what the configuration says of them.
    Apart,
}
