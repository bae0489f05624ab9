//! Where the values of a root are found: what is asked of which provider, and the way to each value in its answer.

use std::{collections::HashMap, sync::Arc};

use ndx_contracts::{FieldRef, audit::ProviderName};

use super::{CallArgument, Echo, Place, PlannedField, PlannedProvider, PlannedSource, ProviderCall, Selection, Shape};
use crate::schema::{ConsumerSchema, Mapping, Source};

/// Everything that the plan reaches so far, each with its number.
#[derive(Default)]
pub(super) struct Reached {
    fields: HashMap<FieldRef, usize>,
    providers: Vec<PlannedProvider>,
}

impl Reached {
    /// The number of the field that `source` is.
    pub(super) fn field(&mut self, source: &Source) -> usize {
        let next = self.fields.len();
        *self.fields.entry(source.field()).or_insert(next)
    }

    fn provider(&mut self, name: &Arc<ProviderName>, schema: &ConsumerSchema) -> usize {
        self.providers.iter().position(|known| known.name == *name).unwrap_or_else(|| {
            let configured = !schema.not_configured.contains(name);
            self.providers.push(PlannedProvider { name: Arc::clone(name), configured });
            self.providers.len() - 1
        })
    }

    /// The fields and the providers, in the order of their numbers.
    pub(super) fn into_parts(self) -> (Vec<FieldRef>, Vec<PlannedProvider>) {
        let mut fields: Vec<_> = self.fields.into_iter().collect();
        fields.sort_by_key(|(_, number)| *number);
        (fields.into_iter().map(|(field, _)| field).collect(), self.providers)
    }
}

/// The way from a root to the field that is planned now.
pub(super) struct Within {
    /// The root.
    pub selection: Selection,
    /// The stage in which it is asked.
    pub stage: usize,
    /// The providers' root fields that are asked so far.
    calls: Vec<(usize, String, Shape)>,
    /// The providers' objects around the field, outermost first.
    around: Vec<Source>,
}

impl Within {
    pub(super) fn root(selection: Selection, stage: usize) -> Self {
        Self { selection, stage, calls: Vec::new(), around: Vec::new() }
    }

    /// The provider's object that is next around.
    pub(super) fn innermost(&self) -> Option<&Source> {
        self.around.last()
    }

    /// Enters the object that comes from `source`.
    pub(super) fn enter(&mut self, source: Source) {
        self.around.push(source);
    }

    /// Leaves the object that was entered last.
    pub(super) fn leave(&mut self) {
        self.around.pop();
    }

    /// Finds the way to `source`: from the innermost object that it lies in, else from the answer to its provider's root
    /// field. Which field it is, `field`, is for the caller to say.
    pub(super) fn reach(&mut self, source: &Source, reached: &mut Reached, schema: &ConsumerSchema) -> PlannedSource {
        let provider = reached.provider(&source.provider, schema);
        let (call, all) = self.ask(provider, source);
        let holds = |around: &Source| around.provider == source.provider && source.path.starts_with(&around.path);
        let inside = self.around.iter().rposition(holds);
        let (from, steps) = match inside.and_then(|number| Some((number, self.around.get(number)?))) {
            Some((number, around)) => (Place::Inside(number), all.into_iter().skip(around.path.len() - 1).collect()),
            None => (Place::Call(call), all),
        };
        PlannedSource { provider, field: 0, path: source.path.clone(), from, steps }
    }

    /// The call that asks for `source`, and the numbers of the keys in its answer.
    fn ask(&mut self, provider: usize, source: &Source) -> (usize, Vec<usize>) {
        let same = |(theirs, field, _): &(usize, String, Shape)| *theirs == provider && field == source.root_field();
        let number = self.calls.iter().position(same).unwrap_or_else(|| {
            self.calls.push((provider, source.root_field().to_owned(), Shape::default()));
            self.calls.len() - 1
        });
        let shape = self.calls.get_mut(number).map(|(_, _, shape)| shape);
        (number, shape.map(|shape| shape.insert(source.path.iter().skip(1))).unwrap_or_default())
    }

    /// The sources of the root, each once, and the calls that ask for them.
    pub(super) fn finish(
        self,
        field: &PlannedField,
        mappings: &[Mapping],
        about_a_person: bool,
        reached: &Reached,
        schema: &ConsumerSchema,
    ) -> (Vec<PlannedSource>, Vec<ProviderCall>) {
        let mut sources: Vec<PlannedSource> = Vec::new();
        for source in field.sources() {
            if sources.iter().all(|known| known.field != source.field) {
                sources.push(source.clone());
            }
        }
        let call = |(provider, root_field, mut shape): (usize, String, Shape)| {
            let name = reached.providers.get(provider).map(|provider| &provider.name);
            let known = name.and_then(|name| schema.providers.get(&name.schema_id));
            let own = |one: &&Mapping| Some(&one.provider) == name && one.root_field == root_field;
            let argument = |one: &Mapping| CallArgument {
                target: one.target.clone(),
                argument: one.argument.clone(),
                ty: known.and_then(|known| known.argument_type(&root_field, &one.target)),
            };
            let arguments = mappings.iter().filter(own).map(argument).collect();
            let echo = name.and_then(|name| schema.echo(name)).filter(|path| path.first() == Some(&root_field));
            let echo = echo
                .filter(|_| about_a_person)
                .map(|path| Echo { path: path.to_vec(), steps: shape.insert(path.iter().skip(1)) });
            let asked =
                |source: &&PlannedSource| source.provider == provider && source.path.first() == Some(&root_field);
            let paths = sources.iter().filter(asked).map(|source| source.path.clone()).collect();
            ProviderCall { provider, root_field, arguments, paths, echo, shape }
        };
        let calls = self.calls.into_iter().map(call).collect();
        (sources, calls)
    }
}

impl ProviderCall {
    /// The call with only the paths that `allowed` lets through; `None` when that leaves none.
    pub fn only(&self, sources: &[PlannedSource], allowed: impl Fn(&PlannedSource) -> bool) -> Option<Self> {
        let of = |path: &Vec<String>| sources.iter().find(|one| one.provider == self.provider && one.path == *path);
        let paths: Vec<_> = self.paths.iter().filter(|path| of(path).is_some_and(&allowed)).cloned().collect();
        (!paths.is_empty()).then(|| Self { paths, ..self.clone() })
    }

    /// Adds what `other`, the same call with other paths, asks.
    pub fn add(&mut self, other: Self) {
        for path in other.paths {
            if !self.paths.contains(&path) {
                self.paths.push(path);
            }
        }
    }
}
