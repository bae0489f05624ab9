//! The second gate: has the person shared these fields? What passes is a [`ConsentedPlan`], which only this module can
//! make, and only from a [`PermittedPlan`]; the execution accepts nothing else.

mod decide;

mod require;

mod stands;

mod still_valid;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use ndx_config::ApplicationPurpose;
use ndx_contracts::{
    Purpose, Reference, TraceId,
    audit::ConsentVersion,
    consent::{ConsentAnswer, ConsentEngine},
};

pub use self::{
    require::require,
    stands::{Found, standing, stands},
    still_valid::{still_valid, withdrawn_meanwhile},
};
use crate::{
    authentication::Caller,
    planner::{BoundRoot, PlannedRoot, PlannedSource, QueryPlan, Question, Selection},
    policy::PermittedPlan,
};

const JUDGE: &str = "the consent engine";

/// Who asks what for, and who is asked about it.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The application.
    pub caller: &'a Caller,
    /// What it wants the data for.
    pub purpose: &'a ApplicationPurpose,
    /// Its own case.
    pub reference: Option<&'a Reference>,
    /// The request.
    pub trace_id: &'a TraceId,
    /// Knows what people have shared.
    pub judge: &'a dyn ConsentEngine,
}

/// What may be fetched, and what stands in the place of the rest.
#[derive(Debug)]
pub struct ConsentedPlan {
    permitted: PermittedPlan,
    instances: Vec<Instance>,
    /// Where each value that a provider gave leads, as the provider wrote it; by the lookup's number.
    found: BTreeMap<usize, HashMap<String, Lead>>,
}

/// Where a value that a provider gave leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// To this instance.
    Instance(usize),
    /// Nowhere: nobody could have this identifier.
    NoIdentifier,
    /// Nowhere: more are found in one request than may be, which are so many.
    TooMany(usize),
}

/// One person's, or nobody's, data under one root: the roots of the query come first, in its order; those that are found
/// follow. Its number is that of its aliases at the providers and that of its entries in the record.
#[derive(Debug)]
pub struct Instance {
    /// Which selection of the plan it is.
    pub selection: Selection,
    /// The stage in which it is asked.
    pub stage: usize,
    /// Its arguments, and whom it is about.
    pub bound: Arc<BoundRoot>,
    /// The instance under whose aliases it is fetched: another one when the same person was found before.
    pub fetched_as: usize,
    /// The consent that was asked, where one was.
    pub consent: Option<ConsentVersion>,
    /// What may be fetched, or why nothing may.
    pub outcome: Result<Released, RootRefusal>,
}

/// The fields of an instance that may be fetched, and the others; by their numbers in the plan.
#[derive(Debug, Default)]
pub struct Released {
    withheld: Vec<(usize, Withheld)>,
    /// Fields that are released by the consent of the person, and that are looked up again before they leave.
    by_consent: Vec<usize>,
}

/// Why a field is not fetched or not released, although its root is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withheld {
    /// The person left it out.
    NotShared,
    /// The person stopped sharing it while the request was in flight.
    Withdrawn,
    /// The configuration lacks its provider.
    NotConfigured,
}

/// Why a whole root is refused.
#[derive(Debug, Clone)]
pub enum RootRefusal {
    /// Its data is somebody's, and it does not say whose.
    NoSubject,
    /// The person has not shared what is asked for this purpose.
    NotApproved(Box<ConsentAnswer>, Purpose),
    /// The person was found on the way and has not shared it; she is not asked.
    ThirdPerson,
}

impl Released {
    /// Why the field with this number is withheld, when it is.
    pub fn withheld(&self, field: usize) -> Option<Withheld> {
        self.withheld.iter().find(|(withheld, _)| *withheld == field).map(|(_, why)| *why)
    }

    /// Whether nothing is withheld.
    pub fn is_whole(&self) -> bool {
        self.withheld.is_empty()
    }
}

impl ConsentedPlan {
    /// The question.
    pub fn question(&self) -> &Arc<Question> {
        self.permitted.question()
    }

    /// The plan.
    pub fn plan(&self) -> &QueryPlan {
        &self.question().plan
    }

    /// What policy permitted.
    pub fn permitted(&self) -> &PermittedPlan {
        &self.permitted
    }

    /// The policies that decided.
    pub fn policy_version(&self) -> Option<u64> {
        self.permitted.policy_version()
    }

    /// The instances, each by its number.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// The instances that are asked in `stage`, with their numbers and what the plan says of them.
    pub fn of_stage(&self, stage: usize) -> impl Iterator<Item = (usize, &Instance, &PlannedRoot)> {
        self.planned().filter(move |(_, instance, _)| instance.stage == stage)
    }

    /// All instances, with their numbers and what the plan says of them.
    pub fn planned(&self) -> impl Iterator<Item = (usize, &Instance, &PlannedRoot)> {
        let of = |(number, instance): (usize, _)| {
            let instance: &Instance = instance;
            Some((number, instance, self.plan().selection(instance.selection)?))
        };
        self.instances.iter().enumerate().filter_map(of)
    }

    /// Where a value that a provider gave leads; `None` for one that was not looked up.
    pub fn found(&self, lookup: usize, value: &str) -> Option<Lead> {
        self.found.get(&lookup)?.get(value).copied()
    }
}

impl Instance {
    /// Whether `source` may be fetched and released.
    pub fn releases(&self, source: &PlannedSource) -> bool {
        self.outcome.as_ref().is_ok_and(|released| released.withheld(source.field).is_none())
    }
}
