//! What can be wrong with the policies' store and its seed.

use std::{fmt, sync::Arc};

use ndx_store::StoreError;

/// One mistake in a seed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedProblem {
    /// The file.
    pub file: String,
    /// Line and column, from 1, where the reader knows them.
    pub place: Option<(usize, usize)>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl fmt::Display for SeedProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// Why the policies cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum PolicyStoreError {
    /// The seed files have mistakes.
    #[error("the policies have {} mistake(s){}", .0.len(), listed(.0))]
    Seed(Vec<SeedProblem>),
    /// The store cannot be read or written.
    #[error("the policy store cannot be used")]
    Store(#[from] StoreError),
}

fn listed(problems: &[SeedProblem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// Why a look at the store failed; shared by all who waited for it.
#[derive(Debug, thiserror::Error)]
#[error("the policy store cannot be looked at")]
pub struct StoreGone(#[source] pub Arc<StoreError>);

/// Why the policies were not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<E> {
    /// The change contradicts what is in force.
    #[error("the change was refused")]
    Refused(E),
    /// The store cannot be read or written.
    #[error("the policy store cannot be used")]
    Store(#[from] StoreError),
}
