//! Writes the answer, walking the plan's fields from the roots.
//!
//! A field's value is found by its steps, from the answer to its call or from the innermost object that holds it
//! ([`Within::around`]). What is missing writes null, an error and an outcome; a null that may not be goes up as
//! [`Stop::Propagate`], and what was written of the parent is cut off. What a lookup found is written as a root of its own,
//! in its place.

mod missing;

use std::sync::Arc;

use apollo_compiler::{
    Schema,
    ast::Type,
    response::{JsonMap, JsonValue},
};

use self::missing::Mark;
use super::{Cause, FieldError, Merged, Outcomes, leaf, within::Within};
use crate::{
    consent::{ConsentedPlan, Instance, Lead},
    execution::{Opened, OpenedAnswers},
    planner::{FieldKind, PlannedField, PlannedRoot, PlannedSource},
};

/// Why a value is not written in its place.
enum Stop {
    /// A null stands where the schema promises a value: the parent is null too.
    Propagate,
    /// The answer has grown beyond its limit: none of it is sent.
    TooLarge,
}

type Written = Result<(), Stop>;

/// What an error takes of the answer's limit, at least.
const ERROR_BYTES: usize = 256;

/// Merges `answers` into the answer to `plan`, of at most `limit` bytes; `introspection` holds what the schema itself
/// answers, by response key.
pub fn merge(
    plan: &ConsentedPlan,
    answers: &OpenedAnswers<'_>,
    schema: &Schema,
    introspection: &JsonMap,
    limit: usize,
) -> Merged {
    let mut merger = Merger {
        plan,
        answers,
        schema,
        introspection,
        limit,
        out: String::with_capacity(1024),
        path: Vec::new(),
        errors: Vec::new(),
        outcomes: Outcomes::of(plan.instances().len(), plan.plan().fields.len()),
    };
    merger.withheld();
    let written = merger.roots().and_then(|()| merger.within_limit());
    if let Err(Stop::TooLarge) = written {
        merger.errors = vec![FieldError { path: Vec::new(), location: None, cause: Cause::TooLarge(limit) }];
    }
    if written.is_err() {
        merger.cut(Mark::default());
    }
    let mut asked = plan.of_stage(0).filter(|(_, _, root)| !root.is_meta()).peekable();
    let refused = asked.peek().is_some() && asked.all(|(_, instance, _)| instance.outcome.is_err());
    let data = if written.is_ok() && !refused { Some(merger.out) } else { None };
    Merged { data, errors: merger.errors, outcomes: merger.outcomes }
}

struct Merger<'p> {
    plan: &'p ConsentedPlan,
    answers: &'p OpenedAnswers<'p>,
    schema: &'p Schema,
    introspection: &'p JsonMap,
    /// Bytes that the answer may have.
    limit: usize,
    out: String,
    path: Vec<Segment<'p>>,
    errors: Vec<FieldError>,
    outcomes: Outcomes,
}

/// A step on the way to a value; most values have no error, and then it is never copied.
#[derive(Clone, Copy)]
enum Segment<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Merger<'p> {
    fn roots(&mut self) -> Written {
        let plan = self.plan;
        self.out.push('{');
        for (number, instance, root) in plan.of_stage(0) {
            self.key(&root.field, number == 0);
            self.instance(number, instance, root, &root.field, &root.field.ty)?;
            self.path.pop();
        }
        self.out.push('}');
        Ok(())
    }

    /// Writes what is answered of an instance, in the place of `field`.
    fn instance(
        &mut self,
        number: usize,
        instance: &'p Instance,
        root: &'p PlannedRoot,
        field: &'p PlannedField,
        ty: &Type,
    ) -> Written {
        let mut within = Within::of(self.plan, self.answers, (number, instance), root);
        if let Err(refusal) = &instance.outcome {
            let cause = Cause::Refused(Arc::new(refusal.clone()));
            self.none_of(&within, &root.field, &cause);
            return self.error(field, ty, cause);
        }
        match &root.field.kind {
            FieldKind::Object(None, fields) => {
                if !within.nobody_knows() {
                    return self.object(&mut within, ty, fields);
                }
                if let Some(source) = root.sources.first().filter(|_| ty.is_non_null()) {
                    return self.bad(&within, &root.field, source, ty);
                }
                self.nothing_below(&within, &root.field);
                self.null(ty)
            }
            FieldKind::Object(Some(source), fields) => match within.value(&root.field, source) {
                Ok(value) => self.objects(&mut within, &root.field, source, fields, ty, value),
                Err(cause) => {
                    self.none_of(&within, &root.field, &cause);
                    self.error(field, ty, cause)
                }
            },
            _ => self.field(&mut within, &root.field),
        }
    }

    /// Writes the value of `field`; its key is written already and its path entered.
    fn field(&mut self, within: &mut Within<'p>, field: &'p PlannedField) -> Written {
        match &field.kind {
            FieldKind::Typename(name) => {
                self.out.push('"');
                self.out.push_str(name);
                self.out.push('"');
                Ok(())
            }
            FieldKind::Introspection => {
                let value = self.introspection.get(field.response_key.as_str()).unwrap_or(&JsonValue::Null);
                self.out.push_str(&value.to_string());
                Ok(())
            }
            FieldKind::Object(None, fields) => self.object(within, &field.ty, fields),
            FieldKind::Leaf(source) => match within.value(field, source) {
                Ok(value) => self.leaf(within, field, source, &field.ty, value),
                Err(cause) => self.missing(within, field, cause),
            },
            FieldKind::Object(Some(source), fields) => match within.value(field, source) {
                Ok(value) => self.objects(within, field, source, fields, &field.ty, value),
                Err(cause) => self.missing(within, field, cause),
            },
            FieldKind::Lookup(key, lookup) => match within.value(field, key) {
                Ok(value) => {
                    self.outcomes.released(within.number, key.field);
                    self.found(within, field, (key, *lookup), &field.ty, value)
                }
                Err(cause) => self.missing(within, field, cause),
            },
        }
    }

    fn object(&mut self, within: &mut Within<'p>, ty: &Type, fields: &'p [PlannedField]) -> Written {
        let start = self.mark();
        self.out.push('{');
        for (number, field) in fields.iter().enumerate() {
            self.key(field, number == 0);
            let written = self.field(within, field);
            self.path.pop();
            match written {
                Ok(()) => {}
                Err(Stop::Propagate) => {
                    self.cut(start);
                    return self.null(ty);
                }
                Err(Stop::TooLarge) => return written,
            }
        }
        self.out.push('}');
        Ok(())
    }

    /// An object or a list of objects that a provider sent.
    fn objects(
        &mut self,
        within: &mut Within<'p>,
        field: &'p PlannedField,
        source: &'p PlannedSource,
        fields: &'p [PlannedField],
        ty: &Type,
        value: &'p Opened<'p>,
    ) -> Written {
        match value {
            Opened::Null if !ty.is_non_null() => self.null_of_provider(within, field, source, ty),
            Opened::List(items) if ty.is_list() => {
                if items.is_empty() {
                    self.nothing_below(within, field);
                }
                self.list(ty, items, |merger, item_type, item| {
                    merger.objects(within, field, source, fields, item_type, item)
                })
            }
            Opened::Object(_) if !ty.is_list() => {
                // An object of which only the name of its type is asked counts itself.
                if within.instance.releases(source) {
                    self.outcomes.released(within.number, source.field);
                }
                within.around.push(value);
                let written = self.object(within, ty, fields);
                within.around.pop();
                written
            }
            _ => self.bad(within, field, source, ty),
        }
    }

    fn leaf(
        &mut self,
        within: &Within<'p>,
        field: &'p PlannedField,
        source: &'p PlannedSource,
        ty: &Type,
        value: &'p Opened<'p>,
    ) -> Written {
        match value {
            Opened::Null if !ty.is_non_null() => self.null_of_provider(within, field, source, ty),
            Opened::List(items) if ty.is_list() => {
                if items.is_empty() {
                    self.nothing_below(within, field);
                }
                self.list(ty, items, |merger, item_type, item| merger.leaf(within, field, source, item_type, item))
            }
            Opened::Scalar(sent) if !ty.is_list() => match leaf::completed(self.schema, ty.inner_named_type(), sent) {
                Some(text) => {
                    self.outcomes.released(within.number, source.field);
                    self.out.push_str(&text);
                    Ok(())
                }
                None => self.bad(within, field, source, ty),
            },
            _ => self.bad(within, field, source, ty),
        }
    }

    /// What a value, or each of a list of values, leads to.
    fn found(
        &mut self,
        within: &Within<'p>,
        field: &'p PlannedField,
        (key, lookup): (&'p PlannedSource, usize),
        ty: &Type,
        value: &'p Opened<'p>,
    ) -> Written {
        match value {
            Opened::Null if !ty.is_non_null() => self.null_of_provider(within, field, key, ty),
            Opened::List(items) if ty.is_list() => self
                .list(ty, items, |merger, item_type, item| merger.found(within, field, (key, lookup), item_type, item)),
            Opened::Scalar(text) if !ty.is_list() => {
                let plan = self.plan;
                match plan.found(lookup, text) {
                    Some(Lead::Instance(number)) => {
                        let instance = plan.instances().get(number);
                        let planned = instance.and_then(|one| Some((one, plan.plan().selection(one.selection)?)));
                        let Some((instance, root)) = planned else { return self.bad(within, field, key, ty) };
                        self.instance(number, instance, root, field, ty)
                    }
                    Some(Lead::TooMany(most)) => self.error(field, ty, Cause::TooManyFound(most)),
                    Some(Lead::NoIdentifier) | None => self.bad(within, field, key, ty),
                }
            }
            _ => self.bad(within, field, key, ty),
        }
    }

    fn list(
        &mut self,
        ty: &Type,
        items: &'p [Opened<'p>],
        mut write: impl FnMut(&mut Self, &Type, &'p Opened<'p>) -> Written,
    ) -> Written {
        let start = self.mark();
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.within_limit()?;
            self.path.push(Segment::Index(index));
            let written = write(self, ty.item_type(), item);
            self.path.pop();
            match written {
                Ok(()) => {}
                Err(Stop::Propagate) => {
                    self.cut(start);
                    return self.null(ty);
                }
                Err(Stop::TooLarge) => return written,
            }
        }
        self.out.push(']');
        Ok(())
    }

    /// Writes the key of `field` and enters its path.
    fn key(&mut self, field: &'p PlannedField, first: bool) {
        if !first {
            self.out.push(',');
        }
        self.out.push_str(&field.written_key);
        self.path.push(Segment::Key(&field.response_key));
    }

    /// A few lookups multiply: everybody's vehicles' owners' vehicles. What was found once may be written very often.
    fn within_limit(&self) -> Written {
        let size = self.out.len() + self.errors.len() * ERROR_BYTES;
        if size > self.limit { Err(Stop::TooLarge) } else { Ok(()) }
    }
}
