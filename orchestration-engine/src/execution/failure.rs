//! Why a register gave nothing that can be used. What it said itself is not passed on.

/// What is told of the delay where the register did not say.
const USUAL_DELAY: u32 = 5;

/// Why a provider gave nothing that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderFailure {
    /// It did not answer in time.
    Timeout,
    /// It cannot be reached, or says that it cannot serve.
    Unavailable {
        /// In how many seconds it may serve again, where that is known.
        retry_after: Option<u32>,
    },
    /// It does not accept us.
    Refused,
    /// It has had enough of us for now.
    Quota {
        /// In how many seconds it takes more, where it says so.
        retry_after: Option<u32>,
    },
    /// Its answer is not what was asked, is too large, or is not GraphQL.
    BadData,
    /// It says that something went wrong.
    Error,
    /// The configuration lacks it.
    NotConfigured,
}

impl ProviderFailure {
    /// It cannot be reached, and nobody knows for how long.
    pub const UNAVAILABLE: Self = Self::Unavailable { retry_after: None };
    /// It has had enough of us, and does not say for how long.
    pub const QUOTA: Self = Self::Quota { retry_after: None };

    /// In how many seconds it makes sense to ask again, if it does.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::Unavailable { retry_after } | Self::Quota { retry_after } => Some(retry_after.unwrap_or(USUAL_DELAY)),
            Self::Timeout => Some(USUAL_DELAY),
            Self::Refused | Self::BadData | Self::Error | Self::NotConfigured => None,
        }
    }
}

impl std::fmt::Display for ProviderFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Timeout => "the provider did not answer in time",
            Self::Unavailable { .. } => "the provider cannot be reached",
            Self::Refused => "the provider does not accept the exchange",
            Self::Quota { .. } => "the provider has had enough requests for now",
            Self::BadData => "the provider's answer cannot be used",
            Self::Error => "the provider could not answer",
            Self::NotConfigured => "the exchange does not know how to reach the provider",
        })
    }
}

impl std::error::Error for ProviderFailure {}
