//! Writes the answer.

use std::{collections::BTreeMap, rc::Rc, sync::Arc};

use apollo_compiler::{
    Schema,
    ast::Type,
    response::{JsonMap, JsonValue},
};
use ndx_contracts::FieldRef;
use serde_json::value::RawValue;

use super::{
    Cause, FieldError, Merged, Outcome, PathSegment, leaf,
    locate::{Cursor, OpenedAnswers},
};
use crate::{
    consent::{ConsentedPlan, RootRefusal, Withheld},
    execution::{Answers, Opened, ProviderFailure},
    planner::{FieldKind, PlannedField, PlannedRoot},
    schema::Source,
};

/// A null stands where the schema promises a value: the parent is null too.
struct Propagate;

type Written = Result<(), Propagate>;

/// Merges `answers` into the answer to `plan`; `introspection` holds what the schema itself answers, by response key.
pub fn merge(plan: &ConsentedPlan, answers: &Answers, schema: &Schema, introspection: &JsonMap) -> Merged {
    let mut merger = Merger {
        plan,
        answers: OpenedAnswers::open(answers),
        schema,
        introspection,
        root: 0,
        out: String::new(),
        path: Vec::new(),
        errors: Vec::new(),
        outcomes: BTreeMap::new(),
    };
    let written = merger.roots();
    let mut asked = plan.roots().filter(|(root, _)| !root.is_meta()).peekable();
    let refused = asked.peek().is_some() && asked.all(|(_, root)| root.outcome.is_err());
    let data = if written.is_ok() && !refused { Some(merger.out) } else { None };
    Merged { data, errors: merger.errors, outcomes: merger.outcomes }
}

struct Merger<'a> {
    plan: &'a ConsentedPlan,
    answers: OpenedAnswers<'a>,
    schema: &'a Schema,
    introspection: &'a JsonMap,
    /// The number of the root that is being written.
    root: usize,
    out: String,
    path: Vec<PathSegment>,
    errors: Vec<FieldError>,
    outcomes: BTreeMap<(usize, FieldRef), Outcome>,
}

impl<'a> Merger<'a> {
    fn roots(&mut self) -> Written {
        self.out.push('{');
        for (number, (root, consented)) in self.plan.roots().enumerate() {
            self.root = number;
            self.key(&root.field, number == 0);
            match &consented.outcome {
                Err(refusal) => self.refused(root, refusal)?,
                Ok(_) => self.answered(root)?,
            }
            self.path.pop();
        }
        self.out.push('}');
        Ok(())
    }

    fn refused(&mut self, root: &PlannedRoot, refusal: &RootRefusal) -> Written {
        self.missing(&root.field, Cause::Refused(Arc::new(refusal.clone())))
    }

    fn answered(&mut self, root: &PlannedRoot) -> Written {
        let cursors = self.answers.cursors(self.plan, self.root, root);
        let container = matches!(root.field.kind, FieldKind::Object(None, _));
        if container && self.answers.nobody_knows(self.root, root, &cursors) {
            self.mark_released(&root.field);
            return self.null(&root.field.ty);
        }
        self.field(&root.field, &cursors)
    }

    /// Writes the value of `field`; its key is written already and its path entered.
    fn field(&mut self, field: &PlannedField, cursors: &[Cursor<'a>]) -> Written {
        match &field.kind {
            FieldKind::Typename(name) => self.out.push_str(&format!("\"{name}\"")),
            FieldKind::Introspection => {
                let value = self.introspection.get(field.response_key.as_str()).unwrap_or(&JsonValue::Null);
                self.out.push_str(&value.to_string());
            }
            FieldKind::Object(None, fields) => return self.object(&field.ty, fields, cursors),
            FieldKind::Leaf(source) => match self.value(field, source, cursors) {
                Ok(value) => {
                    self.mark_released(field);
                    return self.leaf(&field.ty, source, &value);
                }
                Err(cause) => return self.missing(field, cause),
            },
            FieldKind::Object(Some(source), fields) => match self.value(field, source, cursors) {
                Ok(value) => {
                    self.mark_released(field);
                    return self.objects(
                        &field.ty,
                        (source, &Rc::from(source.path.as_slice())),
                        fields,
                        value,
                        cursors,
                    );
                }
                Err(cause) => return self.missing(field, cause),
            },
        }
        Ok(())
    }

    /// The value of a source, unless it or all below it is withheld, or its provider failed.
    fn value(&self, field: &PlannedField, source: &Source, cursors: &[Cursor<'a>]) -> Result<Rc<Opened<'a>>, Cause> {
        if let Some(withheld) = self.withheld_whole(field) {
            return Err(Cause::Withheld(withheld, (*source.provider).clone()));
        }
        let found = self.answers.locate(self.root, source, cursors);
        found.map_err(|failure| Cause::Provider(failure, (*source.provider).clone()))
    }

    /// Why nothing below `field` is released; `None` when something is.
    fn withheld_whole(&self, field: &PlannedField) -> Option<Withheld> {
        let (_, consented) = self.plan.roots().nth(self.root)?;
        let released = consented.outcome.as_ref().ok()?;
        let mut first = None;
        for source in field.sources() {
            first = first.or(Some(released.withheld(&source.field())?));
        }
        first
    }

    fn object(&mut self, ty: &Type, fields: &[PlannedField], cursors: &[Cursor<'a>]) -> Written {
        let start = self.out.len();
        self.out.push('{');
        for (number, field) in fields.iter().enumerate() {
            self.key(field, number == 0);
            let written = self.field(field, cursors);
            self.path.pop();
            if written.is_err() {
                self.out.truncate(start);
                return self.null(ty);
            }
        }
        self.out.push('}');
        Ok(())
    }

    /// An object or a list of objects that a provider sent; `base` is the path of `source`, shared by all elements.
    fn objects(
        &mut self,
        ty: &Type,
        (source, base): (&Source, &Rc<[String]>),
        fields: &[PlannedField],
        value: Rc<Opened<'a>>,
        cursors: &[Cursor<'a>],
    ) -> Written {
        match &*value {
            Opened::Null => self.null_of_provider(ty, source),
            Opened::List(items) if ty.is_list() => {
                self.list(ty, items, |merger, item_type, item| match Opened::open(item) {
                    Ok(item) => merger.objects(item_type, (source, base), fields, Rc::new(item), cursors),
                    Err(failure) => merger.bad(item_type, source, failure),
                })
            }
            Opened::Object(_) if !ty.is_list() => {
                let mut inside = cursors.to_vec();
                inside.push(Cursor::inside(source, base, value));
                self.object(ty, fields, &inside)
            }
            _ => self.bad(ty, source, ProviderFailure::BadData),
        }
    }

    fn leaf(&mut self, ty: &Type, source: &Source, value: &Opened<'a>) -> Written {
        match value {
            Opened::Null => self.null_of_provider(ty, source),
            Opened::List(items) if ty.is_list() => {
                self.list(ty, items, |merger, item_type, item| match Opened::open(item) {
                    Ok(item) => merger.leaf(item_type, source, &item),
                    Err(failure) => merger.bad(item_type, source, failure),
                })
            }
            Opened::Scalar(sent) if !ty.is_list() => match leaf::completed(self.schema, ty.inner_named_type(), sent) {
                Some(text) => {
                    self.out.push_str(&text);
                    Ok(())
                }
                None => self.bad(ty, source, ProviderFailure::BadData),
            },
            _ => self.bad(ty, source, ProviderFailure::BadData),
        }
    }

    fn list(
        &mut self,
        ty: &Type,
        items: &[&'a RawValue],
        mut each: impl FnMut(&mut Self, &Type, &'a RawValue) -> Written,
    ) -> Written {
        let start = self.out.len();
        self.out.push('[');
        for (number, item) in items.iter().enumerate() {
            if number > 0 {
                self.out.push(',');
            }
            self.path.push(PathSegment::Index(number));
            let written = each(self, ty.item_type(), item);
            self.path.pop();
            if written.is_err() {
                self.out.truncate(start);
                return self.null(ty);
            }
        }
        self.out.push(']');
        Ok(())
    }

    fn key(&mut self, field: &PlannedField, first: bool) {
        if !first {
            self.out.push(',');
        }
        self.out.push_str(&format!("\"{}\":", field.response_key));
        self.path.push(PathSegment::Key(field.response_key.clone()));
    }

    /// Writes null, or nothing where the type does not allow it.
    fn null(&mut self, ty: &Type) -> Written {
        if ty.is_non_null() {
            return Err(Propagate);
        }
        self.out.push_str("null");
        Ok(())
    }

    /// A null that the register returned is data, but where the schema promises a value it is bad data.
    fn null_of_provider(&mut self, ty: &Type, source: &Source) -> Written {
        if ty.is_non_null() { self.bad(ty, source, ProviderFailure::BadData) } else { self.null(ty) }
    }

    fn bad(&mut self, ty: &Type, source: &Source, failure: ProviderFailure) -> Written {
        let cause = Cause::Provider(failure, (*source.provider).clone());
        // Elsewhere in a list the same field may be fine, and then it has been released.
        if !self.path.iter().any(|segment| matches!(segment, PathSegment::Index(_))) {
            self.outcomes.insert((self.root, source.field()), Outcome::Missing(cause.clone()));
        }
        self.errors.push(FieldError { path: self.path.clone(), cause });
        self.null(ty)
    }

    /// Nothing of `field` is in the answer.
    fn missing(&mut self, field: &PlannedField, cause: Cause) -> Written {
        for source in field.sources() {
            self.outcomes.entry((self.root, source.field())).or_insert_with(|| Outcome::Missing(cause.clone()));
        }
        self.errors.push(FieldError { path: self.path.clone(), cause });
        self.null(&field.ty)
    }

    /// What was asked below `field` is in the answer, unless something says otherwise further down.
    fn mark_released(&mut self, field: &PlannedField) {
        for source in field.sources() {
            let withheld = matches!(&field.kind, FieldKind::Object(..)) && !self.plan.releases(self.root, source);
            if !withheld {
                self.outcomes.insert((self.root, source.field()), Outcome::Released);
            }
        }
    }
}
