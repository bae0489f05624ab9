//! The gateway's three judges, and what the consent engine's pages ask, when they are other processes.

use std::{path::Path, sync::Arc, time::Duration};

use consent_engine::Neighbours;
use ndx_clock::Clock;
use ndx_config::Exchange;
use ndx_remote::{
    Proof, RemoteAuditLog, RemoteConsentEngine, RemotePolicyDecisionPoint, RemoteService, RemoteSubjectHistory,
};
use orchestration_engine::state::Judges;

use super::{keys, services::ServiceName};

/// The judges at the addresses that the configuration names. No connection is made yet.
///
/// # Errors
/// When the gateway's key or certificate cannot be read.
pub fn elsewhere(exchange: &Exchange, data: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Judges> {
    let services = Services::called_by(ServiceName::Gateway, exchange, data, clock)?;
    Ok(Judges {
        policy: Arc::new(RemotePolicyDecisionPoint(services.at(ServiceName::Policy))),
        consent: Arc::new(RemoteConsentEngine(services.at(ServiceName::Consent))),
        audit: Arc::new(RemoteAuditLog(services.at(ServiceName::Audit))),
    })
}

/// Whom the consent engine's pages ask, at the addresses that the configuration names. No connection is made yet.
///
/// # Errors
/// When the consent engine's key or certificate cannot be read.
pub fn neighbours(exchange: &Exchange, data: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Neighbours> {
    let services = Services::called_by(ServiceName::Consent, exchange, data, clock)?;
    Ok(Neighbours {
        history: Arc::new(RemoteSubjectHistory(services.at(ServiceName::Audit))),
        grants: Arc::new(RemotePolicyDecisionPoint(services.at(ServiceName::Policy))),
    })
}

/// How one of the services reaches the others.
struct Services<'a> {
    exchange: &'a Exchange,
    http: reqwest::Client,
    proof: Proof,
}

impl<'a> Services<'a> {
    fn called_by(
        caller: ServiceName,
        exchange: &'a Exchange,
        data: &Path,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let time = Duration::from_millis(exchange.limits.judge_timeout_ms);
        let http = match keys::tls(exchange, caller)? {
            Some(identity) => identity.client(time)?,
            None => ndx_service::outbound::client(time)?,
        };
        let proof = match exchange.services.proof {
            ndx_config::Proof::Token => Proof::Token(keys::own(exchange, data, caller, clock)?),
            ndx_config::Proof::Certificate => Proof::Certificate,
        };
        Ok(Self { exchange, http, proof })
    }

    fn at(&self, name: ServiceName) -> RemoteService {
        let judge = match name {
            ServiceName::Gateway => "the gateway",
            ServiceName::Consent => "the consent engine",
            ServiceName::Policy => "the policy decision point",
            ServiceName::Audit => "the audit log",
        };
        let url = name.section(self.exchange).url.clone();
        RemoteService::new(name.as_str(), judge, url, self.http.clone(), self.proof.clone())
    }
}
