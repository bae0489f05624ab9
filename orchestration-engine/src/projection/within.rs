//! Where the merger is, and what was answered there.

use super::Cause;
use crate::{
    consent::{ConsentedPlan, Instance, Withheld},
    execution::{Opened, OpenedAnswers, ProviderFailure},
    planner::{FieldKind, Place, PlannedField, PlannedRoot, PlannedSource, ProviderCall},
};

/// Where the merger is: an instance, and the providers' objects around the field in it, outermost first.
pub struct Within<'p> {
    plan: &'p ConsentedPlan,
    answers: &'p OpenedAnswers<'p>,
    /// The number of the instance.
    pub number: usize,
    /// The instance.
    pub instance: &'p Instance,
    root: &'p PlannedRoot,
    /// The objects around the field.
    pub around: Vec<&'p Opened<'p>>,
}

impl<'p> Within<'p> {
    /// At the beginning of an instance, which has this number.
    pub fn of(
        plan: &'p ConsentedPlan,
        answers: &'p OpenedAnswers<'p>,
        (number, instance): (usize, &'p Instance),
        root: &'p PlannedRoot,
    ) -> Self {
        Self { plan, answers, number, instance, root, around: Vec::new() }
    }

    /// Whether every provider that was asked knows nothing of what the instance is about.
    pub fn nobody_knows(&self) -> bool {
        let calls = &self.root.calls;
        let knows_nothing = |(call, one): (usize, &ProviderCall)| {
            let path = std::slice::from_ref(&one.root_field);
            self.answers.answer(self.number, call).is_ok_and(|value| *value == Opened::Null)
                && self.answers.failure_at(self.plan, (self.number, call), one, path).is_none()
        };
        let releases = |source: &PlannedSource| self.instance.releases(source);
        self.root.sources.iter().any(releases) && calls.iter().enumerate().all(knows_nothing)
    }

    /// The value of a source, unless all that is asked of it is withheld, or its provider failed. A null that the provider
    /// says is one, where nothing went wrong, is data.
    pub fn value(&self, field: &'p PlannedField, source: &'p PlannedSource) -> Result<&'p Opened<'p>, Cause> {
        if let Some(withheld) = withheld_whole(self.instance, field, source) {
            return Err(Cause::Withheld(withheld, source.provider_name.clone()));
        }
        let provider = |failure| Cause::Provider(failure, source.provider_name.clone());
        let from = match source.from {
            Place::Call(call) => self.answers.answer(self.number, call).map_err(provider)?,
            Place::Inside(number) => self.around.get(number).copied().unwrap_or(&Opened::Missing),
        };
        match from.at(&source.steps) {
            Opened::Null => self.failure(source).map_or(Ok(&Opened::Null), |failure| Err(provider(failure))),
            Opened::Missing => Err(provider(self.failure(source).unwrap_or(ProviderFailure::BadData))),
            value => Ok(value),
        }
    }

    /// What the provider says went wrong at `source`.
    pub fn failure(&self, source: &PlannedSource) -> Option<ProviderFailure> {
        let of = |(_, call): &(usize, &ProviderCall)| {
            call.provider == source.provider && Some(&call.root_field) == source.path.first()
        };
        let (number, call) = self.root.calls.iter().enumerate().find(of)?;
        self.answers.failure_at(self.plan, (self.number, number), call, &source.path)
    }
}

/// Why nothing that is asked inside `source` is released; `None` when something is.
fn withheld_whole(instance: &Instance, field: &PlannedField, source: &PlannedSource) -> Option<Withheld> {
    let released = instance.outcome.as_ref().ok()?;
    if released.is_whole() {
        return None;
    }
    if let FieldKind::Leaf(_) | FieldKind::Lookup(..) = field.kind {
        return released.withheld(source.field);
    }
    let mut first = None;
    for source in field.sources().into_iter().filter(|one| source.holds(one)) {
        first = first.or(Some(released.withheld(source.field)?));
    }
    first
}
