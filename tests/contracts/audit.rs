//! What the gateway relies on from an audit log.

use std::sync::Arc;

use audit_service::{Audit, Role, store::RecordFilter};
use ndx_contracts::{
    FieldRef, Subject,
    audit::{AuditEvent, AuditLog, AuditRecord, ConsentVersion, FieldEntry, ProviderName, SubjectEntry},
};
use ndx_remote::RemoteAuditLog;
use ndx_testkit::Stores;
use uuid::Uuid;

use crate::ways::{Ground, Way, in_every_way};

in_every_way!(suite);

fn record(request_id: Uuid, event: AuditEvent) -> AuditRecord {
    AuditRecord {
        request_id,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        application: "passport-app".into(),
        member: "die".into(),
        purpose: "passport-application".into(),
        reference: None,
        policy_version: Some(7),
        plan_hash: Some("abc".to_owned()),
        providers: vec![ProviderName { provider_key: "drp".into(), schema_id: "drp-schema-v1".into() }],
        subjects: vec![SubjectEntry {
            root: "0:personInfo".into(),
            subject: Some(Subject::from_canonical("199512345678")),
            consent: Some(ConsentVersion { consent_id: Uuid::from_u128(9), version: 2 }),
        }],
        event,
    }
}

fn fields(outcome: &str) -> Vec<FieldEntry> {
    let field = FieldRef::new("drp-schema-v1", "person.fullName");
    vec![FieldEntry { root: "0:personInfo".into(), field, outcome: outcome.to_owned().into(), basis: None }]
}

async fn suite(ground: Ground) {
    let audit = Audit::open(&ground.place(), &ground.root_key(), ground.clock.clone(), Role::Alone).await.unwrap();
    let judge: Arc<dyn AuditLog> = match ground.way {
        Way::InProcess => audit.clone(),
        _ => {
            let router = |callers| audit_service::server::router(audit.clone(), callers);
            Arc::new(RemoteAuditLog(ground.serve("audit", router).await))
        }
    };
    let [released, aborted, refused] = [1, 2, 3].map(Uuid::from_u128);
    for event in [
        (released, AuditEvent::Intent { fields: fields("asked") }),
        // A second stage of the same request.
        (released, AuditEvent::Intent { fields: fields("asked") }),
        (released, AuditEvent::Release { fields: fields("released") }),
        (aborted, AuditEvent::Intent { fields: fields("asked") }),
        (aborted, AuditEvent::Aborted { reason: "cancelled".to_owned() }),
        (refused, AuditEvent::Refused { code: "PDP_NOT_ALLOWED".to_owned(), fields: fields("NOT_GRANTED") }),
    ] {
        judge.append(record(event.0, event.1)).await.unwrap();
    }
    // One that was closed is closed: a second end is not written.
    judge.append(record(released, AuditEvent::Release { fields: fields("released") })).await.unwrap_err();
    judge.append(record(released, AuditEvent::Intent { fields: fields("asked") })).await.unwrap_err();

    let filter = RecordFilter { limit: 100, ..RecordFilter::default() };
    let page = serde_json::to_value(audit.records(&filter).await.unwrap()).unwrap();
    let logs = page["logs"].as_array().unwrap();
    let events: Vec<_> = logs.iter().rev().map(|log| log["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["INTENT", "INTENT", "RELEASE", "INTENT", "ABORTED", "REFUSED"]);
    let release = logs.iter().find(|log| log["event"] == "RELEASE").unwrap();
    assert_eq!(release["requestId"], released.to_string());
    assert_eq!((&release["policyVersion"], &release["planHash"]), (&7.into(), &"abc".into()));
    assert_eq!(release["fields"][0]["outcome"], "released");
    assert_eq!(release["subjects"][0]["consentVersion"], 2);
    assert_eq!(release["subjects"][0]["subjectHash"].as_str().unwrap().len(), 64);
    assert!(!page.to_string().contains("199512345678"));

    audit.close().await;
    judge.append(record(Uuid::from_u128(4), AuditEvent::Intent { fields: Vec::new() })).await.unwrap_err();
}
