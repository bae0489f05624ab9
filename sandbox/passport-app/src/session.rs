//! One person at one browser, and her application as it stands.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use chrono::{DateTime, Utc};
use ndx_contracts::Subject;

use crate::{
    answer::{Outcome, Told},
    item::Item,
    random::{NoRandomness, six_digits, unguessable},
    typed::Typed,
};

/// Who signed in, and what she has filled in so far.
pub(crate) struct Session {
    pub(crate) person: Person,
    /// What every form must bring back.
    pub(crate) csrf: String,
    application: Mutex<Application>,
}

/// A person for whom the identity provider vouched.
pub(crate) struct Person {
    pub(crate) subject: Subject,
    pub(crate) name: String,
}

/// An application that is being filled in, or was sent.
#[derive(Clone, Default)]
pub(crate) struct Application {
    /// What came of the last question, and when.
    pub(crate) heard: Option<(Outcome, DateTime<Utc>)>,
    /// What a person would otherwise wonder about.
    pub(crate) note: Option<Note>,
    /// The state of the trip to the exchange that has begun and not ended.
    trip: Option<String>,
    pub(crate) typed: Typed,
    /// Its number, from the first question on.
    number: Option<String>,
    /// The number, once it was sent. Nothing else is left then.
    pub(crate) sent: Option<String>,
}

/// Why she is asked again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Note {
    /// She came back without having answered.
    Undecided,
    /// The request waited too long.
    RequestEnded(DateTime<Utc>),
    /// What she shared has ended.
    SharingEnded,
}

impl Session {
    pub(crate) fn begin(person: Person) -> Result<Self, NoRandomness> {
        Ok(Self { person, csrf: unguessable()?, application: Mutex::default() })
    }

    /// The application. Never held while somebody is waited for.
    pub(crate) fn application(&self) -> MutexGuard<'_, Application> {
        self.application.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Application {
    /// Takes in what came of a question. With `returned`, the person has just come back from the exchange.
    pub(crate) fn hear(&mut self, outcome: Outcome, now: DateTime<Utc>, returned: bool) -> Result<(), NoRandomness> {
        self.note = match (&outcome, self.heard.as_ref().map(|(before, _)| before)) {
            (Outcome::Waiting { .. }, Some(Outcome::Waiting { until: Some(until), .. })) if *until <= now => {
                Some(Note::RequestEnded(*until))
            }
            (Outcome::Waiting { .. }, Some(Outcome::Told(_))) => Some(Note::SharingEnded),
            (Outcome::Waiting { .. }, _) if returned => Some(Note::Undecided),
            _ => None,
        };
        self.trip = match outcome {
            Outcome::Waiting { .. } => Some(unguessable()?),
            _ => None,
        };
        self.heard = Some((outcome, now));
        Ok(())
    }

    /// The state that goes along with her to the exchange.
    pub(crate) fn state(&self) -> Option<&str> {
        self.trip.as_deref()
    }

    /// Whether `state` is what went along with her. A trip ends once.
    pub(crate) fn end_trip(&mut self, state: &str) -> bool {
        let right = |trip: &String| verify_slices_are_equal(trip.as_bytes(), state.as_bytes()).is_ok();
        self.trip.take_if(|trip| right(trip)).is_some()
    }

    /// What became of `item`; `None` when no register was asked.
    pub(crate) fn told(&self, item: Item) -> Option<&Told> {
        match &self.heard {
            Some((Outcome::Told(told), _)) => told.get(&item),
            _ => None,
        }
    }

    /// The items that are not verified, so that she types them in.
    pub(crate) fn open_items(&self) -> Vec<Item> {
        let open = |item: &Item| !matches!(self.told(*item), Some(Told::Verified(_)));
        Item::ALL.into_iter().filter(open).collect()
    }

    /// Its number, under which the exchange is asked, and under which it is found once it was sent.
    pub(crate) fn number(&mut self, year: i32) -> Result<String, NoRandomness> {
        if let Some(number) = &self.number {
            return Ok(number.clone());
        }
        let number = format!("PA-{year}-{}", six_digits()?);
        self.number = Some(number.clone());
        Ok(number)
    }

    /// It was sent: of what she filled in, nothing is kept here.
    pub(crate) fn send(&mut self, reference: String) {
        *self = Self { sent: Some(reference), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn waiting(until: DateTime<Utc>) -> Outcome {
        Outcome::Waiting { link: "http://127.0.0.1:8081/c/1".parse().unwrap(), until: Some(until) }
    }

    #[test]
    fn a_trip_ends_once_and_with_its_own_state() {
        let (mut application, now) = (Application::default(), DateTime::UNIX_EPOCH);
        assert!(!application.end_trip(""), "none has begun");
        application.hear(waiting(now), now, false).unwrap();
        let state = application.state().unwrap().to_owned();
        assert!(!application.end_trip("another") && !application.end_trip(""));
        assert!(application.end_trip(&state));
        assert!(!application.end_trip(&state), "the back button");
        application.hear(Outcome::NotNow, now, true).unwrap();
        assert_eq!(application.state(), None);
    }

    #[test]
    fn has_one_number_from_the_first_question_on() {
        let mut application = Application::default();
        let number = application.number(2026).unwrap();
        assert!(number.starts_with("PA-2026-") && number.len() == 14, "{number}");
        assert_eq!(application.number(2027).unwrap(), number);
        application.send(number.clone());
        assert_eq!(application.sent, Some(number));
    }

    #[test]
    fn says_why_somebody_is_asked_again() {
        let (mut application, now) = (Application::default(), DateTime::UNIX_EPOCH);
        let hour = TimeDelta::hours(1);
        let mut hear = |outcome, at, returned| {
            application.hear(outcome, at, returned).unwrap();
            application.note
        };
        assert!(hear(waiting(now + hour), now, false).is_none());
        assert!(hear(waiting(now + hour), now, true) == Some(Note::Undecided));
        assert!(hear(waiting(now + hour * 3), now + hour * 2, true) == Some(Note::RequestEnded(now + hour)));
        assert!(hear(Outcome::Told([].into()), now + hour * 2, true).is_none());
        assert!(hear(waiting(now + hour * 4), now + hour * 3, false) == Some(Note::SharingEnded));
    }
}
