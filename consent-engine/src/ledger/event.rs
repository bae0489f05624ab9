//! What an application is told of an action. Pure. Nothing in it is about the person: whoever wants to know more asks.

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, Purpose};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ledger::{Action, Entry};

/// What an application is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// Its id: always the same for the same action.
    pub id: Uuid,
    /// What kind of thing happened.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// When it happened.
    pub time: DateTime<Utc>,
    /// Of what.
    pub data: EventData,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// The person has answered, or has changed her answer.
    #[serde(rename = "consent.answered")]
    Answered,
    /// Something has ended.
    #[serde(rename = "consent.ended")]
    Ended,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventData {
    /// The consent.
    pub consent_id: Uuid,
    /// The application that is told.
    pub application_id: ApplicationId,
    /// What it asked for.
    pub purpose: Purpose,
    /// What happened.
    pub status: EventStatus,
    /// The version of the consent after it: a later event of the same consent has a higher one.
    pub version: u64,
    /// Whether the person says that she had not asked for anything: somebody may use the application in her name. It is
    /// written only then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unexpected: bool,
}

/// What happened to a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// The person shares all that was asked.
    Granted,
    /// The person shares some of what was asked.
    PartlyGranted,
    /// The person shares nothing of what was asked.
    Denied,
    /// The person shares less than before, or for a shorter time.
    Narrowed,
    /// The person has stopped sharing.
    Revoked,
    /// A request that nobody answered, or something that was shared, has ended by itself. Other things may still be shared.
    Expired,
    /// An earlier answer has given way to the one that follows.
    Superseded,
}

impl Event {
    /// What `application` is told of `entry`, an action of its consent `consent_id`; `None` when there is nothing to tell.
    pub fn of(consent_id: Uuid, application: &ApplicationId, purpose: &Purpose, entry: &Entry) -> Option<Self> {
        use EventKind::{Answered, Ended};
        let (kind, status) = match &entry.action {
            // The application has asked, or will be told when the person has answered herself.
            Action::Requested { .. } => return None,
            Action::Granted { declined, .. } if declined.is_empty() => (Answered, EventStatus::Granted),
            Action::Granted { .. } => (Answered, EventStatus::PartlyGranted),
            Action::Denied { .. } => (Answered, EventStatus::Denied),
            Action::Narrowed { .. } => (Answered, EventStatus::Narrowed),
            Action::Revoked { .. } => (Ended, EventStatus::Revoked),
            Action::Expired {} => (Ended, EventStatus::Expired),
            Action::Superseded { .. } => (Ended, EventStatus::Superseded),
        };
        let data = EventData {
            consent_id,
            application_id: application.clone(),
            purpose: purpose.clone(),
            status,
            version: entry.seq,
            unexpected: matches!(entry.action, Action::Denied { unexpected: true, .. }),
        };
        let id = Uuid::new_v5(&consent_id, entry.seq.to_string().as_bytes());
        Some(Self { id, kind, time: entry.at, data })
    }
}

impl EventKind {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Answered => "consent.answered",
            Self::Ended => "consent.ended",
        }
    }
}

impl EventStatus {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::PartlyGranted => "partly_granted",
            Self::Denied => "denied",
            Self::Narrowed => "narrowed",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
        }
    }
}

#[cfg(test)]
mod tests {
    use ndx_contracts::FieldRef;

    use super::*;

    fn told(seq: u64, action: Action) -> Option<Event> {
        let at = DateTime::UNIX_EPOCH;
        let entry = Entry { seq, at, trace_id: "t".into(), action };
        Event::of(Uuid::from_u128(7), &"passport-app".into(), &"passport-application".into(), &entry)
    }

    fn granted(declined: Vec<FieldRef>) -> Action {
        let (fields, until) = (vec![FieldRef::new("s", "a")], DateTime::UNIX_EPOCH);
        Action::Granted { fields, declined, until, shown: None, evidence: None }
    }

    #[test]
    fn every_action_but_a_request_is_told_and_none_says_anything_of_the_person() {
        let (time, left_out) = (DateTime::UNIX_EPOCH, vec![FieldRef::new("s", "b")]);
        let denied = |unexpected| Action::Denied { cool_down_until: time, unexpected, blocked: false, shown: None };
        let narrowed = Action::Narrowed { stopped: left_out.clone(), until: None, shown: None, evidence: None };
        for (action, kind, status) in [
            (granted(Vec::new()), EventKind::Answered, EventStatus::Granted),
            (granted(left_out.clone()), EventKind::Answered, EventStatus::PartlyGranted),
            (denied(false), EventKind::Answered, EventStatus::Denied),
            (denied(true), EventKind::Answered, EventStatus::Denied),
            (narrowed, EventKind::Answered, EventStatus::Narrowed),
            (Action::Revoked { cool_down_until: time, shown: None }, EventKind::Ended, EventStatus::Revoked),
            (Action::Expired {}, EventKind::Ended, EventStatus::Expired),
            (Action::Superseded { fields: left_out }, EventKind::Ended, EventStatus::Superseded),
        ] {
            let unexpected = matches!(action, Action::Denied { unexpected: true, .. });
            let event = told(3, action).unwrap();
            assert_eq!((event.kind, event.data.status), (kind, status));
            let text = serde_json::to_string(&event).unwrap();
            let expected = format!(
                r#"{{"id":"{}","type":"{}","time":"1970-01-01T00:00:00Z","data":{{"consentId":"{}","applicationId":"passport-app","purpose":"passport-application","status":"{}","version":3{}}}}}"#,
                event.id,
                kind.as_str(),
                Uuid::from_u128(7),
                status.as_str(),
                if unexpected { r#","unexpected":true"# } else { "" },
            );
            assert_eq!(text, expected);
            assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
        }
        let by = crate::ledger::AskedBy::Application;
        assert_eq!(told(1, Action::Requested { fields: Vec::new(), expires_at: time, by, reference: None }), None);
    }

    #[test]
    fn the_same_action_has_the_same_id_and_another_another() {
        let id = |seq| told(seq, granted(Vec::new())).unwrap().id;
        assert_eq!(id(2), id(2));
        assert_ne!(id(2), id(3));
    }
}
