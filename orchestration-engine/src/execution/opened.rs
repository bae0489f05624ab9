//! The providers' answers, opened, and the way from an instance to what was answered for it.

use std::collections::BTreeMap;

use bytes::Bytes;
use ndx_config::CanonicalForm;
use ndx_contracts::Subject;

use super::{
    ProviderFailure,
    answer::{Asked, Opened, ProviderAnswer, ProviderError},
};
use crate::{
    consent::ConsentedPlan,
    planner::{Echo, ProviderCall, alias},
};

/// What the providers answered so far: by stage and provider the bytes of the body, or why there are none.
#[derive(Debug, Default)]
pub struct Answers(pub BTreeMap<(usize, usize), Result<Bytes, ProviderFailure>>);

/// The answers, opened.
pub struct OpenedAnswers<'a> {
    answers: Vec<Result<ProviderAnswer<'a>, ProviderFailure>>,
    /// By instance and call.
    places: Vec<Vec<Place>>,
}

/// Where the answer to one call of one instance is.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// It was not asked.
    NotAsked,
    /// The answer with this number, and the place in it.
    At(usize, usize),
    /// It is another person's.
    SomebodyElse,
}

/// A call of an instance: their numbers, and what was asked.
type Call<'p> = ((usize, usize), Asked<'p>);

impl<'a> OpenedAnswers<'a> {
    /// Opens `answers` for everything that `plan` asked. `identifier` compares the person that a provider says it speaks of
    /// with the one that was asked for.
    pub fn open(answers: &'a Answers, plan: &ConsentedPlan, identifier: &CanonicalForm) -> Self {
        let mut asked: BTreeMap<(usize, usize), Vec<Call<'_>>> = BTreeMap::new();
        let mut places: Vec<Vec<Place>> = Vec::with_capacity(plan.instances().len());
        for (number, instance, root) in plan.planned() {
            places.push(root.calls.iter().map(|_| Place::NotAsked).collect());
            let fetched = plan.instances().get(instance.fetched_as).map_or(instance.stage, |fetched| fetched.stage);
            for (call, one) in root.calls.iter().enumerate() {
                let alias = alias(instance.fetched_as, &one.root_field);
                let asked = asked.entry((fetched, one.provider)).or_default();
                asked.push(((number, call), Asked { alias, shape: &one.shape }));
            }
        }
        let mut opened = Vec::with_capacity(answers.0.len());
        for (key, answer) in &answers.0 {
            let (whose, asked): (Vec<_>, Vec<_>) = asked.remove(key).into_iter().flatten().unzip();
            for (data, (number, call)) in whose.into_iter().enumerate() {
                if let Some(place) = places.get_mut(number).and_then(|calls| calls.get_mut(call)) {
                    *place = Place::At(opened.len(), data);
                }
            }
            opened.push(match answer {
                Ok(body) => ProviderAnswer::open(body, &asked),
                Err(failure) => Err(*failure),
            });
        }
        let mut opened = Self { answers: opened, places };
        let newest = answers.0.keys().map(|(stage, _)| *stage).max();
        opened.leave_out_other_people(plan, identifier, newest);
        opened
    }

    /// INVARIANT: what a provider says of somebody else than was asked for is not looked at again. Answers are opened after each
    /// stage anew: those of the `newest` are told.
    fn leave_out_other_people(&mut self, plan: &ConsentedPlan, identifier: &CanonicalForm, newest: Option<usize>) {
        for (number, instance, root) in plan.planned() {
            let Some(subject) = &instance.bound.subject else { continue };
            for (call, one) in root.calls.iter().enumerate() {
                let Some(echo) = &one.echo else { continue };
                let answer = self.answer(number, call);
                if answer.is_ok_and(|value| !speaks_of(value, echo, subject, identifier)) {
                    let name = plan.plan().providers.get(one.provider).map(|provider| &provider.name);
                    let provider = name.map_or("", |name| name.provider_key.as_str());
                    if newest == Some(instance.stage) {
                        tracing::error!(provider.key = provider, "a provider answered with somebody else's record");
                    }
                    if let Some(place) = self.places.get_mut(number).and_then(|calls| calls.get_mut(call)) {
                        *place = Place::SomebodyElse;
                    }
                }
            }
        }
    }

    /// What was answered to a call of an instance.
    ///
    /// # Errors
    /// With why there is nothing that could be used.
    pub fn answer(&self, instance: usize, call: usize) -> Result<&Opened<'a>, ProviderFailure> {
        match self.place(instance, call) {
            Place::NotAsked | Place::SomebodyElse => Err(ProviderFailure::BadData),
            Place::At(answer, data) => {
                let answer =
                    self.answers.get(answer).ok_or(ProviderFailure::BadData)?.as_ref().map_err(|failure| *failure)?;
                Ok(answer.data.get(data).unwrap_or(&Opened::Missing))
            }
        }
    }

    /// What the provider says went wrong at `path`, above it or below it, or nowhere in particular.
    pub fn failure_at(
        &self,
        plan: &ConsentedPlan,
        (instance, number): (usize, usize),
        call: &ProviderCall,
        path: &[String],
    ) -> Option<ProviderFailure> {
        let Place::At(answer, _) = self.place(instance, number) else { return None };
        let errors = &self.answers.get(answer)?.as_ref().ok()?.errors;
        if errors.is_empty() {
            return None;
        }
        let own = alias(plan.instances().get(instance)?.fetched_as, &call.root_field);
        let concerns = |error: &&ProviderError| match error.path.split_first() {
            None => true,
            Some((first, rest)) => {
                *first == own && rest.iter().zip(path.iter().skip(1)).all(|(theirs, ours)| theirs == ours)
            }
        };
        errors.iter().find(concerns).map(|error| error.failure)
    }

    fn place(&self, instance: usize, call: usize) -> Place {
        self.places.get(instance).and_then(|calls| calls.get(call)).copied().unwrap_or(Place::NotAsked)
    }
}

/// Whether every record in `value` says that it is about `subject`. No record says nothing of anybody else.
fn speaks_of(value: &Opened<'_>, echo: &Echo, subject: &Subject, identifier: &CanonicalForm) -> bool {
    match value {
        Opened::Null | Opened::Missing => true,
        Opened::List(records) => records.iter().all(|record| speaks_of(record, echo, subject, identifier)),
        record => {
            let mut said = Vec::new();
            record.each(&echo.steps, &mut said);
            !said.is_empty() && said.into_iter().all(|said| names(said, identifier).as_ref() == Some(subject))
        }
    }
}

/// The person whom a provider's value names.
fn names(value: &Opened<'_>, identifier: &CanonicalForm) -> Option<Subject> {
    let Opened::Scalar(text) = value else { return None };
    if text.starts_with('"') {
        identifier.subject(&serde_json::from_str::<String>(text).ok()?)
    } else {
        identifier.subject(text)
    }
}
