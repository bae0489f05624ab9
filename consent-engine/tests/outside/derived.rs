//! The table of current consents: what is derived with every action, what is read from it, and how it is rebuilt.

use crate::support::*;
use chrono::TimeDelta;
use consent_engine::{
    Decision, Narrowing,
    store::{Different, SqlStore},
};
use ndx_contracts::consent::{ConsentEngine, ConsentStatus};
use uuid::Uuid;

fn share() -> Decision {
    Decision::Share { optional: vec![field(3)], length: TimeDelta::days(7) }
}

/// The store beside the engine, as the operator's command opens it.
async fn store(ledger: &Ledger) -> SqlStore {
    SqlStore::open_as_it_is(&ledger.place(), &ledger.root_key(), ledger.clock.clone()).await.unwrap()
}

/// A consent to which everything has happened that can happen, and one of which nothing stands.
async fn eventful(ledger: &Ledger) -> [Uuid; 2] {
    let (current, nayana) = (ledger.engine.current(), subject(NAYANA));
    let id = ledger.require(NAYANA, &[0, 3]).await.consent_id;
    current.decide(&nayana, id, 1, share(), None, &trace()).await.unwrap();
    let less = Narrowing { stop: vec![field(3)], length: Some(TimeDelta::days(1)) };
    current.narrow(&nayana, id, 2, less, None, &trace()).await.unwrap();
    ledger.require(NAYANA, &[0, 1]).await;
    current.stop(&nayana, id, &trace()).await.unwrap();
    current.reopen(&nayana, id, &trace()).await.unwrap();
    ledger.advance(7200);
    let lapsed = current.decide(&nayana, id, 6, share(), None, &trace()).await;
    assert!(lapsed.is_err(), "her own request has lapsed, which is now recorded");
    let other = ledger.require(REGINA, &[0]).await.consent_id;
    let denied = Decision::Deny { unexpected: true };
    current.decide(&subject(REGINA), other, 1, denied, None, &trace()).await.unwrap();
    [id, other]
}

async fn each_action_is_followed_by_what_it_amounts_to(on: On) {
    let ledger = ledger_on(on).await;
    let [id, _] = eventful(&ledger).await;
    let rebuilt = store(&ledger).await.rebuild(false).await.unwrap();
    assert_eq!((rebuilt.compared, rebuilt.different), (2, Vec::new()));
    let rows = ledger.sql("SELECT consent_id || ' ' || status || ' ' || version FROM current_consents").await;
    assert!(rows.contains(&format!("{id} revoked 7")), "{rows:?}");
    let unexpected = store(&ledger).await.suspicious(10).await.unwrap();
    assert_eq!(unexpected.len(), 1);
    assert_eq!((unexpected[0].application.as_str(), &unexpected[0].denied_in), ("passport-app", &trace()));
}

async fn a_row_that_is_older_than_the_history_counts_for_nothing(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    ledger.engine.current().decide(&subject(NAYANA), id, 1, share(), None, &trace()).await.unwrap();
    let asked = ledger.sql("SELECT state FROM current_consents").await.remove(0);
    ledger.engine.current().stop(&subject(NAYANA), id, &trace()).await.unwrap();
    // As another version of the program leaves it: the history goes on, the row does not.
    ledger.sql(&format!("UPDATE current_consents SET version = 2, status = 'approved', state = '{asked}'")).await;
    let fresh = ledger.another().await;
    assert_eq!(fresh.require(&requirement(NAYANA, &[0])).await.unwrap().status, ConsentStatus::Revoked);
    ledger.sql("UPDATE current_consents SET version = 3, rules = 0").await;
    let fresh = ledger.another().await;
    assert_eq!(
        fresh.current().consents_of(&subject(NAYANA)).await.unwrap()[0].consent.status(),
        ConsentStatus::Revoked
    );
    ledger.sql("DELETE FROM current_consents").await;
    let fresh = ledger.another().await;
    assert_eq!(fresh.current().consent_of(&subject(NAYANA), id).await.unwrap().consent.version, 3);
}

async fn what_differs_is_named_and_mended_and_no_history_is_touched(on: On) {
    let ledger = ledger_on(on).await;
    let [one, other] = eventful(&ledger).await;
    let history = "SELECT action FROM consent_actions ORDER BY consent_id, seq";
    let before = ledger.sql(history).await;
    ledger.sql(&format!("UPDATE current_consents SET status = 'approved' WHERE consent_id = '{one}'")).await;
    ledger.sql(&format!("DELETE FROM current_consents WHERE consent_id = '{other}'")).await;
    let store = store(&ledger).await;
    let mut expected = vec![
        Different { consent_id: one, columns: vec!["status"] },
        Different { consent_id: other, columns: vec!["row"] },
    ];
    expected.sort_by_key(|one| one.consent_id.to_string());
    for mend in [false, true] {
        let rebuilt = store.rebuild(mend).await.unwrap();
        assert_eq!((rebuilt.compared, &rebuilt.different), (2, &expected), "{mend}");
    }
    assert_eq!(store.rebuild(false).await.unwrap().different, []);
    assert_eq!(ledger.sql(history).await, before);
}

async fn what_was_written_before_there_was_the_table_is_derived_at_the_next_start(on: On) {
    let ledger = ledger_on(on).await;
    eventful(&ledger).await;
    let rows = "SELECT consent_id || ' ' || version || ' ' || state FROM current_consents ORDER BY consent_id";
    let before = ledger.sql(rows).await;
    ledger.engine.close().await;
    for forgotten in ["DELETE FROM current_consents", "DELETE FROM derived"] {
        ledger.sql(forgotten).await;
    }
    let again = ledger.another().await;
    assert_eq!(ledger.sql(rows).await, before);
    assert_eq!(ledger.sql("SELECT name FROM derived").await, ["current_consents"]);
    again.close().await;
    // Once is enough: a later start derives nothing anew.
    ledger.sql("DELETE FROM current_consents").await;
    ledger.another().await;
    assert!(ledger.sql(rows).await.is_empty());
}

async fn histories_of_earlier_versions_are_read(on: On) {
    let ledger = ledger_on(on).await;
    let id = ledger.require(NAYANA, &[0]).await.consent_id;
    let asked_at = "SELECT CAST(at AS TEXT) FROM consent_actions";
    let at = ledger.sql(asked_at).await.remove(0);
    let until = ledger.clock_at(3600);
    let granted = format!(
        r#"{{"action":"GRANTED","fields":[{{"schemaId":"drp-schema-v1","fieldName":"person.fullName"}}],"declined":[],"until":"{until}"}}"#
    );
    ledger
        .sql(&format!(
            "INSERT INTO consent_actions (consent_id, seq, at, trace_id, action) VALUES ('{id}', 2, {at}, 't', '{granted}')"
        ))
        .await;
    let fresh = ledger.another().await;
    assert_eq!(fresh.require(&requirement(NAYANA, &[0])).await.unwrap().covered, [field(0)]);
    let history = fresh.current().history_of(&subject(NAYANA), id).await.unwrap();
    assert_eq!(history.entries[1].action.evidence(), None);
}

on_both_engines! {
    each_action_is_followed_by_what_it_amounts_to,
    a_row_that_is_older_than_the_history_counts_for_nothing,
    what_differs_is_named_and_mended_and_no_history_is_touched,
    what_was_written_before_there_was_the_table_is_derived_at_the_next_start,
    histories_of_earlier_versions_are_read,
}
