//! What is written down: one immutable action after the other.

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, MemberId, Need, Reference, TraceId, Words, consent::RequiredField};
use serde::{Deserialize, Serialize};

use crate::ledger::Notice;

/// One action with its place in the history of a consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// 1, 2, 3, … within the consent.
    pub seq: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The request in which it happened.
    pub trace_id: TraceId,
    /// What happened.
    pub action: Action,
}

/// What can happen to a consent. It is stored as JSON; a key that is not known here is an error, never ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Action {
    /// The person is asked. A request that is open already is replaced by this one, which holds all of its fields.
    Requested {
        /// Everything that the request asks for.
        fields: Vec<AskedField>,
        /// When it ends, if nobody answers.
        expires_at: DateTime<Utc>,
        /// Who asks.
        by: AskedBy,
        /// The application's own case, for which it asked last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<Reference>,
    },
    /// The person shares.
    Granted {
        /// What is shared.
        fields: Vec<FieldRef>,
        /// What the request asked for and the person left out.
        declined: Vec<FieldRef>,
        /// Until when.
        until: DateTime<Utc>,
        /// What she saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
        /// What proves it: a compact JWS. It names the person, so that it lies sealed beside the action, never in it.
        #[serde(skip)]
        evidence: Option<String>,
    },
    /// The person says no to everything that the request asks for.
    Denied {
        /// Until when the application cannot ask again, where nothing else is shared with it.
        cool_down_until: DateTime<Utc>,
        /// Whether she said that she had not asked for anything: somebody may be fishing.
        #[serde(default, skip_serializing_if = "is_false")]
        unexpected: bool,
        /// Whether she was not asked, because she blocks the application: it is her block that says no. What she shares
        /// already it leaves as it is, even where the request asks for the same in other words.
        #[serde(default, skip_serializing_if = "is_false")]
        blocked: bool,
        /// What she saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
    },
    /// The person shares less of what she shares, or for a shorter time.
    Narrowed {
        /// What is not shared any more.
        stopped: Vec<FieldRef>,
        /// Until when the rest is shared at most; as before, where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        /// What she saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
        /// What proves it: a compact JWS. It names the person, so that it lies sealed beside the action, never in it.
        #[serde(skip)]
        evidence: Option<String>,
    },
    /// The person stops sharing.
    Revoked {
        /// Until when the application cannot ask again.
        cool_down_until: DateTime<Utc>,
        /// What she saw.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shown: Option<Shown>,
    },
    /// A request that nobody answered, or something that was shared, has ended.
    Expired {},
    /// An earlier yes gives way to the answer that follows: the request asked for the same in other words.
    Superseded {
        /// What is shared by the earlier yes no more.
        fields: Vec<FieldRef>,
    },
}

impl Action {
    /// What proves it.
    pub fn evidence(&self) -> Option<&str> {
        match self {
            Self::Granted { evidence, .. } | Self::Narrowed { evidence, .. } => evidence.as_deref(),
            _ => None,
        }
    }

    /// The same, asked for this case, where it is an application's request.
    #[must_use]
    pub fn about(mut self, case: Option<Reference>) -> Self {
        if let Self::Requested { reference, .. } = &mut self {
            *reference = case;
        }
        self
    }

    /// The same, proved by `proof`, where it is an action that is proved.
    #[must_use]
    pub fn proved(mut self, proof: Option<String>) -> Self {
        if let Self::Granted { evidence, .. } | Self::Narrowed { evidence, .. } = &mut self {
            *evidence = proof;
        }
        self
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// What a person saw when she answered on a page of ours. Actions that were written before this was kept, and answers
/// given through another portal, have none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shown {
    /// The SHA-256, hexadecimal, of the exact bytes of the page's main part.
    pub text_hash: String,
    /// The language of the page.
    pub language: String,
    /// How she had signed in.
    pub sign_in: SignedIn,
    /// What she could choose from; absent where there was no choice but yes and no, and in histories that were written
    /// before this was kept.
    #[serde(default, skip_serializing_if = "Offered::is_nothing")]
    pub offered: Offered,
    /// The templates and the words of the pages in all languages: the SHA-256, hexadecimal, over all of them. Absent as
    /// above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub templates: Option<String>,
}

/// What a page let a person choose from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Offered {
    /// What she could tick: to share it beside what is needed, or to share it no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldRef>,
    /// The lengths of time, as they are registered (ISO 8601); one alone is no choice and was shown nevertheless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations: Vec<String>,
}

impl Offered {
    /// Whether there was nothing.
    pub fn is_nothing(&self) -> bool {
        self.fields.is_empty() && self.durations.is_empty()
    }
}

/// How a person had signed in (OpenID Connect Core 1.0, section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedIn {
    /// When (`auth_time`).
    pub at: DateTime<Utc>,
    /// How strongly, in the identity provider's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// By which means.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
}

/// A field as the person is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AskedField {
    /// The field.
    pub field: FieldRef,
    /// Needed, or the person's choice.
    pub need: Need,
    /// What people call it.
    pub display_name: Words,
    /// The form in which it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Words>,
    /// Whether its provider marks it as sensitive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// The body that keeps it; absent when the configuration did not name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<MemberId>,
    /// What the application had registered to say about it; absent in histories that were written before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

impl AskedField {
    /// The field as a requirement names it, kept by `provider`.
    pub fn new(required: &RequiredField, provider: Option<MemberId>) -> Self {
        Self {
            field: required.field.clone(),
            need: required.need,
            display_name: required.display_name.clone(),
            description: required.description.clone(),
            sensitive: required.sensitive,
            provider,
            notice: None,
        }
    }

    /// The same, asked for in the words of `notice`.
    #[must_use]
    pub fn in_words_of(self, notice: Option<Notice>) -> Self {
        Self { notice, ..self }
    }
}

/// Who opens a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AskedBy {
    /// The application, by asking for data.
    Application,
    /// The person herself, who has changed her mind.
    Citizen,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Action, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn is_stored_under_its_name_and_refuses_what_it_does_not_know() {
        for text in [
            r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z","unexpected":true}"#,
            r#"{"action":"EXPIRED"}"#,
            r#"{"action":"REQUESTED","fields":[],"expiresAt":"2026-12-21T00:00:00Z","by":"citizen","reference":"PA-1"}"#,
            r#"{"action":"NARROWED","stopped":[],"until":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"SUPERSEDED","fields":[{"schemaId":"s","fieldName":"a"}]}"#,
            concat!(
                r#"{"action":"GRANTED","fields":[],"declined":[],"until":"2026-12-21T00:00:00Z","#,
                r#""shown":{"textHash":"00","language":"en","signIn":{"at":"2026-11-21T00:00:00Z","acr":"2","amr":["otp"]},"#,
                r#""offered":{"fields":[{"schemaId":"s","fieldName":"a"}],"durations":["PT1H"]},"templates":"11"}}"#
            ),
            concat!(
                r#"{"action":"REVOKED","coolDownUntil":"2026-12-21T00:00:00Z","#,
                r#""shown":{"textHash":"00","language":"si","signIn":{"at":"2026-11-21T00:00:00Z"},"templates":"11"}}"#
            ),
        ] {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        }
        for bad in [
            r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z","also":1}"#,
            r#"{"action":"EXPIRED","also":1}"#,
            r#"{"action":"FORGIVEN"}"#,
            r#"{"action":"REQUESTED","fields":[],"expiresAt":"2026-12-21T00:00:00Z","by":"citizen","reference":"P A"}"#,
            r#"{"action":"GRANTED","fields":[],"until":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"NARROWED","until":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"NARROWED","stopped":[],"evidence":"a.b.c"}"#,
            r#"{"action":"SUPERSEDED","fields":[],"until":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z","shown":{"textHash":"00","language":"en"}}"#,
            concat!(
                r#"{"action":"REVOKED","coolDownUntil":"2026-12-21T00:00:00Z","shown":{"textHash":"00","language":"en","#,
                r#""signIn":{"at":"2026-11-21T00:00:00Z"},"offered":{"also":[]}}}"#
            ),
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_proves_an_action_is_never_part_of_its_text() {
        let action = read(r#"{"action":"NARROWED","stopped":[]}"#).unwrap();
        let proved = action.clone().proved(Some("a.b.c".to_owned()));
        assert_eq!(proved.evidence(), Some("a.b.c"));
        assert_eq!(serde_json::to_string(&proved).unwrap(), serde_json::to_string(&action).unwrap());
        assert_eq!(Action::Expired {}.proved(Some("a.b.c".to_owned())).evidence(), None);
    }

    #[test]
    fn what_was_written_before_pages_were_kept_is_read_as_ever() {
        for old in [
            r#"{"action":"REQUESTED","fields":[],"expiresAt":"2026-12-21T00:00:00Z","by":"application"}"#,
            concat!(
                r#"{"action":"GRANTED","fields":[],"declined":[],"until":"2026-12-21T00:00:00Z","#,
                r#""shown":{"textHash":"00","language":"en","signIn":{"at":"2026-11-21T00:00:00Z","acr":"2","amr":["otp"]}}}"#
            ),
            concat!(
                r#"{"action":"NARROWED","stopped":[],"#,
                r#""shown":{"textHash":"00","language":"ta","signIn":{"at":"2026-11-21T00:00:00Z"}}}"#
            ),
            r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"REVOKED","coolDownUntil":"2026-12-21T00:00:00Z"}"#,
            r#"{"action":"GRANTED","fields":[],"declined":[],"until":"2026-12-21T00:00:00Z"}"#,
        ] {
            assert_eq!(serde_json::to_string(&read(old).unwrap()).unwrap(), old);
        }
    }
}
