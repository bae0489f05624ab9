//! What the consent engine's pages rely on from the record and the policies.

use std::sync::Arc;

use audit_service::{Audit, Role};
use ndx_contracts::{
    FieldRef, LegalBasis, Subject,
    audit::{AuditEvent, AuditLog, AuditRecord, ConsentVersion, FieldEntry, ProviderName, SubjectEntry},
    history::{Complaint, HistoryQuestion, SubjectHistory, UseResult},
    policy::Grants,
};
use ndx_remote::{RemotePolicyDecisionPoint, RemoteSubjectHistory};
use ndx_testkit::Stores;
use policy_decision_point::Pdp;
use uuid::Uuid;

use crate::ways::{Ground, Way, in_every_way};

in_every_way!(suite);

const NAYANA: &str = "199512345678";

fn record(request: u128, event: AuditEvent) -> AuditRecord {
    AuditRecord {
        request_id: Uuid::from_u128(request),
        trace_id: format!("{request:032x}").as_str().into(),
        application: "electoral-roll".into(),
        member: "elc".into(),
        purpose: "electoral-roll".into(),
        reference: None,
        policy_version: Some(7),
        plan_hash: None,
        providers: vec![ProviderName { provider_key: "drp".into(), schema_id: "drp-schema-v1".into() }],
        subjects: vec![SubjectEntry {
            root: "0:personInfo".into(),
            subject: Some(Subject::from_canonical(NAYANA)),
            consent: Some(ConsentVersion { consent_id: Uuid::from_u128(9), version: 2 }),
        }],
        event,
    }
}

fn field(outcome: &str, basis: &LegalBasis) -> Vec<FieldEntry> {
    let (field, outcome) = (FieldRef::new("drp-schema-v1", "person.fullName"), outcome.to_owned().into());
    vec![FieldEntry { root: "0:personInfo".into(), field, outcome, basis: Some(basis.clone()) }]
}

async fn suite(ground: Ground) {
    let audit = Audit::open(&ground.place(), &ground.root_key(), ground.clock.clone(), Role::Alone).await.unwrap();
    let pdp = Pdp::open(&ground.exchange.policy, &ground.place(), ground.clock.clone()).await.unwrap();
    let (history, grants): (Arc<dyn SubjectHistory>, Arc<dyn Grants>) = match ground.way {
        Way::InProcess => (audit.clone(), pdp.clone()),
        _ => {
            let record = |callers| audit_service::server::router(audit.clone(), callers);
            let policies = |callers| policy_decision_point::server::router(pdp.clone(), callers);
            let record = ground.serve_to("consent", "audit", record).await;
            let policies = ground.serve_to("consent", "policy", policies).await;
            (Arc::new(RemoteSubjectHistory(record)), Arc::new(RemotePolicyDecisionPoint(policies)))
        }
    };
    let granted = grants.granted(&"electoral-roll".into(), &"electoral-roll".into()).await.unwrap();
    assert_eq!(granted, pdp.granted(&"electoral-roll".into(), &"electoral-roll".into()).await.unwrap());
    assert_eq!((granted.len(), granted[1].display_name.clone()), (3, Some("Full name".into())));
    let law = granted[1].basis.clone();
    assert!(!law.asks());

    for (request, basis) in [(1, &law), (2, &LegalBasis::Consent)] {
        audit.append(record(request, AuditEvent::Intent { fields: field("asked", basis) })).await.unwrap();
        audit.append(record(request, AuditEvent::Release { fields: field("released", basis) })).await.unwrap();
    }
    let question = HistoryQuestion::about(Subject::from_canonical(NAYANA));
    let page = history.history(&question).await.unwrap();
    let told: Vec<_> = page.uses.iter().map(|one| (one.result, one.fields[0].basis.clone())).collect();
    assert_eq!(told, [(UseResult::Released, Some(LegalBasis::Consent)), (UseResult::Released, Some(law))]);
    assert_eq!((page.total, page.some_not_shown, page.behind), (2, false, 0));
    assert_eq!(page.uses[0].consents, [Uuid::from_u128(9)]);
    let second = HistoryQuestion { limit: 1, offset: 1, body: Some("elc".into()), ..question.clone() };
    let second = history.history(&second).await.unwrap();
    assert_eq!(second.uses, page.uses[1..], "whoever is asked, and however, tells the same");
    let under = HistoryQuestion { consent: Some(Uuid::from_u128(9)), ..question.clone() };
    assert_eq!(
        history.history(&under).await.unwrap().uses,
        page.uses.iter().filter(|one| !one.consents.is_empty()).cloned().collect::<Vec<_>>()
    );
    let under_another = HistoryQuestion { consent: Some(Uuid::from_u128(8)), ..question.clone() };
    assert_eq!(history.history(&under_another).await.unwrap().total, 0);
    let nobody = HistoryQuestion { from: Some("2100-01-01T00:00:00Z".parse().unwrap()), ..question };
    assert_eq!(history.history(&nobody).await.unwrap().total, 0);

    let complaint = |nic: &str| Complaint {
        person: Subject::from_canonical(nic),
        about: page.uses[0].id,
        text: "I did not ask for this.".to_owned(),
    };
    let receipt = history.complain(&complaint(NAYANA)).await.unwrap().unwrap();
    assert_eq!(history.complain(&complaint("861234567V")).await.unwrap(), None, "it is not about her");
    let listed = audit.complaints(10, 0).await.unwrap();
    assert_eq!((listed.total, listed.logs[0].id), (1, receipt.id));
    audit.close().await;
    pdp.close().await;
    history.history(&HistoryQuestion::about(Subject::from_canonical(NAYANA))).await.unwrap_err();
}
