//! Why a judge (policy, consent, audit) gave no answer.

/// No answer is a refusal: the caller stops, releases nothing and says which judge was missing.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// It could not be reached, or its store could not be read or written.
    #[error("{judge} is not available")]
    Unavailable {
        /// Which judge.
        judge: &'static str,
        /// What went wrong, for the operator's log.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It did not answer in time.
    #[error("{judge} did not answer in time")]
    Timeout {
        /// Which judge.
        judge: &'static str,
    },
    /// It has been asked more often than it allows.
    #[error("{judge} is asked more often than it allows, and says to wait for {retry_after} seconds")]
    Limited {
        /// Which judge.
        judge: &'static str,
        /// Seconds until it is worth asking again.
        retry_after: u32,
    },
    /// It answered, but not what was asked.
    #[error("{judge} gave an answer that cannot be trusted: {what}")]
    Confused {
        /// Which judge.
        judge: &'static str,
        /// What was wrong with the answer.
        what: String,
    },
}

impl JudgeError {
    /// A judge that could not be reached, with the cause for the operator's log.
    pub fn unavailable(judge: &'static str, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable { judge, cause: Box::new(cause) }
    }
}
