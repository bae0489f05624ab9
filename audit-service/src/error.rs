//! Why the log does not keep, or does not show.

use std::sync::Arc;

use ndx_store::StoreError;

/// Why an entry was not written.
#[derive(Debug, Clone, thiserror::Error)]
pub enum WriteError {
    /// Too many wait already.
    #[error("too many records wait to be written")]
    QueueFull,
    /// The writer has ended.
    #[error("the audit log is closed")]
    Closed,
    /// The database refused the commit.
    #[error("the records could not be written")]
    Refused(#[source] Arc<StoreError>),
    /// An INTENT of a request that has had its end.
    #[error(
        "the request has ended: it took so long that it was closed as ABORTED, or this is a second request of one id"
    )]
    HasEnded,
    /// A RELEASE without an INTENT, or of a request that was closed as ABORTED meanwhile.
    #[error("the request is not open: it was never opened, or took so long that it was closed as ABORTED")]
    NotOpen,
}
