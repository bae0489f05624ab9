//! From the error of each stage to what the application reads.

use ndx_auth::Rejection;
use ndx_contracts::{JudgeError, policy::DenyReason};
use serde_json::{Value, json};

use super::{ClientError, Code, Refusal};
use crate::{
    authentication::{AuthenticationError, PurposeError},
    operation::{Mistake, OperationError, PersistedError},
    planner::{BindError, PlanError},
    policy::PolicyError,
    projection::PathSegment,
    request::RequestError,
};

impl From<RequestError> for Refusal {
    fn from(error: RequestError) -> Self {
        let message = error.to_string();
        let client = match error {
            RequestError::ContentType => ClientError::new(Code::BadRequest, message).with("reason", "CONTENT_TYPE"),
            RequestError::NotAcceptable => ClientError::new(Code::BadRequest, message).with("reason", "NOT_ACCEPTABLE"),
            RequestError::UsePost => ClientError::new(Code::UsePost, message),
            RequestError::TooLarge { limit, actual } => over(Code::TooLarge, message, limit, actual),
            RequestError::NotJson { line, column } => {
                ClientError::new(Code::BadRequest, message).with("line", line).with("column", column)
            }
            RequestError::Broken => ClientError::new(Code::BadRequest, message).with("reason", "BROKEN_OFF"),
            RequestError::Shape(_) => ClientError::new(Code::BadRequest, message),
        };
        client.into()
    }
}

impl From<AuthenticationError> for Refusal {
    fn from(error: AuthenticationError) -> Self {
        tracing::info!(error = &error as &dyn std::error::Error, "a caller was not authenticated");
        let refused =
            |reason| ClientError::new(Code::Unauthorized, "a valid access token is required").with("reason", reason);
        match error {
            AuthenticationError::NoKeysInTime | AuthenticationError::Rejected(Rejection::NoKeys(_)) => {
                ClientError::new(Code::KeysUnavailable, "the exchange cannot check tokens at the moment").into()
            }
            AuthenticationError::Rejected(Rejection::Expired) => refused("TOKEN_EXPIRED").into(),
            _ => refused("UNAUTHENTICATED").into(),
        }
    }
}

impl From<PurposeError> for Refusal {
    fn from(error: PurposeError) -> Self {
        let message = error.to_string();
        let (code, registered) = match error {
            PurposeError::Required { registered } => (Code::PurposeRequired, registered),
            PurposeError::NotAllowed { registered } => (Code::PurposeNotAllowed, registered),
        };
        ClientError::new(code, message).with("purposes", registered).into()
    }
}

impl From<OperationError> for Refusal {
    fn from(error: OperationError) -> Self {
        let message = error.to_string();
        match error {
            OperationError::Parse(mistakes) => document(Code::GraphqlParseFailed, mistakes),
            OperationError::Validation(mistakes) => document(Code::GraphqlValidationFailed, mistakes),
            OperationError::NotFound(mistake) => document(Code::OperationNotFound, vec![mistake]),
            OperationError::Variables(mistake) => document(Code::VariablesInvalid, vec![mistake]),
            OperationError::TooLarge { limit, actual } => over(Code::TooLarge, message, limit, actual).into(),
            OperationError::TooDeep { limit, actual } => over(Code::TooDeep, message, limit, actual).into(),
            OperationError::TooManyAliases { limit, actual } => {
                over(Code::TooManyAliases, message, limit, Some(actual)).into()
            }
            OperationError::TooManyDirectives { limit, actual } => {
                over(Code::TooCostly, message, limit, Some(actual)).with("reason", "DIRECTIVES").into()
            }
            OperationError::TooManyRoots { limit, actual } => {
                over(Code::TooManyRoots, message, limit, Some(actual)).into()
            }
            OperationError::TooCostly { limit, actual } => over(Code::TooCostly, message, limit, Some(actual)).into(),
            OperationError::UsePost => ClientError::new(Code::UsePost, message).into(),
        }
    }
}

impl From<PersistedError> for Refusal {
    fn from(error: PersistedError) -> Self {
        let message = error.to_string();
        let client = match error {
            PersistedError::NotFound => ClientError::new(Code::PersistedQueryNotFound, message),
            PersistedError::NotRegistered => ClientError::new(Code::OperationNotRegistered, message),
            PersistedError::Mismatch => ClientError::new(Code::BadRequest, message).with("reason", "HASH_MISMATCH"),
        };
        client.into()
    }
}

/// More than is allowed; how much, where it was counted to the end.
fn over(code: Code, message: String, limit: usize, actual: Option<usize>) -> ClientError {
    let error = ClientError::new(code, message).with("limit", limit);
    if let Some(actual) = actual { error.with("actual", actual) } else { error }
}

fn document(code: Code, mistakes: Vec<Mistake>) -> Refusal {
    let error =
        |mistake: Mistake| ClientError { locations: mistake.locations, ..ClientError::new(code, mistake.message) };
    Refusal { errors: mistakes.into_iter().map(error).collect(), data_null: false }
}

impl From<PlanError> for Refusal {
    fn from(error: PlanError) -> Self {
        let message = error.to_string();
        match error {
            PlanError::TooManyFields { limit } => {
                ClientError::new(Code::TooCostly, message).with("limit", limit).into()
            }
            PlanError::TooManyLookups { limit } => ClientError::new(Code::TooDeep, message).with("limit", limit).into(),
            PlanError::NullCondition => ClientError::new(Code::VariablesInvalid, message).into(),
        }
    }
}

impl From<BindError> for Refusal {
    fn from(error: BindError) -> Self {
        let (BindError::NotAnIdentifier { root, .. } | BindError::NotAName { root, .. } | BindError::Null { root, .. }) =
            &error;
        let path = vec![PathSegment::Key(root.clone())];
        ClientError { path, ..ClientError::new(Code::VariablesInvalid, error.to_string()) }.into()
    }
}

impl From<PolicyError> for Refusal {
    fn from(error: PolicyError) -> Self {
        let PolicyError::Denied { fields } = error else {
            tracing::error!(error = &error as &dyn std::error::Error, "the policy decision point gave no answer");
            return ClientError::new(Code::PdpUnavailable, "policy cannot be decided at the moment").into();
        };
        // Access that has ended is told apart, so that the application's owner knows what to renew.
        let expired = fields.iter().all(|(_, reason)| *reason == DenyReason::AccessExpired);
        let listed: Vec<Value> = fields
            .iter()
            .map(
                |(field, reason)| json!({"fieldName": field.field_name, "schemaId": field.schema_id, "reason": reason}),
            )
            .collect();
        let client = if expired {
            ClientError::new(Code::PdpNotAllowed, "Access expired")
                .with("reason", "ACCESS_EXPIRED")
                .with("expiredFields", listed)
        } else {
            ClientError::new(Code::PdpNotAllowed, "Access denied").with("unauthorizedFields", listed)
        };
        client.into()
    }
}

/// A judge that gave no answer: which one decides the code.
pub(super) fn judge(code: Code, error: &JudgeError) -> Refusal {
    if let JudgeError::Limited { retry_after, .. } = error {
        // INVARIANT: the same words whoever is asked about, so that they tell nothing about anybody.
        let message = "the application opens more requests for consent than it may";
        return ClientError::new(Code::RateLimited, message).with("retryAfter", *retry_after).into();
    }
    tracing::error!(error = error as &dyn std::error::Error, code = code.as_str(), "a judge gave no answer");
    let what = match code {
        Code::CeUnavailable => "consent cannot be checked at the moment",
        _ => "the request cannot be recorded at the moment",
    };
    ClientError::new(code, what).into()
}
