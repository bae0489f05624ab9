//! The parts of a country, and the ports that each listens on.

/// A part that is started and stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The identity provider.
    Fudi,
    /// The register of births.
    Rgd,
    /// The register of persons.
    DrpApi,
    /// The adapter in front of it.
    DrpAdapter,
    /// The online passport application. Not started by itself.
    PassportApp,
    /// The exchange itself: gateway, consent engine, policy decision point, audit service, in however many processes.
    Exchange,
    /// The audit service, where it is a process of its own.
    Audit,
    /// The policy decision point, where it is a process of its own.
    Policy,
    /// The consent engine, where it is a process of its own.
    Consent,
    /// The gateway, where it is a process of its own.
    Gateway,
    /// A second gateway beside the first, where services are processes of their own. Not started by itself.
    SecondGateway,
    /// A second exchange beside the first, on the same database, where all services are in one process. Not started by
    /// itself.
    SecondExchange,
}

impl Part {
    /// Those that make a whole country.
    pub const ALL: [Self; 5] = [Self::Fudi, Self::Rgd, Self::DrpApi, Self::DrpAdapter, Self::Exchange];

    /// The ports that it listens on, by their names.
    pub fn ports(self) -> &'static [&'static str] {
        match self {
            Self::Fudi => &["fudi"],
            Self::Rgd => &["rgd"],
            Self::DrpApi => &["drp-api"],
            Self::DrpAdapter => &["drp-adapter"],
            Self::PassportApp => &["passport-app"],
            Self::Exchange => &["gateway", "consent", "policy", "audit"],
            Self::Audit => &["audit"],
            Self::Policy => &["policy"],
            Self::Consent => &["consent"],
            Self::Gateway => &["gateway"],
            Self::SecondGateway => &["second-gateway"],
            Self::SecondExchange => &["second-gateway", "second-consent", "second-policy", "second-audit"],
        }
    }
}
