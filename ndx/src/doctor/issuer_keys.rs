//! The keys by which applications' tokens are judged: whether the issuer gives them, and how old those are that the gateway
//! holds.

use ndx_clock::SystemClock;
use ndx_config::Proof;
use orchestration_engine::server::Details;
use reqwest::StatusCode;
use serde_json::Value;

use super::{Finding, Patient, State, clocks, services::time_of};
use crate::{
    checked::counted,
    data_folder,
    exchange::{keys, services::ServiceName},
};

/// The gateway trusts keys that it could not renew for so many minutes.
const LONGEST_STALE_MINUTES: i64 = 60;

/// Looks at both sides.
pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let mut findings = at_the_issuer(patient).await;
    findings.push(at_the_gateway(patient).await);
    findings
}

async fn at_the_issuer(patient: &Patient) -> Vec<Finding> {
    let address = &patient.exchange.jwt.jwks_url;
    let remedy = "see whether the identity provider runs and `jwt.jwksUrl` is its address";
    let response = match patient.http.get(address.clone()).send().await {
        Ok(response) => response,
        Err(_) => {
            let words = format!("no answer from {address}");
            return vec![Finding::wrong("keys", "issuer", State::Problem, words, remedy)];
        }
    };
    let clock = time_of(&response).map(|time| clocks::compare("issuer", time));
    let keys = response.json::<Value>().await.ok().and_then(|body| Some(body.get("keys")?.as_array()?.len()));
    let finding = match keys {
        Some(number) if number > 0 => {
            Finding::fine("keys", "issuer", format!("gives {} at {address}", counted(number, "key")))
        }
        _ => Finding::wrong("keys", "issuer", State::Problem, format!("no key set at {address}"), remedy),
    };
    std::iter::once(finding).chain(clock).collect()
}

async fn at_the_gateway(patient: &Patient) -> Finding {
    let unknown = |words: &str, remedy: &str| Finding::wrong("keys", "gateway", State::Unknown, words, remedy);
    let mut address = patient.exchange.services.gateway.url.clone();
    address.set_path("/health/details");
    let mut request = patient.between.get(address);
    if patient.exchange.services.proof == Proof::Token {
        let Some(token) = own_token(patient) else {
            let words = "not asked: the gateway's own key is not here, and only its holder may ask";
            return unknown(words, "run this where the gateway's data folder is, and name it with `--data`");
        };
        request = request.bearer_auth(token);
    }
    let details = match request.send().await.and_then(reqwest::Response::error_for_status) {
        Ok(response) => response.json::<Details>().await.ok(),
        Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
            let remedy =
                "put what `ndx keys public` prints of it into `services.gateway.publicKeys`, and see the clocks";
            return unknown("not told: the gateway does not know its own key", remedy);
        }
        Err(_) => None,
    };
    let Some(details) = details else {
        return unknown("not told: the gateway does not answer", "see the service `gateway` above");
    };
    let Some(fetched) = details.issuer_keys_fetched_at else {
        return Finding::fine("keys", "gateway", "holds none yet: nobody has asked since it started");
    };
    let held = counted(details.issuer_keys, "key");
    let minutes = (SystemClock::shared().now() - fetched).num_minutes();
    let words = format!("holds {held}, fetched {} ago", counted(usize::try_from(minutes).unwrap_or(0), "minute"));
    let remedy = "the gateway asks when it next needs them; without an answer it lets nobody in after an hour";
    if minutes < LONGEST_STALE_MINUTES {
        Finding::fine("keys", "gateway", words)
    } else {
        Finding::wrong("keys", "gateway", State::Warning, words, remedy)
    }
}

/// A token with which the gateway calls itself; `None` where its key is not. No key is made.
fn own_token(patient: &Patient) -> Option<String> {
    let gateway = ServiceName::Gateway;
    let configured = gateway.section(&patient.exchange).key.is_some();
    if !configured && !data_folder::service_key(&patient.data, gateway.as_str()).exists() {
        return None;
    }
    let key = keys::own(&patient.exchange, &patient.data, gateway, &SystemClock::shared()).ok()?;
    key.token_for(gateway.as_str()).ok()
}
