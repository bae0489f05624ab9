//! The record in the words of OpenDIF, over HTTP, on both engines.

use crate::ground::*;
use ndx_contracts::audit::{AuditEvent, AuditLog, FieldEntry};
use serde_json::json;

fn outcomes(outcomes: &[(&str, &str)]) -> Vec<FieldEntry> {
    let entry = |(root, outcome): &(&str, &str)| FieldEntry { root: (*root).into(), ..fields(outcome).remove(0) };
    outcomes.iter().map(entry).collect()
}

#[tokio::test]
async fn the_record_is_told_in_opendifs_words() {
    let ground = Ground::new();
    let mut stories = Vec::new();
    for place in ground.both() {
        let running = Running::start(&ground, &place).await;
        let keep = async |record| running.audit.append(record).await.unwrap();
        keep(record(1, intent())).await;
        assert_eq!(running.get("/api/audit-logs").await.1["total"], 0, "the request has not ended");
        keep(record(1, release())).await;
        keep(record(2, intent())).await;
        keep(record(2, aborted())).await;
        let mut denied = record(
            3,
            AuditEvent::Refused {
                code: "PDP_NOT_ALLOWED".to_owned(),
                fields: outcomes(&[("0:personInfo", "PDP_NOT_ALLOWED")]),
            },
        );
        (denied.policy_version, denied.providers) = (None, Vec::new());
        denied.subjects[0].consent = None;
        keep(denied).await;
        let mut unshared = record(
            4,
            AuditEvent::Refused {
                code: "CE_NOT_APPROVED".to_owned(),
                fields: outcomes(&[("0:personInfo", "CE_NOT_APPROVED")]),
            },
        );
        unshared.providers = Vec::new();
        keep(unshared).await;
        keep(record(5, intent())).await;
        keep(record(5, AuditEvent::Release { fields: fields("PROVIDER_TIMEOUT") })).await;

        let (_, page) = running.get("/api/audit-logs?limit=1000").await;
        let logs = page["logs"].as_array().unwrap();
        let story: Vec<_> = logs
            .iter()
            .map(|log| {
                format!(
                    "{} {} {} {}",
                    log["seq"],
                    log["eventType"].as_str().unwrap(),
                    log["status"].as_str().unwrap(),
                    log["targetId"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(
            story,
            [
                "8 CONSENT_CHECK SUCCESS consent-engine",
                "8 DATA_REQUEST SUCCESS orchestration-engine",
                "8 POLICY_CHECK SUCCESS policy-decision-point",
                "8 PROVIDER_FETCH FAILURE drp",
                "6 CONSENT_CHECK FAILURE consent-engine",
                "6 DATA_REQUEST FAILURE orchestration-engine",
                "6 POLICY_CHECK SUCCESS policy-decision-point",
                "5 DATA_REQUEST FAILURE orchestration-engine",
                "5 POLICY_CHECK FAILURE policy-decision-point",
                "4 CONSENT_CHECK SUCCESS consent-engine",
                "4 DATA_REQUEST FAILURE orchestration-engine",
                "4 POLICY_CHECK SUCCESS policy-decision-point",
                "4 PROVIDER_FETCH FAILURE drp",
                "2 CONSENT_CHECK SUCCESS consent-engine",
                "2 DATA_REQUEST SUCCESS orchestration-engine",
                "2 POLICY_CHECK SUCCESS policy-decision-point",
                "2 PROVIDER_FETCH SUCCESS drp",
            ],
            "{place}"
        );
        assert_eq!(page["total"], 17);

        let of = |seq: i64, event_type: &str| {
            logs.iter().find(|log| log["seq"] == seq && log["eventType"] == event_type).unwrap()
        };
        let field = json!({"schemaId": "drp-schema-v1", "fieldName": "person.fullName"});
        let asked = json!({"applicationId": "passport-app", "member": "die", "purpose": "passport-application"});
        assert_eq!(of(2, "DATA_REQUEST")["requestMetadata"], asked);
        assert_eq!(of(2, "DATA_REQUEST")["responseMetadata"]["fields"][0]["outcome"], "released");
        assert_eq!(of(4, "DATA_REQUEST")["responseMetadata"]["reason"], "PROVIDER_TIMEOUT");
        assert_eq!(of(5, "DATA_REQUEST")["responseMetadata"]["code"], "PDP_NOT_ALLOWED");
        assert_eq!(of(5, "POLICY_CHECK")["responseMetadata"], json!({"policyVersion": null, "decision": "DENY"}));
        assert_eq!(of(4, "POLICY_CHECK")["requestMetadata"]["requiredFields"], json!([field]), "from the INTENT");
        assert_eq!(of(4, "PROVIDER_FETCH")["requestMetadata"]["requestedFields"], json!(["person.fullName"]));
        assert_eq!(of(2, "CONSENT_CHECK")["responseMetadata"]["version"], 2);
        assert_eq!(of(2, "CONSENT_CHECK")["requestMetadata"]["subjectHash"].as_str().unwrap().len(), 64);
        for log in logs {
            let actor = match log["eventType"].as_str().unwrap() {
                "DATA_REQUEST" => ("APPLICATION", "passport-app"),
                _ => ("SERVICE", "orchestration-engine"),
            };
            assert_eq!((log["actorType"].as_str().unwrap(), log["actorId"].as_str().unwrap()), actor);
            assert_eq!(log["traceId"], "4bf92f35-77b3-4da6-a3ce-929d0e0e4736");
        }

        let mut ids: Vec<_> = logs.iter().map(|log| log["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 17, "each has an id of its own");
        let mut paged = Vec::new();
        for offset in (0..20).step_by(5) {
            let (_, page) = running.get(&format!("/api/audit-logs?limit=5&offset={offset}")).await;
            assert_eq!(page["total"], 17);
            paged.extend(page["logs"].as_array().unwrap().clone());
        }
        assert_eq!(&paged, logs, "{place}: pages show each event once, the same as ever");
        let (_, page) = running.get(&format!("/api/audit-logs?eventType=PROVIDER_FETCH&traceId={TRACE}&limit=2")).await;
        assert_eq!((&page["total"], page["logs"].as_array().unwrap().len()), (&json!(3), 2), "{place}");
        stories.push(story);
    }
    assert_eq!(stories[0], stories[1]);
}

#[tokio::test]
async fn limits_out_of_range_mean_a_hundred_as_the_contract_has_it() {
    let ground = Ground::new();
    let running = Running::start(&ground, &ground.sqlite()).await;
    for (asked, given) in [
        ("limit=0", 100),
        ("limit=1001", 100),
        ("limit=-5", 100),
        ("limit=99999999999999999999", 100),
        ("limit=1000", 1000),
        ("", 100),
    ] {
        let (status, page) = running.get(&format!("/api/audit-logs?{asked}")).await;
        assert_eq!((status, &page["limit"]), (200, &json!(given)), "{asked}");
    }
    for bad in ["limit=x", "offset=-1", "offset=1.5", "eventType=INTENT", "eventType="] {
        let (status, body) = running.get(&format!("/api/audit-logs?{bad}")).await;
        assert_eq!(status, 400, "{bad}");
        is_problem(&body, "BAD_REQUEST");
    }
    let (status, body) = running.get("/api/audit-logs?traceId=x").await;
    assert_eq!((status, &body["error"]), (400, &json!("Invalid traceId format: expected UUID")));
}
