//! Finds a source's value in what its provider answered.

use std::{collections::HashMap, rc::Rc, sync::Arc};

use ndx_contracts::audit::ProviderName;

use crate::{
    consent::ConsentedPlan,
    execution::{Answers, Opened, ProviderAnswer, ProviderError, ProviderFailure, alias},
    planner::PlannedRoot,
    schema::Source,
};

/// The providers' answers, opened.
pub struct OpenedAnswers<'a>(HashMap<Arc<ProviderName>, Result<ProviderAnswer<'a>, ProviderFailure>>);

/// A place in a provider's answer from which sources below it are found.
#[derive(Clone)]
pub struct Cursor<'a> {
    provider: Arc<ProviderName>,
    /// The path of the place, from the provider's `Query` type.
    base: Rc<[String]>,
    /// Shared: every element of a list has cursors of its own, and most of them are its siblings' too.
    value: Rc<Opened<'a>>,
}

impl<'a> OpenedAnswers<'a> {
    pub fn open(answers: &'a Answers) -> Self {
        let open = |answer: &'a Result<bytes::Bytes, ProviderFailure>| match answer {
            Ok(body) => ProviderAnswer::open(body),
            Err(failure) => Err(*failure),
        };
        Self(answers.iter().map(|(name, answer)| (name.clone(), open(answer))).collect())
    }

    /// The cursors of a root: one for each root field that was asked of a provider that answered.
    pub fn cursors(&self, plan: &ConsentedPlan, number: usize, root: &PlannedRoot) -> Vec<Cursor<'a>> {
        let calls = root.calls(|source| plan.releases(number, source)).into_iter();
        let cursor = |call: crate::planner::ProviderCall| {
            let answer = self.0.get(&call.provider)?.as_ref().ok()?;
            let value =
                answer.data.get(&alias(number, &call.root_field)).map_or(Ok(Opened::Null), Opened::open).ok()?;
            Some(Cursor { provider: call.provider, base: Rc::new([call.root_field]), value: Rc::new(value) })
        };
        calls.filter_map(cursor).collect()
    }

    /// The value of `source` for the root with this number; `Null` only when the provider says null and nothing went
    /// wrong there.
    pub fn locate(
        &self,
        number: usize,
        source: &Source,
        cursors: &[Cursor<'a>],
    ) -> Result<Rc<Opened<'a>>, ProviderFailure> {
        let answer = match self.0.get(&source.provider) {
            Some(Ok(answer)) => answer,
            Some(Err(failure)) => return Err(*failure),
            None => return Err(ProviderFailure::BadData),
        };
        let near =
            cursors.iter().rev().find(|one| one.provider == source.provider && source.path.starts_with(&one.base));
        let wrong = || failure_at(&answer.errors, number, source);
        let Some(near) = near else { return Err(wrong().unwrap_or(ProviderFailure::BadData)) };
        let mut value = near.value.clone();
        for part in source.path.iter().skip(near.base.len()) {
            let next = match &*value {
                Opened::Null => break,
                Opened::Object(_) => value.get(part),
                Opened::Scalar(_) | Opened::List(_) => None,
            };
            let next = next.ok_or_else(|| wrong().unwrap_or(ProviderFailure::BadData))?;
            value = Rc::new(Opened::open(next)?);
        }
        match &*value {
            Opened::Null => wrong().map_or(Ok(value), Err),
            _ => Ok(value),
        }
    }

    /// Whether every provider that was asked for the root knows nothing of what it is about.
    pub fn nobody_knows(&self, number: usize, root: &PlannedRoot, cursors: &[Cursor<'a>]) -> bool {
        !cursors.is_empty()
            && root.sources().iter().all(|source| {
                let root_field =
                    Source { provider: source.provider.clone(), path: vec![source.root_field().to_owned()] };
                self.locate(number, &root_field, cursors).is_ok_and(|value| matches!(*value, Opened::Null))
            })
    }
}

impl<'a> Cursor<'a> {
    /// A place inside the list or object that comes from `source`.
    pub fn inside(source: &Source, base: &Rc<[String]>, value: Rc<Opened<'a>>) -> Self {
        Self { provider: source.provider.clone(), base: base.clone(), value }
    }
}

/// What the provider says went wrong at `source`, above it or below it, or nowhere in particular.
fn failure_at(errors: &[ProviderError], number: usize, source: &Source) -> Option<ProviderFailure> {
    let own = alias(number, source.root_field());
    let concerns = |error: &&ProviderError| match error.path.split_first() {
        None => true,
        Some((first, rest)) => {
            *first == own && rest.iter().zip(source.path.iter().skip(1)).all(|(theirs, ours)| theirs == ours)
        }
    };
    errors.iter().find(concerns).map(|error| error.failure)
}
