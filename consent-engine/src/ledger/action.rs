//! What is written down: one immutable action after the other.

use chrono::{DateTime, Utc};
use ndx_contracts::{FieldRef, MemberId, Need, TraceId, Words, consent::RequiredField};
use serde::{Deserialize, Serialize};

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
    },
    /// The person shares.
    Granted {
        /// What is shared.
        fields: Vec<FieldRef>,
        /// What the request asked for and the person left out.
        declined: Vec<FieldRef>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The person says no to everything that the request asks for.
    Denied {
        /// Until when the application cannot ask again, where nothing else is shared with it.
        cool_down_until: DateTime<Utc>,
    },
    /// The person stops sharing.
    Revoked {
        /// Until when the application cannot ask again.
        cool_down_until: DateTime<Utc>,
    },
    /// A request that nobody answered, or something that was shared, has ended.
    Expired {},
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
        }
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

    #[test]
    fn is_stored_under_its_name_and_refuses_what_it_does_not_know() {
        let text = r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z"}"#;
        let action: Action = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&action).unwrap(), text);
        assert_eq!(serde_json::to_string(&Action::Expired {}).unwrap(), r#"{"action":"EXPIRED"}"#);
        for bad in [
            r#"{"action":"DENIED","coolDownUntil":"2026-12-21T00:00:00Z","also":1}"#,
            r#"{"action":"EXPIRED","also":1}"#,
            r#"{"action":"FORGIVEN"}"#,
            r#"{"action":"GRANTED","fields":[],"until":"2026-12-21T00:00:00Z"}"#,
        ] {
            assert!(serde_json::from_str::<Action>(bad).is_err(), "{bad}");
        }
    }
}
