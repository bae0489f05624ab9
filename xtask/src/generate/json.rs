//! What programs read: the JSON Schema of the configuration, and what the APIs say of themselves.

use serde::Serialize;

pub fn configuration() -> anyhow::Result<String> {
    pretty(&ndx_config::json_schema())
}

pub fn gateway() -> anyhow::Result<String> {
    pretty(&orchestration_engine::server::openapi())
}

pub fn consent() -> anyhow::Result<String> {
    pretty(&consent_engine::server::openapi())
}

pub fn policy() -> anyhow::Result<String> {
    pretty(&policy_decision_point::server::openapi())
}

pub fn audit() -> anyhow::Result<String> {
    pretty(&audit_service::server::openapi())
}

fn pretty(document: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(document)? + "\n")
}
