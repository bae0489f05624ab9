//! The fold: a list of actions in, a consent out. Pure; the time is an argument.
//!
//! An action is accepted or refused by what the consent is at the time of the action, so that a history which was
//! accepted once is accepted for ever, and gives the same consent.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, Need, consent::ConsentStatus};

use crate::ledger::{Action, AskedBy, AskedField, Entry};

/// What the actions so far amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consent {
    /// The number of the last action; 0 when there is none.
    pub version: u64,
    /// The request that waits for an answer.
    pub request: Option<Request>,
    /// What is shared, and until when.
    pub shared: BTreeMap<FieldRef, Share>,
    /// What the person left out or declined. It belongs to the answers that still stand, and ends with the last of them.
    pub declined: BTreeSet<FieldRef>,
    /// The "no" or the "stop" that was said last, until the application asks anew or the person says yes.
    pub refusal: Option<Refusal>,
    /// A "no" that was said to more while other things were shared. It keeps the application from asking for more, and
    /// becomes the refusal when the last of them has lapsed.
    pub no_to_more: Option<Refusal>,
    /// The last thing the person said.
    pub answer: Option<Answer>,
    /// The last thing that ended by itself, until the person is asked again.
    pub ended: Option<Ended>,
    /// The words in which each field was last asked for.
    pub words: BTreeMap<FieldRef, AskedField>,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Everything that it asks for.
    pub fields: Vec<AskedField>,
    /// When it ends, if nobody answers.
    pub expires_at: DateTime<Utc>,
    /// Who asks.
    pub by: AskedBy,
}

/// How long one field is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// From when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// A "no" or a "stop".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which of the two.
    pub kind: RefusalKind,
    /// When it was said.
    pub at: DateTime<Utc>,
    /// Until when the application cannot ask again.
    pub until: DateTime<Utc>,
    /// What it was about: what the person is asked again, should she change her mind.
    pub fields: Vec<FieldRef>,
}

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalKind {
    /// The person said no when asked.
    Denied,
    /// The person had shared, and stopped.
    Revoked,
}

/// The last thing the person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub said: Said,
}

/// What a person can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Yes, to `fields` and not to `declined`.
    Yes {
        /// What was shared.
        fields: Vec<FieldRef>,
        /// What was left out.
        declined: Vec<FieldRef>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// No, to these.
    No {
        /// What was asked.
        fields: Vec<FieldRef>,
    },
    /// Stop.
    Stop,
}

/// What ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// A request that nobody answered, at this time.
    Request(DateTime<Utc>),
    /// The last thing that was shared, at this time.
    Sharing(DateTime<Utc>),
}

/// Why an action is not possible for what the consent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Illegal {
    /// The numbers have a gap or a repetition.
    #[error("the action does not follow the one before it")]
    OutOfOrder,
    /// Something has lapsed, and that must be written down first.
    #[error("something has ended and is not recorded as ended")]
    EndNotRecorded,
    /// A request asks for nothing, or for something twice.
    #[error("the request asks for nothing, or for something twice")]
    BadRequest,
    /// A request leaves out what the open one asks for.
    #[error("the request leaves out what the open one asks for")]
    Narrower,
    /// A request asks for what is shared already.
    #[error("the request asks for what is shared already")]
    SharedAlready,
    /// The application asks again for what the person declined.
    #[error("the application asks again for what the person declined")]
    Declined,
    /// The application asks before the cool-down has passed.
    #[error("the person said no, and the application cannot ask again yet")]
    CoolDown,
    /// An answer without a question.
    #[error("no request waits for an answer")]
    NothingAsked,
    /// An answer that does not part the request's fields, or leaves out a needed one.
    #[error("the answer does not fit the request")]
    AnswerDoesNotFit,
    /// An end that is not in the future.
    #[error("the end is not in the future")]
    AlreadyOver,
    /// Nothing is shared.
    #[error("nothing is shared that could be stopped")]
    NothingShared,
    /// Nothing has lapsed.
    #[error("nothing has ended")]
    NothingLapsed,
}

/// The consent that these actions, in their order, amount to.
///
/// # Errors
/// When an action was not possible after those before it: the history was tampered with.
pub fn fold<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Consent, Illegal> {
    let mut consent = Consent::default();
    for entry in entries {
        consent.apply(entry)?;
    }
    Ok(consent)
}

impl Consent {
    /// Takes one action in.
    ///
    /// # Errors
    /// When the action is not possible now; the consent is then as it was.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), Illegal> {
        if entry.seq != self.version + 1 {
            return Err(Illegal::OutOfOrder);
        }
        let lapsed = self.has_lapsed(entry.at);
        match (&entry.action, lapsed) {
            (Action::Expired {}, true) => *self = self.at(entry.at),
            (Action::Expired {}, false) => return Err(Illegal::NothingLapsed),
            (_, true) => return Err(Illegal::EndNotRecorded),
            (Action::Requested { fields, expires_at, by }, false) => self.ask(entry.at, fields, *expires_at, *by)?,
            (Action::Granted { fields, declined, until }, false) => self.grant(entry.at, fields, declined, *until)?,
            (Action::Denied { cool_down_until }, false) => self.deny(entry.at, *cool_down_until)?,
            (Action::Revoked { cool_down_until }, false) => self.revoke(entry.at, *cool_down_until)?,
        }
        self.version = entry.seq;
        Ok(())
    }

    /// What the consent is at `now`: what has lapsed by then is gone, whether that was recorded or not.
    pub fn at(&self, now: DateTime<Utc>) -> Self {
        let mut consent = self.clone();
        if let Some(request) = consent.request.take_if(|request| request.expires_at <= now) {
            consent.ended = Some(Ended::Request(request.expires_at));
        }
        if !consent.shared.is_empty() {
            let last = consent.shared.values().map(|share| share.until).max();
            consent.shared.retain(|_, share| share.until > now);
            if let (true, Some(last)) = (consent.shared.is_empty(), last) {
                consent.declined.clear();
                consent.refusal = consent.refusal.or(consent.no_to_more.take());
                // What ended later is what people want to read about.
                consent.ended = match consent.ended {
                    Some(Ended::Request(end)) if end >= last => Some(Ended::Request(end)),
                    _ => Some(Ended::Sharing(last)),
                };
            }
        }
        consent
    }

    /// The same as [`at`](Self::at), without a copy where nothing has lapsed.
    pub fn present(&self, now: DateTime<Utc>) -> Cow<'_, Self> {
        if self.has_lapsed(now) { Cow::Owned(self.at(now)) } else { Cow::Borrowed(self) }
    }

    /// Whether something has lapsed by `now` and is not recorded as ended.
    pub fn has_lapsed(&self, now: DateTime<Utc>) -> bool {
        self.request.as_ref().is_some_and(|request| request.expires_at <= now)
            || self.shared.values().any(|share| share.until <= now)
    }

    /// Where it stands as a whole. For the present, ask the consent [`at`](Self::at) now.
    pub fn status(&self) -> ConsentStatus {
        match (&self.request, &self.refusal) {
            (Some(_), _) => ConsentStatus::Pending,
            (None, _) if !self.shared.is_empty() => ConsentStatus::Approved,
            (None, Some(Refusal { kind: RefusalKind::Denied, .. })) => ConsentStatus::Rejected,
            (None, Some(Refusal { kind: RefusalKind::Revoked, .. })) => ConsentStatus::Revoked,
            (None, None) => ConsentStatus::Expired,
        }
    }

    /// Whether the application may ask the person at `now`.
    pub fn may_be_asked(&self, now: DateTime<Utc>) -> bool {
        self.refusal.iter().chain(&self.no_to_more).all(|refusal| refusal.until <= now)
    }

    /// When the open request or, with none open, the last of what is shared ends.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        let sharing = || self.shared.values().map(|share| share.until).max();
        self.request.as_ref().map(|request| request.expires_at).or_else(sharing)
    }

    fn ask(
        &mut self,
        at: DateTime<Utc>,
        fields: &[AskedField],
        expires_at: DateTime<Utc>,
        by: AskedBy,
    ) -> Result<(), Illegal> {
        let names: BTreeSet<&FieldRef> = fields.iter().map(|asked| &asked.field).collect();
        if names.is_empty() || names.len() != fields.len() {
            return Err(Illegal::BadRequest);
        }
        if expires_at <= at {
            return Err(Illegal::AlreadyOver);
        }
        if by == AskedBy::Application && !self.may_be_asked(at) {
            return Err(Illegal::CoolDown);
        }
        let open = self.request.as_ref().map(|request| request.fields.as_slice()).unwrap_or_default();
        if !open.iter().all(|asked| names.contains(&asked.field)) {
            return Err(Illegal::Narrower);
        }
        if names.iter().any(|field| self.shared.contains_key(field)) {
            return Err(Illegal::SharedAlready);
        }
        // What the person herself has brought back may stay when the application's wider query extends the request.
        let brought_back = |field: &FieldRef| open.iter().any(|asked| asked.field == *field);
        let declined = |field: &&FieldRef| self.declined.contains(*field) && !brought_back(field);
        if by == AskedBy::Application && names.iter().any(declined) {
            return Err(Illegal::Declined);
        }
        self.words.extend(fields.iter().map(|asked| (asked.field.clone(), asked.clone())));
        self.request = Some(Request { fields: fields.to_vec(), expires_at, by });
        self.ended = None;
        if by == AskedBy::Application {
            // Its time has passed. One that the person thinks over stands until she has answered.
            self.refusal = None;
            self.no_to_more = None;
        }
        Ok(())
    }

    fn grant(
        &mut self,
        at: DateTime<Utc>,
        fields: &[FieldRef],
        declined: &[FieldRef],
        until: DateTime<Utc>,
    ) -> Result<(), Illegal> {
        let request = self.request.as_ref().ok_or(Illegal::NothingAsked)?;
        let asked: BTreeSet<&FieldRef> = request.fields.iter().map(|asked| &asked.field).collect();
        let answered: BTreeSet<&FieldRef> = fields.iter().chain(declined).collect();
        let needed = |asked: &&AskedField| asked.need == Need::Needed;
        let leaves_out_a_needed_one = request.fields.iter().filter(needed).any(|asked| declined.contains(&asked.field));
        let twice = answered.len() != fields.len() + declined.len();
        if fields.is_empty() || asked != answered || twice || leaves_out_a_needed_one {
            return Err(Illegal::AnswerDoesNotFit);
        }
        if until <= at {
            return Err(Illegal::AlreadyOver);
        }
        self.shared.extend(fields.iter().map(|field| (field.clone(), Share { since: at, until })));
        self.declined.retain(|field| !fields.contains(field));
        self.declined.extend(declined.iter().cloned());
        self.request = None;
        self.refusal = None;
        self.no_to_more = None;
        self.answer =
            Some(Answer { at, said: Said::Yes { fields: fields.to_vec(), declined: declined.to_vec(), until } });
        Ok(())
    }

    fn deny(&mut self, at: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), Illegal> {
        let request = self.request.take_if(|_| until > at);
        let request = request.ok_or(if until > at { Illegal::NothingAsked } else { Illegal::AlreadyOver })?;
        let fields: Vec<FieldRef> = request.fields.into_iter().map(|asked| asked.field).collect();
        let refusal = Some(Refusal { kind: RefusalKind::Denied, at, until, fields: fields.clone() });
        if self.shared.is_empty() {
            self.refusal = refusal;
        } else {
            self.declined.extend(fields.iter().cloned());
            self.no_to_more = refusal;
        }
        self.answer = Some(Answer { at, said: Said::No { fields } });
        Ok(())
    }

    fn revoke(&mut self, at: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), Illegal> {
        if self.shared.is_empty() {
            return Err(Illegal::NothingShared);
        }
        if until <= at {
            return Err(Illegal::AlreadyOver);
        }
        let asked = self.request.take().map(|request| request.fields).unwrap_or_default();
        let mut fields: BTreeSet<FieldRef> = std::mem::take(&mut self.shared).into_keys().collect();
        fields.append(&mut self.declined);
        fields.extend(asked.into_iter().map(|asked| asked.field));
        let fields = fields.into_iter().collect();
        self.refusal = Some(Refusal { kind: RefusalKind::Revoked, at, until, fields });
        self.no_to_more = None;
        self.ended = None;
        self.answer = Some(Answer { at, said: Said::Stop });
        Ok(())
    }
}
