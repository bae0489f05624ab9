//! Finds whom the answers of a stage lead to.

use std::collections::BTreeSet;

use apollo_compiler::response::JsonValue;
use ndx_config::CanonicalForm;

use super::{
    answer::Opened,
    opened::{Answers, OpenedAnswers},
};
use crate::{
    consent::{ConsentedPlan, Found},
    planner::{Selection, bind_found},
};

/// Everybody whom the answers so far lead to in `stage`, each value once a lookup, in the order of the answers.
pub fn found(plan: &ConsentedPlan, stage: usize, answers: &Answers, identifier: &CanonicalForm) -> Vec<Found> {
    let lookups: Vec<_> = plan.plan().lookups.iter().enumerate().filter(|(_, lookup)| lookup.stage == stage).collect();
    let mut found = Vec::new();
    if lookups.is_empty() {
        return found;
    }
    let opened = OpenedAnswers::open(answers, plan, identifier);
    let mut known = BTreeSet::new();
    for (number, lookup) in lookups {
        let of_parent = |selection: Selection| selection == lookup.parent;
        for (instance, one, root) in plan.planned().filter(|(_, one, _)| of_parent(one.selection)) {
            if !one.releases(&lookup.key) {
                continue;
            }
            let call = root.calls.iter().position(|call| {
                call.provider == lookup.key.provider && Some(&call.root_field) == lookup.key.path.first()
            });
            let Some(Ok(answer)) = call.map(|call| opened.answer(instance, call)) else { continue };
            let steps = root.calls.get(call.unwrap_or_default()).and_then(|call| call.shape.steps(&lookup.key.path));
            let mut values = Vec::new();
            answer.each(&steps.unwrap_or_default(), &mut values);
            for value in values {
                let Opened::Scalar(text) = value else { continue };
                if known.insert((number, *text)) {
                    let value = serde_json::from_str::<JsonValue>(text).unwrap_or(JsonValue::Null);
                    let bound = bind_found(lookup, value, identifier).ok();
                    found.push(Found { lookup: number, value: (*text).to_owned(), bound });
                }
            }
        }
    }
    found
}
