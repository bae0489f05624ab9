//! A question that is only explained: nobody is asked, nothing is opened, and what it tells is what then becomes of it.

use std::collections::BTreeMap;

use ndx_contracts::audit::AuditEvent;
use ndx_test_gateway::{Exchange, Reply};
use serde_json::{Map, Value, json};

use crate::{
    court::{Court, Recorded},
    recorded,
};

/// Has the question explained.
pub async fn explain(
    exchange: &Exchange,
    court: &Court,
    query: &str,
    variables: &Map<String, Value>,
) -> Result<Reply, String> {
    let asked = json!({"query": query, "variables": variables, "extensions": {"explain": true}});
    let reply = exchange.ask_all(asked).await;
    let wrong = |what: &str| Err(format!("{what}, though it was only to be explained\n{query}\n{}", reply.text));
    if reply.status != 200 || reply.codes() != ["EXPLAINED"] || reply.body["data"] != Value::Null {
        return wrong("something else was answered");
    }
    if !exchange.asked().is_empty() {
        return wrong("a register was asked");
    }
    if !std::mem::take(&mut *court.opened.lock().unwrap()).is_empty() {
        return wrong("somebody was asked for consent");
    }
    court.asked.lock().unwrap().clear();
    let records = std::mem::take(&mut *court.records.lock().unwrap());
    let is_told = |one: &Recorded| matches!(&one.record.event, AuditEvent::Refused { code, .. } if code == "EXPLAINED");
    if records.len() != 1 || !records.iter().all(is_told) {
        return wrong(&format!("{records:?} was recorded"));
    }
    Ok(reply)
}

/// Whether what was told is what the record of the question itself says.
pub fn agrees(explained: &Reply, records: &[Recorded]) -> Result<(), String> {
    let told = &explained.body["extensions"]["explain"];
    let roots = told["roots"].as_array().unwrap().iter();
    let roots: Vec<_> = roots.filter(|root| !root["root"].as_str().unwrap().starts_with("lookup ")).collect();
    let Some(end) = records.last() else {
        let nothing = roots.iter().all(|root| root["fields"] == json!([]));
        return if nothing { Ok(()) } else { Err(format!("nothing was recorded, but this was told: {told:#}")) };
    };
    if told["planHash"] != json!(end.record.plan_hash) {
        return Err(format!("another plan was told: {told:#}"));
    }
    for (number, root) in roots.into_iter().enumerate() {
        let name = format!("{number}:{}", root["field"].as_str().unwrap());
        let recorded: BTreeMap<String, &str> = recorded::outcomes(end)
            .iter()
            .filter(|entry| *entry.root == *name)
            .map(|entry| (entry.field.to_string(), &*entry.outcome))
            .collect();
        let fields = root["fields"].as_array().unwrap().iter();
        let told: BTreeMap<String, &str> = fields.map(|field| (named(field), outcome(field))).collect();
        // Whether the register keeps its promise is not known before it is asked; and another register's field inside an
        // object that was not shared goes with the object.
        let withheld = told.values().any(|told| *told == "FIELD_NOT_SHARED");
        let same = |told: &str, became: &str| match (told, became) {
            ("released", "FIELD_NOT_SHARED") => withheld,
            ("released", became) => matches!(became, "released" | "nothing") || became.starts_with("PROVIDER_"),
            (told, became) => told == became,
        };
        // A list that is empty leaves without any value of what stands in it.
        let is_as_told = |(field, told): (&String, &&str)| match recorded.get(field) {
            Some(became) => same(told, became),
            None => *told == "released",
        };
        if !told.iter().all(is_as_told) || !recorded.keys().all(|field| told.contains_key(field)) {
            return Err(format!("{name}: told {told:#?}, became {recorded:#?}"));
        }
    }
    Ok(())
}

fn named(field: &Value) -> String {
    format!("{}:{}", field["schemaId"].as_str().unwrap(), field["fieldName"].as_str().unwrap())
}

fn outcome(field: &Value) -> &str {
    field["outcome"].as_str().unwrap()
}
