//! What became of each field: for the record.

use super::{Cause, Outcome};

/// What became of each field, by the number of the instance and that of the field in the plan.
#[derive(Debug)]
pub struct Outcomes {
    fields: usize,
    of: Vec<Option<Outcome>>,
    /// The places in `of` that came to be released, in this order.
    released: Vec<usize>,
}

impl Outcomes {
    /// Nothing is known yet.
    pub(super) fn of(instances: usize, fields: usize) -> Self {
        let of: Vec<_> = (0..instances * fields).map(|_| None).collect();
        Self { fields, released: Vec::with_capacity(of.len()), of }
    }

    /// It is in the answer. Elsewhere in a list it may be missing; that it left at all is what counts.
    pub(super) fn released(&mut self, instance: usize, field: usize) {
        let Some(at) = self.place(instance, field) else { return };
        match self.of.get_mut(at) {
            Some(outcome @ Some(Outcome::Nothing)) => *outcome = Some(Outcome::Released),
            Some(outcome @ (None | Some(Outcome::Missing(_)))) => {
                *outcome = Some(Outcome::Released);
                self.released.push(at);
            }
            _ => {}
        }
    }

    /// The provider said that there is nothing, unless there is elsewhere.
    pub(super) fn nothing(&mut self, instance: usize, field: usize) {
        let Some(at) = self.place(instance, field) else { return };
        if let Some(outcome @ (None | Some(Outcome::Missing(_)))) = self.of.get_mut(at) {
            *outcome = Some(Outcome::Nothing);
            self.released.push(at);
        }
    }

    /// It is not in the answer, unless it is elsewhere.
    pub(super) fn missing(&mut self, instance: usize, field: usize, cause: &Cause) {
        let Some(at) = self.place(instance, field) else { return };
        if let Some(outcome @ None) = self.of.get_mut(at) {
            *outcome = Some(Outcome::Missing(cause.clone()));
        }
    }

    /// How many were released until now.
    pub(super) fn released_so_far(&self) -> usize {
        self.released.len()
    }

    /// All but the first `released` do not leave after all.
    pub(super) fn take_back(&mut self, released: usize, cause: &Cause) {
        for at in self.released.drain(released.min(self.released.len())..) {
            if let Some(outcome) = self.of.get_mut(at) {
                *outcome = Some(Outcome::Missing(cause.clone()));
            }
        }
    }

    fn place(&self, instance: usize, field: usize) -> Option<usize> {
        (field < self.fields).then_some(instance * self.fields + field)
    }

    /// Each with the number of its instance and of its field.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize, &Outcome)> {
        let numbered = self.of.iter().enumerate();
        let fields = self.fields.max(1);
        numbered.filter_map(move |(at, outcome)| Some((at / fields, at % fields, outcome.as_ref()?)))
    }
}
