//! What a list of actions amounts to: a consent, and what of it holds at which time. It is kept as JSON beside the
//! actions, so that not every question folds them again.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, Reference, consent::ConsentStatus};
use serde::{Deserialize, Serialize};

use crate::ledger::{AskedBy, AskedField, Notice, notice::changed};

/// What the actions so far amount to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consent {
    /// The number of the last action; 0 when there is none.
    pub version: u64,
    /// The request that waits for an answer.
    pub request: Option<Request>,
    /// What is shared, and until when.
    #[serde(with = "as_pairs")]
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
    /// When she last said yes.
    pub granted_at: Option<DateTime<Utc>>,
    /// The last thing that ended by itself, until the person is asked again.
    pub ended: Option<Ended>,
    /// When the person last said that she had not asked for anything.
    pub unexpected: Option<DateTime<Utc>>,
    /// The application's own case, for which the person was asked last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// The words in which each field was last asked for.
    #[serde(with = "as_pairs")]
    pub words: BTreeMap<FieldRef, AskedField>,
}

/// A question that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Request {
    /// Everything that it asks for.
    pub fields: Vec<AskedField>,
    /// When it ends, if nobody answers.
    pub expires_at: DateTime<Utc>,
    /// Who asks.
    pub by: AskedBy,
}

/// How long one field is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// From when.
    pub since: DateTime<Utc>,
    /// Until when.
    pub until: DateTime<Utc>,
    /// The words of the question that was said yes to, where they were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// A "no" or a "stop".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefusalKind {
    /// The person said no when asked.
    Denied,
    /// The person had shared, and stopped.
    Revoked,
}

/// The last thing the person said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub said: Said,
}

/// What a person can say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
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
    /// Less than before.
    Less {
        /// What she stopped sharing.
        stopped: Vec<FieldRef>,
        /// The earlier end of the rest, where she chose one.
        until: Option<DateTime<Utc>>,
    },
    /// Stop.
    Stop,
}

/// What ended by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ended {
    /// A request that nobody answered, at this time.
    Request(DateTime<Utc>),
    /// The last thing that was shared, at this time.
    Sharing(DateTime<Utc>),
}

impl Consent {
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

    /// Whether `asked` is shared, by a yes to the words in which it is asked for now.
    pub fn covers(&self, asked: &AskedField) -> bool {
        let share = self.shared.get(&asked.field);
        share.is_some_and(|share| !changed(share.notice.as_ref(), asked.notice.as_ref()))
    }

    /// Whether the application may ask the person at `now`.
    pub fn may_be_asked(&self, now: DateTime<Utc>) -> bool {
        self.refusal.iter().chain(&self.no_to_more).all(|refusal| refusal.until <= now)
    }

    /// When something ends by itself next.
    pub fn lapses_at(&self) -> Option<DateTime<Utc>> {
        let shares = self.shared.values().map(|share| share.until);
        self.request.iter().map(|request| request.expires_at).chain(shares).min()
    }

    /// When the open request or, with none open, the last of what is shared ends.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        let sharing = || self.shared.values().map(|share| share.until).max();
        self.request.as_ref().map(|request| request.expires_at).or_else(sharing)
    }
}

/// A map by fields as JSON: a list of pairs, because a key there is a text.
mod as_pairs {
    use std::collections::BTreeMap;

    use ndx_contracts::FieldRef;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(
        map: &BTreeMap<FieldRef, T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<FieldRef, T>, D::Error> {
        Vec::<(FieldRef, T)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}
