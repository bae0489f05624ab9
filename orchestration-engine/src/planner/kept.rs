//! Plans that were drawn already: one for each document, operation and outcome of `@skip` and `@include`.

use std::sync::Arc;

use apollo_compiler::Name;
use moka::sync::Cache;
use ndx_config::Limits;

use super::{PlanError, QueryPlan, draw};
use crate::{operation::Operation, schema::ConsumerSchema};

/// Fields of plans that are kept, all together: a planned field takes some hundreds of bytes.
const KEPT_FIELDS: u64 = 100_000;

/// The plans that were drawn lately. They belong to one schema and end with it. INVARIANT: nothing of a caller is in a
/// plan, so any caller may use any.
#[derive(Debug)]
pub struct Plans(Cache<Key, Arc<QueryPlan>>);

#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    document: u64,
    operation: Option<Name>,
    /// The values of the variables on which `@skip` and `@include` depend.
    conditions: Vec<Option<bool>>,
}

impl Default for Plans {
    fn default() -> Self {
        let weigh = |_: &Key, plan: &Arc<QueryPlan>| u32::try_from(plan.size + 1).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT_FIELDS).weigher(weigh).build())
    }
}

/// The plan of `operation`, of at most so many fields and levels of lookups as `limits` allow.
///
/// # Errors
/// When it asks for more, or a condition is null.
pub fn plan(
    plans: &Plans,
    schema: &ConsumerSchema,
    operation: &Operation,
    limits: &Limits,
) -> Result<Arc<QueryPlan>, PlanError> {
    let condition = |name: &Name| operation.variables.get(name.as_str()).and_then(|value| value.as_bool());
    let key = Key {
        document: operation.document.number,
        operation: operation.definition.name.clone(),
        conditions: operation.document.conditions.iter().map(condition).collect(),
    };
    if let Some(known) = plans.0.get(&key) {
        // It may have been drawn for an application that may ask for more.
        return within(known, limits);
    }
    let plan = Arc::new(draw(schema, operation, limits)?);
    plans.0.insert(key, Arc::clone(&plan));
    Ok(plan)
}

fn within(plan: Arc<QueryPlan>, limits: &Limits) -> Result<Arc<QueryPlan>, PlanError> {
    if plan.size > limits.planned_fields {
        Err(PlanError::TooManyFields { limit: limits.planned_fields })
    } else if plan.stages > limits.lookup_depth + 1 {
        Err(PlanError::TooManyLookups { limit: limits.lookup_depth })
    } else {
        Ok(plan)
    }
}
