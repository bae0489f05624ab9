//! What became of each field: for the record.

use super::{Cause, Outcome};

/// What became of each field, by the number of the instance and that of the field in the plan.
#[derive(Debug)]
pub struct Outcomes {
    fields: usize,
    of: Vec<Option<Outcome>>,
}

impl Outcomes {
    /// Nothing is known yet.
    pub(super) fn of(instances: usize, fields: usize) -> Self {
        Self { fields, of: (0..instances * fields).map(|_| None).collect() }
    }

    /// It is in the answer. Elsewhere in a list it may be missing; that it left at all is what counts.
    pub(super) fn released(&mut self, instance: usize, field: usize) {
        if let Some(outcome) = self.at(instance, field) {
            *outcome = Some(Outcome::Released);
        }
    }

    /// It is not in the answer, unless it is elsewhere.
    pub(super) fn missing(&mut self, instance: usize, field: usize, cause: &Cause) {
        if let Some(outcome @ None) = self.at(instance, field) {
            *outcome = Some(Outcome::Missing(cause.clone()));
        }
    }

    fn at(&mut self, instance: usize, field: usize) -> Option<&mut Option<Outcome>> {
        (field < self.fields).then(|| self.of.get_mut(instance * self.fields + field))?
    }

    /// Each with the number of its instance and of its field.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, &Outcome)> {
        let numbered = self.of.iter().enumerate();
        let fields = self.fields.max(1);
        numbered.filter_map(move |(at, outcome)| Some((at / fields, at % fields, outcome.as_ref()?)))
    }
}
