//! The names of the services, and where each stands in the configuration.

use clap::ValueEnum;
use ndx_config::{Callee, Exchange, Service};

/// The services of the exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum ServiceName {
    /// The gateway.
    Gateway,
    /// The consent engine.
    Consent,
    /// The policy decision point.
    Policy,
    /// The audit service.
    Audit,
}

impl ServiceName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Gateway, Self::Consent, Self::Policy, Self::Audit];

    /// As it stands in tokens, certificates and the names of files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Consent => "consent",
            Self::Policy => "policy",
            Self::Audit => "audit",
        }
    }

    /// Which services of the exchange call this one; the gateway's own name is also the operator's at the command line.
    pub fn callers(self) -> &'static [Self] {
        match self {
            Self::Gateway | Self::Consent => &[Self::Gateway],
            Self::Policy => &[Self::Gateway, Self::Consent],
            Self::Audit => &[Self::Gateway, Self::Consent, Self::Policy],
        }
    }

    /// As the configuration names it among those that a program beside the exchange may call.
    pub fn callee(self) -> Callee {
        match self {
            Self::Gateway => Callee::Gateway,
            Self::Consent => Callee::Consent,
            Self::Policy => Callee::Policy,
            Self::Audit => Callee::Audit,
        }
    }

    /// Its section.
    pub fn section(self, exchange: &Exchange) -> &Service {
        match self {
            Self::Gateway => &exchange.services.gateway,
            Self::Consent => &exchange.services.consent,
            Self::Policy => &exchange.services.policy,
            Self::Audit => &exchange.services.audit,
        }
    }
}

impl std::fmt::Display for ServiceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
