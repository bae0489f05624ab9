//! An audit event in OpenDIF's words: what other services post, and what the record says in those words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $word:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$of])* $word,)+
        }

        impl $name {
            /// All of them, as they are written.
            pub const WORDS: &[&str] = &[$($text),+];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text,)+ }
            }

            /// The one that is written so.
            pub fn of(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$word),)+ _ => None }
            }
        }
    };
}

words! {
    /// What kind of event it is.
    EventType {
        /// Policy was asked.
        PolicyCheck = "POLICY_CHECK",
        /// Somebody managed the exchange.
        ManagementEvent = "MANAGEMENT_EVENT",
        /// Somebody managed its users.
        UserManagement = "USER_MANAGEMENT",
        /// A consent was asked.
        ConsentCheck = "CONSENT_CHECK",
        /// An application asked for data.
        DataRequest = "DATA_REQUEST",
        /// A provider was asked.
        ProviderFetch = "PROVIDER_FETCH",
        /// The gateway has received a request.
        OrchestrationRequestReceived = "ORCHESTRATION_REQUEST_RECEIVED",
    }
}

words! {
    /// What was done.
    EventAction {
        /// Something was made.
        Create = "CREATE",
        /// Something was read.
        Read = "READ",
        /// Something was changed.
        Update = "UPDATE",
        /// Something was removed.
        Delete = "DELETE",
    }
}

words! {
    /// How it ended.
    Status {
        /// As it should.
        Success = "SUCCESS",
        /// It did not.
        Failure = "FAILURE",
    }
}

words! {
    /// Who did it.
    ActorType {
        /// A service of the exchange.
        Service = "SERVICE",
        /// A person who runs the exchange.
        Admin = "ADMIN",
        /// A person of a member.
        Member = "MEMBER",
        /// The exchange by itself.
        System = "SYSTEM",
        /// An application of a member.
        Application = "APPLICATION",
    }
}

words! {
    /// What it was done to.
    TargetType {
        /// A service.
        Service = "SERVICE",
        /// Something that a service keeps.
        Resource = "RESOURCE",
    }
}

/// One audit event.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogRecord {
    /// Its id; the same whenever it is listed.
    pub id: Uuid,
    /// The trace of the request that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub trace_id: Option<Uuid>,
    /// When it happened.
    pub timestamp: DateTime<Utc>,
    /// What kind of event it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event_type: Option<EventType>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub event_action: Option<EventAction>,
    /// How it ended.
    pub status: Status,
    /// Who did it: which kind.
    pub actor_type: ActorType,
    /// Who did it.
    pub actor_id: String,
    /// What it was done to: which kind.
    pub target_type: TargetType,
    /// What it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub target_id: Option<String>,
    /// What was asked. Never the text of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_metadata: Option<Value>,
    /// What was answered. Never the text of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response_metadata: Option<Value>,
    /// What else there is to say. Never the text of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_metadata: Option<Value>,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// The service that posted it; none where the exchange's own record says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub posted_by: Option<String>,
    /// The request of the exchange's own record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub request_id: Option<Uuid>,
    /// The place in the exchange's own record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub seq: Option<i64>,
}

/// `metadata` as it may be kept: no member named `query`, in whatever letters and however deep. What is empty is none.
pub fn without_queries(metadata: Value) -> Option<Value> {
    match clean(metadata) {
        Value::Null => None,
        Value::Object(members) if members.is_empty() => None,
        kept => Some(kept),
    }
}

fn clean(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !name.eq_ignore_ascii_case("query"))
            .map(|(name, member)| (name, clean(member)))
            .collect(),
        Value::Array(items) => items.into_iter().map(clean).collect(),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_written_in_json_as_in_columns() {
        for word in EventType::WORDS {
            assert_eq!(serde_json::to_value(EventType::of(word).unwrap()).unwrap(), *word);
            assert_eq!(EventType::of(word).unwrap().as_str(), *word);
        }
        assert_eq!(serde_json::to_value(EventAction::of("READ").unwrap()).unwrap(), "READ");
        assert_eq!(EventType::of("INTENT"), None);
    }

    #[test]
    fn no_query_text_is_kept_however_deep_and_however_written() {
        let posted =
            json!({"query": "a", "list": [{"QUERY": {"x": 1}, "kept": [1, null]}], "deep": {"in": {"Query": "b"}}});
        let kept = json!({"list": [{"kept": [1, null]}], "deep": {"in": {}}});
        assert_eq!(without_queries(posted), Some(kept));
        assert_eq!(without_queries(json!({"query": "a"})), None);
        assert_eq!(without_queries(Value::Null), None);
        assert_eq!(without_queries(json!("query")), Some(json!("query")), "a value is not a member's name");
    }
}
