//! Whether each service answers at its address, and with what time.

use std::io::ErrorKind;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Finding, Patient, State};
use crate::exchange::services::ServiceName;

/// Asks `/health`; returns the time that the service's answer bears, too.
pub(super) async fn look(patient: &Patient, name: ServiceName) -> (Finding, Option<DateTime<Utc>>) {
    let section = name.section(&patient.exchange);
    let mut address = section.url.clone();
    address.set_path("/health");
    let response = match patient.between.get(address.clone()).send().await {
        Ok(response) => response,
        Err(error) => {
            let listen = section.listen;
            let remedy = match std::net::TcpListener::bind(listen).map_err(|error| error.kind()) {
                Ok(_) => format!("nobody listens on {listen}; start it with `ndx up` or `ndx serve {name}`"),
                Err(ErrorKind::AddrInUse) => format!(
                    "something listens on {listen}: see whether it hangs, and whether {} leads there, by TLS or without",
                    section.url
                ),
                Err(_) => format!("it listens on {listen}, which is not this machine: run this there, or see its log"),
            };
            let what = if error.is_timeout() { "does not answer in time" } else { "cannot be reached" };
            let words = format!("{what} at {address}");
            return (Finding::wrong("service", name.as_str(), State::Problem, words, remedy), None);
        }
    };
    let time = time_of(&response);
    let status = response.status();
    let body = response.json::<Value>().await.unwrap_or_default();
    let said = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let finding = if status.is_success() && said("status") == "healthy" && said("service") == calls_itself(name) {
        Finding::fine("service", name.as_str(), format!("healthy at {}", section.url))
    } else {
        let who = if said("service").is_empty() { "another program" } else { said("service") };
        let words = format!("{who} answers at {address} (status {status})");
        let remedy = format!("see whether `services.{name}.url` is right, and end what does not belong there");
        Finding::wrong("service", name.as_str(), State::Problem, words, remedy)
    };
    (finding, time)
}

/// What the service calls itself at `/health`.
fn calls_itself(name: ServiceName) -> &'static str {
    match name {
        ServiceName::Gateway => "orchestration-engine",
        ServiceName::Consent => "consent-engine",
        ServiceName::Policy => "policy-decision-point",
        ServiceName::Audit => "audit-service",
    }
}

/// The time in an answer's `Date` header (RFC 9110, section 6.6.1).
pub(super) fn time_of(response: &reqwest::Response) -> Option<DateTime<Utc>> {
    let header = response.headers().get("date")?.to_str().ok()?;
    DateTime::parse_from_rfc2822(header).ok().map(|time| time.to_utc())
}
