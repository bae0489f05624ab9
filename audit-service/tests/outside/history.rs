//! Who asked about whom: the index beside the record, and what a person is told from it, on both engines.

use std::collections::BTreeSet;

use crate::ground::*;
use audit_service::Audit;
use chrono::{DateTime, Utc};
use ndx_clock::ManualClock;
use ndx_contracts::{
    FieldRef, LegalBasis, Subject,
    audit::{AuditEvent, AuditLog, AuditRecord, ConsentVersion, FieldEntry},
    history::{Complaint, HistoryPage, HistoryQuestion, UseResult},
};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

pub const OTHER: &str = "861234567V";

pub fn person(nic: &str) -> Subject {
    Subject::from_canonical(nic)
}

pub fn question(nic: &str) -> HistoryQuestion {
    HistoryQuestion::about(person(nic))
}

pub fn law(display: &str) -> LegalBasis {
    let task = json!({"statutoryTask": {"law": "Elections Act", "section": "9", "display": display}});
    serde_json::from_value(task).unwrap()
}

/// Fields of the root `0:personInfo`, each with its outcome and ground.
pub fn asked(fields: &[(&str, &str, Option<LegalBasis>)]) -> Vec<FieldEntry> {
    let entry = |(name, outcome, basis): &(&str, &str, Option<LegalBasis>)| FieldEntry {
        root: "0:personInfo".into(),
        field: FieldRef::new("drp-schema-v1", *name),
        outcome: (*outcome).to_owned().into(),
        basis: basis.clone(),
    };
    fields.iter().map(entry).collect()
}

/// One request that is released with these outcomes.
pub async fn released(audit: &Audit, request: u128, fields: &[(&str, &str, Option<LegalBasis>)]) {
    let intent = fields.iter().map(|(name, _, basis)| (*name, "asked", basis.clone())).collect::<Vec<_>>();
    audit.append(record(request, AuditEvent::Intent { fields: asked(&intent) })).await.unwrap();
    audit.append(record(request, AuditEvent::Release { fields: asked(fields) })).await.unwrap();
}

pub async fn history(audit: &Audit, nic: &str) -> HistoryPage {
    audit.history(&question(nic)).await.unwrap()
}

pub fn ids(page: &HistoryPage) -> Vec<&str> {
    page.uses.iter().map(|one| one.trace_id.as_str()).collect()
}

#[tokio::test]
async fn a_person_finds_each_use_of_her_data_and_nobody_elses() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        let consent = Some(LegalBasis::Consent);
        released(
            &audit,
            1,
            &[("person.fullName", "released", consent.clone()), ("person.sex", "FIELD_NOT_SHARED", consent)],
        )
        .await;
        released(&audit, 2, &[("person.fullName", "nothing", Some(law("now")))]).await;
        released(&audit, 3, &[("person.fullName", "PROVIDER_TIMEOUT", None)]).await;
        audit.append(record(4, intent())).await.unwrap();
        audit.append(record(4, aborted())).await.unwrap();
        let refused = |code: &str| AuditEvent::Refused { code: code.to_owned(), fields: fields(code) };
        audit.append(record(5, refused("PDP_NOT_ALLOWED"))).await.unwrap();
        audit.append(record(6, refused("EXPLAINED"))).await.unwrap();
        let mut another = record(7, refused("CE_NOT_APPROVED"));
        another.subjects[0].subject = Some(person(OTHER));
        audit.append(another).await.unwrap();
        audit.append(record(8, intent())).await.unwrap();

        let page = history(&audit, NIC).await;
        use UseResult::*;
        let results: Vec<_> = page.uses.iter().map(|one| one.result).collect();
        assert_eq!(results, [Explained, Refused, Failed, Failed, NothingFound, Released], "{place}");
        assert_eq!((page.total, page.some_not_shown, page.behind), (6, false, 0), "{place}");
        let first = page.uses.last().unwrap();
        assert_eq!((first.application.as_str(), first.member.as_str()), ("passport-app", "die"));
        assert_eq!((first.consents.as_slice(), first.providers.len()), ([Uuid::from_u128(9)].as_slice(), 1));
        let told: Vec<_> =
            first.fields.iter().map(|field| (&*field.field.field_name, field.outcome.as_str())).collect();
        assert_eq!(told, [("person.fullName", "released"), ("person.sex", "FIELD_NOT_SHARED")]);
        assert_eq!(first.fields[0].basis, Some(LegalBasis::Consent));
        assert_eq!(page.uses[4].fields[0].basis, Some(law("now")));
        // What was aborted says itself nothing of fields.
        assert_eq!((page.uses[2].fields.len(), page.uses[2].fields[0].outcome.as_str()), (1, "asked"));
        assert_eq!(history(&audit, OTHER).await.total, 1, "{place}");
        assert_eq!(history(&audit, "200000000000").await.uses, [], "{place}");
        assert!(!String::from_utf8_lossy(&ground.dump(&place)).contains(NIC), "{place}");
    }
}

#[tokio::test]
async fn a_history_is_read_in_pages_by_body_by_time_and_by_its_id() {
    let ground = Ground::new();
    for place in ground.both() {
        let clock = ManualClock::at("2026-11-20T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let audit = ground.open_as(&place, clock.clone(), audit_service::Role::Alone).await;
        for request in 0..30 {
            let member = if request % 3 == 0 { "elc" } else { "die" };
            let trace_id = format!("{request:032x}").as_str().into();
            let refused = AuditEvent::Refused { code: "CE_NOT_APPROVED".to_owned(), fields: fields("CE_NOT_APPROVED") };
            let mut entry = AuditRecord { member: member.into(), trace_id, ..record(request, refused) };
            if request % 5 == 0 {
                entry.subjects[0].consent = Some(ConsentVersion { consent_id: Uuid::from_u128(500), version: 1 });
            }
            audit.append(entry).await.unwrap();
            clock.advance(chrono::TimeDelta::hours(1));
        }
        let ask = async |change: &dyn Fn(&mut HistoryQuestion)| {
            let mut question = question(NIC);
            change(&mut question);
            audit.history(&question).await.unwrap()
        };
        let first = ask(&|_| {}).await;
        assert_eq!((first.total, first.uses.len()), (30, 25), "{place}");
        let rest = ask(&|question| question.offset = 25).await;
        assert_eq!((rest.total, rest.uses.len()), (30, 5), "{place}");
        let together: BTreeSet<_> = ids(&first).into_iter().chain(ids(&rest)).collect();
        assert_eq!(together.len(), 30, "{place}");
        assert!(first.uses.is_sorted_by(|newer, older| newer.at > older.at), "newest first");
        let by_body = ask(&|question| question.body = Some("elc".into())).await;
        assert_eq!((by_body.total, by_body.uses.len()), (10, 10), "{place}");
        let (from, until) = ("2026-11-20T05:00:00Z".parse().unwrap(), "2026-11-20T08:00:00Z".parse().unwrap());
        let by_time = ask(&|question| (question.from, question.until) = (Some(from), Some(until))).await;
        assert_eq!(by_time.total, 3, "from the first moment, up to before the last: {place}");
        let under = ask(&|question| question.consent = Some(Uuid::from_u128(500))).await;
        assert_eq!((under.total, under.uses.len()), (6, 6), "{place}");
        assert!(under.uses.iter().all(|one| one.consents == [Uuid::from_u128(500)]), "{place}");
        let both = ask(&|question| {
            (question.consent, question.body) = (Some(Uuid::from_u128(500)), Some("elc".into()));
        });
        assert_eq!(both.await.total, 2, "{place}");
        let of_another = HistoryQuestion { consent: Some(Uuid::from_u128(500)), ..question(OTHER) };
        assert_eq!(audit.history(&of_another).await.unwrap().total, 0, "{place}");
        let one = first.uses[7].id;
        let by_id = ask(&|question| question.id = Some(one)).await;
        assert_eq!((by_id.total, by_id.uses[0].id), (1, one), "{place}");
        let mut hers = HistoryQuestion { id: Some(one), ..question(OTHER) };
        assert_eq!(audit.history(&hers).await.unwrap().uses, [], "another person's id is nobody's: {place}");
        hers.id = Some(Uuid::nil());
        assert_eq!(audit.history(&hers).await.unwrap().total, 0, "{place}");
    }
}

#[tokio::test]
async fn a_complaint_is_kept_sealed_and_can_be_listed() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        released(&audit, 1, &[("person.fullName", "released", None)]).await;
        released(&audit, 2, &[("person.fullName", "released", Some(law("never")))]).await;
        let shown = history(&audit, NIC).await.uses.remove(0).id;
        let complaint =
            |about, nic: &str| Complaint { person: person(nic), about, text: "I never applied.".to_owned() };
        let receipt = audit.complain(&complaint(shown, NIC)).await.unwrap().unwrap();
        let hidden = all(&audit).await.logs.remove(0).id;
        for (about, nic) in [(shown, OTHER), (hidden, NIC), (Uuid::nil(), NIC)] {
            assert_eq!(audit.complain(&complaint(about, nic)).await.unwrap(), None, "{place}");
        }
        let listed = audit.complaints(10, 0).await.unwrap();
        assert_eq!((listed.total, listed.logs.len()), (1, 1), "{place}");
        let entry = &listed.logs[0];
        assert_eq!((entry.id, entry.received_at, entry.about), (receipt.id, receipt.received_at, shown), "{place}");
        assert_eq!((entry.text.as_str(), entry.member.as_str()), ("I never applied.", "die"), "{place}");
        let dump = ground.dump(&place);
        assert!(!String::from_utf8_lossy(&dump).contains("I never applied"), "{place}");
        audit.close().await;
        let mut database = ndx_store::connection::connect(&place, &audit_service::store::TABLES).await.unwrap();
        for change in ["UPDATE complaints SET received_at = ''", "DELETE FROM complaints"] {
            assert!(sqlx::query(change).execute(&mut database).await.is_err(), "{place}: {change}");
        }
    }
}

#[tokio::test]
async fn only_the_consent_engine_asks_for_a_persons_history() {
    let ground = Ground::new();
    for place in ground.both() {
        let running = Running::start(&ground, &place).await;
        released(&running.audit, 1, &[("person.fullName", "released", Some(law("now")))]).await;
        let path = "/internal/api/v1/history";
        let (status, body) = running.post(path, &json!({"person": NIC})).await;
        assert_eq!(status, 403, "{body}");
        is_problem(&body, "FORBIDDEN");
        let (status, body) =
            running.post("/internal/api/v1/complaints", &json!({"person": NIC, "use": Uuid::nil(), "text": "x"})).await;
        assert_eq!(status, 403, "{body}");
        let stranger = running.client.post(format!("{}{path}", running.url)).json(&json!({"person": NIC}));
        assert_eq!(answer(stranger).await.0, 401);

        let consent = async |method: Method, path: &str, body: Value| {
            let token = running.portal.token_for("audit").unwrap();
            answer(running.client.request(method, format!("{}{path}", running.url)).bearer_auth(token).json(&body))
                .await
        };
        let (status, page) = consent(Method::POST, path, json!({"person": NIC, "limit": 1})).await;
        assert_eq!((status, &page["total"], &page["someNotShown"]), (200, &json!(1), &json!(false)), "{page}");
        let one = &page["uses"][0];
        assert_eq!((&one["result"], &one["member"]), (&json!("released"), &json!("die")));
        assert_eq!(one["fields"][0]["basis"]["statutoryTask"]["law"], "Elections Act");
        let wrong = json!({"person": "", "body": "", "limit": 501, "offset": 4_000_000_000_u32});
        let (status, body) = consent(Method::POST, path, wrong).await;
        assert_eq!(status, 400);
        for word in ["`person`", "`body`", "`limit`", "`offset`"] {
            assert!(body["details"].as_str().unwrap().contains(word), "{word}: {body}");
        }
        let complaint = json!({"person": NIC, "use": one["id"], "text": "Why?"});
        let (status, receipt) = consent(Method::POST, "/internal/api/v1/complaints", complaint).await;
        assert_eq!(status, 201, "{receipt}");
        let nothing = json!({"person": OTHER, "use": one["id"], "text": "Why?"});
        assert_eq!(consent(Method::POST, "/internal/api/v1/complaints", nothing).await.0, 404);
        let long = json!({"person": NIC, "use": one["id"], "text": "x".repeat(2001)});
        assert_eq!(consent(Method::POST, "/internal/api/v1/complaints", long).await.0, 400);
        let (status, listed) = running.get("/internal/api/v1/complaints?limit=5").await;
        assert_eq!((status, &listed["total"], &listed["logs"][0]["id"]), (200, &json!(1), &receipt["id"]), "{listed}");
        assert_eq!(running.get("/internal/api/v1/complaints?limit=0").await.0, 400);
        // Looking leaves no trace among the requests for data.
        assert_eq!(all(&running.audit).await.total, 2, "{place}");
    }
}
