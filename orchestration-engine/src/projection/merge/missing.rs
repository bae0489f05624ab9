//! What stands in the place of a value that is missing, or may not be null.

use apollo_compiler::ast::Type;

use super::{
    super::{Cause, FieldError, PathSegment, within::Within},
    Merger, Segment, Stop, Written,
};
use crate::{
    execution::ProviderFailure,
    planner::{PlannedField, PlannedSource},
};

/// How far the answer had come: how long it was, and how many fields had been released.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    bytes: usize,
    released: usize,
}

impl<'p> Merger<'p> {
    pub(super) fn mark(&self) -> Mark {
        Mark { bytes: self.out.len(), released: self.outcomes.released_so_far() }
    }

    /// Cuts off what was written since `mark`, because of the last error: a null in it may not be.
    pub(super) fn cut(&mut self, mark: Mark) {
        self.out.truncate(mark.bytes);
        if let Some(error) = self.errors.last() {
            self.outcomes.take_back(mark.released, &error.cause);
        }
    }

    /// Notes what a person keeps to herself: it is no matter of the provider then, which was not asked for it.
    pub(super) fn withheld(&mut self) {
        for (number, instance, root) in self.plan.planned() {
            let Ok(released) = &instance.outcome else { continue };
            if released.is_whole() {
                continue;
            }
            for source in &root.sources {
                if let Some(withheld) = released.withheld(source.field) {
                    let cause = Cause::Withheld(withheld, source.provider_name.clone());
                    self.outcomes.missing(number, source.field, &cause);
                }
            }
        }
    }

    /// A null that the provider gave in the place of an element of a list: data, unless it says what went wrong there.
    pub(super) fn null_of_provider(
        &mut self,
        within: &Within<'p>,
        field: &'p PlannedField,
        source: &'p PlannedSource,
        ty: &Type,
    ) -> Written {
        match within.failure(source) {
            Some(failure) if matches!(self.path.last(), Some(Segment::Index(_))) => {
                let cause = Cause::Provider(failure, source.provider_name.clone());
                self.none_of(within, field, &cause);
                self.error(field, ty, cause)
            }
            _ => {
                self.nothing_below(within, field);
                self.null(ty)
            }
        }
    }

    pub(super) fn null(&mut self, ty: &Type) -> Written {
        if ty.is_non_null() {
            return Err(Stop::Propagate);
        }
        self.out.push_str("null");
        Ok(())
    }

    /// The provider sent what the schema does not promise, or null where it promises a value.
    pub(super) fn bad(
        &mut self,
        within: &Within<'p>,
        field: &'p PlannedField,
        source: &PlannedSource,
        ty: &Type,
    ) -> Written {
        let cause = Cause::Provider(ProviderFailure::BadData, source.provider_name.clone());
        self.none_of(within, field, &cause);
        self.error(field, ty, cause)
    }

    /// Nothing of `field` is in the answer.
    pub(super) fn missing(&mut self, within: &Within<'p>, field: &'p PlannedField, cause: Cause) -> Written {
        self.none_of(within, field, &cause);
        self.error(field, &field.ty, cause)
    }

    pub(super) fn error(&mut self, field: &'p PlannedField, ty: &Type, cause: Cause) -> Written {
        let segment = |segment: &Segment<'_>| match segment {
            Segment::Key(key) => PathSegment::Key((*key).to_owned()),
            Segment::Index(index) => PathSegment::Index(*index),
        };
        let path = self.path.iter().map(segment).collect();
        self.errors.push(FieldError { path, location: field.location, cause });
        self.null(ty)
    }

    pub(super) fn none_of(&mut self, within: &Within<'p>, field: &PlannedField, cause: &Cause) {
        field.sources().iter().for_each(|source| self.outcomes.missing(within.number, source.field, cause));
    }

    /// That there is nothing here is what the providers said, and that is in the answer.
    pub(super) fn nothing_below(&mut self, within: &Within<'p>, field: &PlannedField) {
        for source in field.sources().into_iter().filter(|source| within.instance.releases(source)) {
            self.outcomes.nothing(within.number, source.field);
        }
    }
}
