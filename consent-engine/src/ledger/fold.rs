//! The fold: a list of actions in, a consent out. Pure; the time is an argument.
//!
//! An action is accepted or refused by what the consent is at the time of the action, so that a history which was
//! accepted once is accepted for ever, and gives the same consent.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, Need};

use crate::ledger::{Action, Answer, AskedBy, AskedField, Consent, Entry, Refusal, RefusalKind, Request, Said, Share};

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
    /// One thing is to be stopped that is not shared, or twice.
    #[error("something is not shared that should be stopped")]
    NotShared,
    /// Neither less is shared after it, nor for a shorter time.
    #[error("it would change nothing, or make the time longer")]
    NotNarrower,
    /// Nothing would be shared any more: that is a stop.
    #[error("nothing would be shared any more")]
    NothingLeft,
    /// An answer replaces an earlier yes, and that must be written down first.
    #[error("an earlier answer is replaced and is not recorded as replaced")]
    ReplacementNotRecorded,
    /// No open request asks again for what is shared.
    #[error("nothing is asked again that would replace an earlier answer")]
    NothingReplaced,
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
            (Action::Requested { fields, expires_at, by, reference }, false) => {
                self.ask(entry.at, fields, *expires_at, *by)?;
                self.reference.clone_from(reference);
            }
            (Action::Granted { fields, declined, until, .. }, false) => {
                self.grant(entry.at, fields, declined, *until)?
            }
            (Action::Denied { cool_down_until, unexpected, blocked, .. }, false) => {
                self.deny(entry.at, *cool_down_until, *unexpected, *blocked)?;
            }
            (Action::Narrowed { stopped, until, .. }, false) => self.narrow(entry.at, stopped, *until)?,
            (Action::Revoked { cool_down_until, .. }, false) => self.revoke(entry.at, *cool_down_until)?,
            (Action::Superseded { fields }, false) => self.supersede(fields)?,
        }
        self.version = entry.seq;
        Ok(())
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
        if fields.iter().any(|asked| self.covers(asked)) {
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
        self.replaces_nothing(request)?;
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
        let asked = request.fields.iter().filter(|asked| fields.contains(&asked.field));
        let share = |asked: &AskedField| Share { since: at, until, notice: asked.notice.clone() };
        let shares: Vec<(FieldRef, Share)> = asked.map(|asked| (asked.field.clone(), share(asked))).collect();
        self.shared.extend(shares);
        self.declined.retain(|field| !fields.contains(field));
        self.declined.extend(declined.iter().cloned());
        self.request = None;
        self.refusal = None;
        self.no_to_more = None;
        self.granted_at = Some(at);
        self.answer =
            Some(Answer { at, said: Said::Yes { fields: fields.to_vec(), declined: declined.to_vec(), until } });
        Ok(())
    }

    fn deny(
        &mut self,
        at: DateTime<Utc>,
        until: DateTime<Utc>,
        unexpected: bool,
        blocked: bool,
    ) -> Result<(), Illegal> {
        if until <= at {
            return Err(Illegal::AlreadyOver);
        }
        let request = self.request.as_ref().ok_or(Illegal::NothingAsked)?;
        // Her block keeps them from asking. It says nothing about what she shares, which stands in the words she said yes to.
        if !blocked {
            self.replaces_nothing(request)?;
        }
        let fields: Vec<FieldRef> = request.fields.iter().map(|asked| asked.field.clone()).collect();
        self.request = None;
        let refusal = Some(Refusal { kind: RefusalKind::Denied, at, until, fields: fields.clone() });
        if self.shared.is_empty() {
            self.refusal = refusal;
        } else {
            self.declined.extend(fields.iter().filter(|field| !self.shared.contains_key(*field)).cloned());
            self.no_to_more = refusal;
        }
        self.answer = Some(Answer { at, said: Said::No { fields } });
        if unexpected {
            self.unexpected = Some(at);
        }
        Ok(())
    }

    fn narrow(&mut self, at: DateTime<Utc>, stopped: &[FieldRef], until: Option<DateTime<Utc>>) -> Result<(), Illegal> {
        let names: BTreeSet<&FieldRef> = stopped.iter().collect();
        if self.shared.is_empty() {
            return Err(Illegal::NothingShared);
        }
        if names.len() != stopped.len() || !names.iter().all(|field| self.shared.contains_key(*field)) {
            return Err(Illegal::NotShared);
        }
        if until.is_some_and(|until| until <= at) {
            return Err(Illegal::AlreadyOver);
        }
        if names.len() == self.shared.len() {
            return Err(Illegal::NothingLeft);
        }
        let mut rest = self.shared.iter().filter(|(field, _)| !names.contains(field));
        let sooner = until.map(|until| rest.any(|(_, share)| share.until > until));
        if !sooner.unwrap_or(!stopped.is_empty()) {
            return Err(Illegal::NotNarrower);
        }
        self.shared.retain(|field, _| !stopped.contains(field));
        for share in self.shared.values_mut() {
            share.until = until.map_or(share.until, |until| until.min(share.until));
        }
        self.declined.extend(stopped.iter().cloned());
        self.answer = Some(Answer { at, said: Said::Less { stopped: stopped.to_vec(), until } });
        Ok(())
    }

    /// What the open request asks for again, in other words, is shared by the earlier yes no more.
    fn supersede(&mut self, fields: &[FieldRef]) -> Result<(), Illegal> {
        let names: BTreeSet<&FieldRef> = fields.iter().collect();
        let again: BTreeSet<&FieldRef> = self.request.iter().flat_map(|request| self.shared_of(request)).collect();
        if again.is_empty() || names != again || names.len() != fields.len() {
            return Err(Illegal::NothingReplaced);
        }
        self.shared.retain(|field, _| !fields.contains(field));
        if self.shared.is_empty() {
            self.declined.clear();
            self.refusal = self.refusal.take().or(self.no_to_more.take());
        }
        Ok(())
    }

    /// An answer to `request` finds nothing shared that it would replace.
    fn replaces_nothing(&self, request: &Request) -> Result<(), Illegal> {
        let replaces = self.shared_of(request).next().is_some();
        if replaces { Err(Illegal::ReplacementNotRecorded) } else { Ok(()) }
    }

    /// What `request` asks for and is shared already.
    fn shared_of<'a>(&self, request: &'a Request) -> impl Iterator<Item = &'a FieldRef> {
        let fields = request.fields.iter().map(|asked| &asked.field);
        fields.filter(|field| self.shared.contains_key(*field))
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
