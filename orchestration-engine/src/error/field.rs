//! From a missing value to the error that stands in its place.

use ndx_contracts::{
    Purpose,
    consent::{ConsentAnswer, ConsentStatus},
};
use serde_json::{Map, Value, json};

use super::{ClientError, Code};
use crate::{
    consent::{RootRefusal, Withheld},
    execution::ProviderFailure,
    projection::{Cause, FieldError},
};

/// The code that stands for `cause`.
pub fn code(cause: &Cause) -> Code {
    match cause {
        Cause::Refused(refusal) => match &**refusal {
            RootRefusal::NoSubject => Code::MissingIdentifier,
            RootRefusal::NotApproved(..) | RootRefusal::ThirdPerson => Code::CeNotApproved,
        },
        Cause::TooManyFound(_) | Cause::TooLarge(_) => Code::TooCostly,
        Cause::Withheld(Withheld::NotShared, _) => Code::FieldNotShared,
        Cause::Withheld(Withheld::Withdrawn, _) => Code::ConsentWithdrawn,
        Cause::Withheld(Withheld::NotConfigured, _) => Code::ProviderNotConfigured,
        Cause::Provider(failure, _) => match failure {
            ProviderFailure::Timeout => Code::ProviderTimeout,
            ProviderFailure::Unavailable { .. } => Code::ProviderUnavailable,
            ProviderFailure::Refused => Code::ProviderRefused,
            ProviderFailure::Quota { .. } => Code::ProviderQuota,
            ProviderFailure::BadData => Code::ProviderBadData,
            ProviderFailure::Error => Code::ProviderError,
            ProviderFailure::NotConfigured => Code::ProviderNotConfigured,
        },
    }
}

/// The error that stands in the place of a missing value.
pub fn field_error(error: &FieldError) -> ClientError {
    let code = code(&error.cause);
    let client = match &error.cause {
        Cause::Refused(refusal) => match &**refusal {
            RootRefusal::NoSubject => {
                ClientError::new(code, "say whom the data is about: the argument that names the person is missing")
            }
            RootRefusal::NotApproved(answer, purpose) => not_approved(answer, purpose),
            RootRefusal::ThirdPerson => {
                let message = "this person was found on the way and has not shared this with the application";
                ClientError::new(code, message).with("reason", "THIRD_PERSON")
            }
        },
        Cause::TooManyFound(limit) => ClientError::new(code, "the question finds more people than one question may")
            .with("limit", *limit)
            .with("reason", "FOUND_PEOPLE"),
        Cause::TooLarge(limit) => {
            let message = "the answer would be larger than one answer may be: ask for less";
            ClientError::new(code, message).with("limit", *limit).with("reason", "ANSWER_BYTES")
        }
        Cause::Withheld(why, provider) => {
            let message = match why {
                Withheld::NotShared => "the person did not share this",
                Withheld::Withdrawn => "the person has stopped sharing this",
                Withheld::NotConfigured => "the exchange does not know how to reach the provider",
            };
            ClientError::new(code, message).with("provider", provider.provider_key.as_str())
        }
        Cause::Provider(failure, provider) => {
            let client = ClientError::new(code, failure.to_string()).with("provider", provider.provider_key.as_str());
            match failure.retry_after() {
                Some(seconds) => client.with("retryAfter", seconds),
                None => client,
            }
        }
    };
    ClientError { path: error.path.clone(), locations: error.location.into_iter().collect(), ..client }
}

/// Where the person answers, or why she cannot be asked.
fn not_approved(answer: &ConsentAnswer, purpose: &Purpose) -> ClientError {
    let (reason, message) = match answer.status {
        ConsentStatus::Rejected => ("CONSENT_DENIED", "the person said no"),
        ConsentStatus::Revoked => ("CONSENT_REVOKED", "the person has stopped sharing"),
        _ => ("CONSENT_REQUIRED", "the person must share this first: send her to `consentPortalUrl`"),
    };
    let mut more = Map::new();
    let mut say = |key: &str, value: Value| drop(more.insert(key.to_owned(), value));
    say("reason", reason.into());
    say("consentStatus", json!(answer.status));
    if let Some(url) = &answer.portal_url {
        say("consentPortalUrl", url.as_str().into());
    }
    if let Some(url) = &answer.manage_url {
        say("consentManageUrl", url.as_str().into());
    }
    let (id, expires_at) = (answer.consent_id, answer.expires_at);
    say("consent", json!({"id": id, "fields": answer.missing, "purpose": purpose, "expiresAt": expires_at}));
    ClientError { more, ..ClientError::new(Code::CeNotApproved, message) }
}
