//! The gateway's three judges when they are other processes.

use std::{path::Path, sync::Arc, time::Duration};

use ndx_clock::Clock;
use ndx_config::Exchange;
use ndx_remote::{Proof, RemoteAuditLog, RemoteConsentEngine, RemotePolicyDecisionPoint, RemoteService};
use orchestration_engine::state::Judges;

use super::{keys, services::ServiceName};

/// The judges at the addresses that the configuration names. No connection is made yet.
///
/// # Errors
/// When the gateway's key or certificate cannot be read.
pub fn elsewhere(exchange: &Exchange, data: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Judges> {
    let time = Duration::from_millis(exchange.limits.judge_timeout_ms);
    let http = match keys::tls(exchange, ServiceName::Gateway)? {
        Some(identity) => identity.client(time)?,
        None => ndx_service::outbound::client(time)?,
    };
    let proof = match exchange.services.proof {
        ndx_config::Proof::Token => Proof::Token(keys::own(exchange, data, ServiceName::Gateway, clock)?),
        ndx_config::Proof::Certificate => Proof::Certificate,
    };
    let service = |name: ServiceName, judge| {
        RemoteService::new(name.as_str(), judge, name.section(exchange).url.clone(), http.clone(), proof.clone())
    };
    Ok(Judges {
        policy: Arc::new(RemotePolicyDecisionPoint(service(ServiceName::Policy, "the policy decision point"))),
        consent: Arc::new(RemoteConsentEngine(service(ServiceName::Consent, "the consent engine"))),
        audit: Arc::new(RemoteAuditLog(service(ServiceName::Audit, "the audit log"))),
    })
}
