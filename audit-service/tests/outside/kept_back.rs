//! L7: what a law or a court keeps back from a person's history, for a time or for good, on both engines.

use crate::{
    ground::*,
    history::{OTHER, asked, history, law, person, released},
};
use chrono::{DateTime, Utc};
use ndx_clock::ManualClock;
use ndx_contracts::{
    LegalBasis,
    audit::{AuditEvent, AuditLog, AuditRecord},
    history::{Complaint, Use},
};
use serde_json::{Value, json};

#[tokio::test]
async fn l7_what_is_kept_back_is_left_out_and_nobody_learns_whether_it_is_about_her() {
    let ground = Ground::new();
    for place in ground.both() {
        let audit = ground.open(&place).await;
        let consent = Some(LegalBasis::Consent);
        released(&audit, 1, &[("person.fullName", "released", Some(law("later")))]).await;
        released(&audit, 2, &[("person.fullName", "released", Some(law("never")))]).await;
        // One request, two grounds: the one is told, and what names no ground keeps silent with the other.
        let mixed = [
            ("person.fullName", "released", consent),
            ("person.sex", "released", Some(law("later"))),
            ("person.photo", "released", None),
        ];
        released(&audit, 3, &mixed).await;
        // An order that has ended is refused; that it was claimed is not told sooner than its use would have been.
        let denied = asked(&[("person.fullName", "PDP_NOT_ALLOWED", Some(law("never")))]);
        audit
            .append(record(4, AuditEvent::Refused { code: "PDP_NOT_ALLOWED".to_owned(), fields: denied }))
            .await
            .unwrap();
        // Policy could not say what it was wanted for.
        let undecided = AuditEvent::Refused { code: "PDP_UNAVAILABLE".to_owned(), fields: fields("PDP_UNAVAILABLE") };
        audit.append(AuditRecord { policy_version: None, ..record(5, undecided) }).await.unwrap();

        let page = history(&audit, NIC).await;
        assert_eq!((page.total, page.uses.len()), (1, 1), "{place}");
        let told: Vec<_> = page.uses[0].fields.iter().map(|field| &*field.field.field_name).collect();
        assert_eq!(told, ["person.fullName"], "{place}");
        let hers = serde_json::to_string(&page).unwrap();
        assert!(!hers.contains("Elections Act"), "{hers}");
        assert!(page.some_not_shown, "{place}");
        assert!(history(&audit, "200000000000").await.some_not_shown, "the same is told to everybody");
        // Oversight reads the record itself.
        assert_eq!(all(&audit).await.total, 8, "{place}");
    }
}

/// What a law keeps back for some days, and a court until its order has ended, is shown then, in its place; what is never shown
/// never is.
#[tokio::test]
async fn l7_what_is_kept_back_for_a_time_is_shown_afterwards_in_its_place() {
    let ground = Ground::new();
    for place in ground.both() {
        let clock = ManualClock::at("2026-11-20T00:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let audit = ground.open_as(&place, clock.clone(), audit_service::Role::Alone).await;
        let basis = |text: Value| Some(serde_json::from_value::<LegalBasis>(text).unwrap());
        let law = |after: &str| {
            basis(
                json!({"statutoryTask": {"law": "Police Act", "section": "3", "display": "later", "shownAfter": after}}),
            )
        };
        let order = |display: &str| {
            basis(json!({"courtOrder": {
                "court": "High Court", "reference": "HC 1", "until": "2026-12-01T00:00:00Z", "display": display}}))
        };
        let one = |ground: Option<LegalBasis>| [("person.fullName", "released", ground)];
        released(&audit, 1, &one(order("later"))).await;
        released(&audit, 2, &one(order("never"))).await;
        released(&audit, 3, &one(law("P30D"))).await;
        // The one part is seen at once, the others when their times have come; what names no ground, with the last of them.
        let mixed = [
            ("person.fullName", "released", Some(LegalBasis::Consent)),
            ("person.sex", "released", order("later")),
            ("person.address", "released", law("P30D")),
            ("person.photo", "released", None),
        ];
        released(&audit, 4, &mixed).await;
        let seen = async || {
            let page = history(&audit, NIC).await;
            assert_eq!(page.total, page.uses.len() as u64, "{place}");
            assert!(
                page.some_not_shown && history(&audit, OTHER).await.some_not_shown,
                "to everybody the same: {place}"
            );
            let fields = |one: &Use| one.fields.len();
            (page.uses.iter().map(fields).collect::<Vec<_>>(), page.uses)
        };
        assert_eq!(seen().await.0, [1], "{place}");
        let hidden = all(&audit).await.logs.into_iter().rfind(|entry| entry.event == "RELEASE").unwrap().id;
        let wrong = Complaint { person: person(NIC), about: hidden, text: "Not me.".to_owned() };
        assert_eq!(audit.complain(&wrong).await.unwrap(), None, "{place}");
        clock.advance(chrono::TimeDelta::days(11) - chrono::TimeDelta::milliseconds(1));
        assert_eq!(seen().await.0, [1], "{place}");
        clock.advance(chrono::TimeDelta::milliseconds(1));
        let (fields, uses) = seen().await;
        assert_eq!(fields, [2, 1], "the order has ended: {place}");
        assert_eq!(uses[1].id, hidden, "the older one stands where it was asked: {place}");
        assert!(audit.complain(&wrong).await.unwrap().is_some(), "{place}");
        clock.advance(chrono::TimeDelta::days(19));
        assert_eq!(seen().await.0, [4, 1, 1], "{place}");
        clock.advance(chrono::TimeDelta::days(36_525));
        assert_eq!(seen().await.0, [4, 1, 1], "never is never: {place}");
    }
}
