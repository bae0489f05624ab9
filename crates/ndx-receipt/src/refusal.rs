//! Why a receipt proves nothing.

/// Why a receipt proves nothing. The words are for whoever holds it; they repeat nothing that is in it but a key's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is longer than any receipt.
    #[error("it is longer than a receipt can be")]
    TooLong,
    /// It is neither a receipt nor the signature of one.
    #[error("it is not a receipt: {0}")]
    NotAReceipt(String),
    /// The signature says something else of itself than signatures of records do.
    #[error(
        "its signature is of another kind: only `{}` with `{}` and the key's id is accepted",
        crate::TYPE,
        crate::ALGORITHM
    )]
    OtherKind,
    /// The keys that were given do not hold the one that it names.
    #[error("it names the key `{0}`, which is not among the keys that were given")]
    UnknownKey(String),
    /// The key did not sign this.
    #[error("the signature does not fit: something was changed after it was signed, or it was never signed")]
    Signature,
    /// What was signed is not a record.
    #[error("what was signed is not a record of a form that this program knows: {0}")]
    NotARecord(String),
    /// What was signed names another key than the signature does.
    #[error("the record names another key than its signature does")]
    OtherKey,
    /// What was signed is named otherwise than it must be.
    #[error("the record has a name that does not belong to it")]
    OtherName,
    /// The key was not in use when it is said to have signed.
    #[error("the key `{0}` was not in use at the time at which the record says that it was signed")]
    KeyNotInUse(String),
    /// What the file shows is not what was signed.
    #[error("the record that is shown is not the one that was signed")]
    OtherRecord,
    /// What was signed earlier, and lies beside, is not what the record names.
    #[error("the earlier signed records in it are not the ones that the record names")]
    OtherEarlier,
    /// One of those that were signed earlier proves nothing itself.
    #[error("the earlier signed record number {0} in it proves nothing: {1}")]
    Earlier(usize, Box<Refusal>),
}
