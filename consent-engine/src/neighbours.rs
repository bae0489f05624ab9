//! The services that the pages ask: who got somebody's information, and what an application may ask for without asking her.

use std::sync::Arc;

use ndx_contracts::{history::SubjectHistory, policy::Grants};

/// In this process or in others, as the exchange is set up.
#[derive(Debug, Clone)]
pub struct Neighbours {
    /// The record of who got what.
    pub history: Arc<dyn SubjectHistory>,
    /// What applications may ask for.
    pub grants: Arc<dyn Grants>,
}
