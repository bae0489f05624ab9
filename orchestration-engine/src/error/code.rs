//! All codes: when each is said, what else it says, whether asking again makes sense, and the HTTP status.
//!
//! `docs/ERRORS.md` is written from this table by `cargo xtask generate`.

use http::StatusCode;

/// Whether it makes sense to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retryable {
    /// The same request will always fail.
    Never,
    /// When the person has answered.
    AfterConsent,
    /// In a while.
    AfterDelay,
}

impl Retryable {
    /// As it stands in `extensions.retryable`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AfterConsent => "after_consent",
            Self::AfterDelay => "after_delay",
        }
    }
}

/// Makes [`Code`] and what is known of each code out of one table, so that nothing is listed twice. A row:
///
/// ```text
/// /// When it is said.
/// Variant: NAME, what else it says, whether to ask again, status in application/json, status in graphql-response+json;
/// ```
macro_rules! codes {
    ($($(#[doc = $when:literal])+ $code:ident: $name:literal, $says:literal, $again:ident, $json:ident, $graphql:ident;)+) => {
        /// What an application can rely on. `extensions.code` is one of these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[doc = $when])+ $code,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$code),+];

            /// As it stands in `extensions.code`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)+ }
            }

            /// When it is said, in a sentence.
            pub fn when(self) -> &'static str {
                match self { $(Self::$code => concat!($($when),+).trim_ascii(),)+ }
            }

            /// What else the error or the answer says, for people who write programs.
            pub fn says(self) -> &'static str {
                match self { $(Self::$code => $says,)+ }
            }

            /// Whether it makes sense to ask again.
            pub fn retryable(self) -> Retryable {
                match self { $(Self::$code => Retryable::$again,)+ }
            }

            /// The status of an answer that this code decides. Business answers are 200; what is wrong with a document is
            /// 200 in `application/json`, as older clients expect, and 400 in `application/graphql-response+json`
            /// (GraphQL over HTTP, "Status Codes").
            pub fn status(self, graphql_response: bool) -> StatusCode {
                let (json, graphql) = match self { $(Self::$code => (StatusCode::$json, StatusCode::$graphql),)+ };
                if graphql_response { graphql } else { json }
            }
        }
    };
}

codes! {
    /// no token, or one that is not acceptable
    Unauthorized: "UNAUTHORIZED", "`reason`: `UNAUTHENTICATED` or `TOKEN_EXPIRED`", Never, UNAUTHORIZED, UNAUTHORIZED;
    /// the issuer's keys cannot be had, so no token can be judged
    KeysUnavailable: "KEYS_UNAVAILABLE", "`Retry-After`", AfterDelay, SERVICE_UNAVAILABLE, SERVICE_UNAVAILABLE;
    /// not JSON, another content type, another shape
    BadRequest: "BAD_REQUEST", "`line`, `column`; another content type is 415, an `Accept` without ours 406; `reason`", Never, BAD_REQUEST, BAD_REQUEST;
    /// a question about a person by GET, or another method than GET and POST
    UsePost: "USE_POST", "`Allow: POST`", Never, METHOD_NOT_ALLOWED, METHOD_NOT_ALLOWED;
    /// too many bytes or tokens
    TooLarge: "TOO_LARGE", "`limit`, `actual` where it was counted to the end", Never, PAYLOAD_TOO_LARGE, PAYLOAD_TOO_LARGE;
    /// the document is nested too deeply
    TooDeep: "TOO_DEEP", "`limit`, `actual` where it was counted to the end", Never, OK, BAD_REQUEST;
    /// too many aliases
    TooManyAliases: "TOO_MANY_ALIASES", "`limit`, `actual`", Never, OK, BAD_REQUEST;
    /// too many root fields
    TooManyRoots: "TOO_MANY_ROOTS", "`limit`, `actual`", Never, OK, BAD_REQUEST;
    /// the operation costs too much, the answer would have too many fields, or the document has too many directives
    TooCostly: "TOO_COSTLY", "`limit`, `actual` where it was counted to the end; `reason`: `DIRECTIVES`, `FOUND_PEOPLE`, `ANSWER_BYTES`", Never, OK, BAD_REQUEST;
    /// the document is not GraphQL
    GraphqlParseFailed: "GRAPHQL_PARSE_FAILED", "`locations`", Never, OK, BAD_REQUEST;
    /// the document does not fit the schema
    GraphqlValidationFailed: "GRAPHQL_VALIDATION_FAILED", "`locations`", Never, OK, BAD_REQUEST;
    /// no such operation, or several and none named
    OperationNotFound: "OPERATION_NOT_FOUND", "", Never, OK, BAD_REQUEST;
    /// the exchange does not know the document by its hash; send it once with its text
    PersistedQueryNotFound: "PERSISTED_QUERY_NOT_FOUND", "", Never, OK, BAD_REQUEST;
    /// the application may send only what it has registered, and this is not
    OperationNotRegistered: "OPERATION_NOT_REGISTERED", "", Never, OK, BAD_REQUEST;
    /// the variables do not fit, or an identifier is not one
    VariablesInvalid: "VARIABLES_INVALID", "`locations` or `path`", Never, OK, BAD_REQUEST;
    /// the application has several purposes and named none
    PurposeRequired: "PURPOSE_REQUIRED", "`purposes`", Never, OK, BAD_REQUEST;
    /// the application named a purpose that is not its own
    PurposeNotAllowed: "PURPOSE_NOT_ALLOWED", "`purposes`", Never, OK, FORBIDDEN;
    /// policy denies a field: the whole request is refused
    PdpNotAllowed: "PDP_NOT_ALLOWED", "`unauthorizedFields` or `expiredFields`", Never, OK, OK;
    /// policy cannot be decided
    PdpUnavailable: "PDP_UNAVAILABLE", "`Retry-After`", AfterDelay, SERVICE_UNAVAILABLE, SERVICE_UNAVAILABLE;
    /// the data is somebody's, and the request does not say whose
    MissingIdentifier: "MISSING_IDENTIFIER", "", Never, OK, OK;
    /// the person has not shared it, said no, or stopped
    CeNotApproved:
        "CE_NOT_APPROVED", "`reason`, `consentStatus`, `consentPortalUrl` or `consentManageUrl`, `consent`", AfterConsent, OK, OK;
    /// the person left this field out; do not ask again
    FieldNotShared: "FIELD_NOT_SHARED", "`provider`", Never, OK, OK;
    /// the person stopped while the request was in flight
    ConsentWithdrawn: "CONSENT_WITHDRAWN", "`provider`", Never, OK, OK;
    /// the application opens more requests for consent than it may; what people share already can still be asked for
    RateLimited: "RATE_LIMITED", "`retryAfter` in seconds; `Retry-After`", AfterDelay, TOO_MANY_REQUESTS, TOO_MANY_REQUESTS;
    /// consent cannot be checked
    CeUnavailable: "CE_UNAVAILABLE", "`Retry-After`", AfterDelay, SERVICE_UNAVAILABLE, SERVICE_UNAVAILABLE;
    /// the request cannot be recorded
    AuditUnavailable: "AUDIT_UNAVAILABLE", "`Retry-After`", AfterDelay, SERVICE_UNAVAILABLE, SERVICE_UNAVAILABLE;
    /// the request asked to be explained: no provider was asked
    Explained: "EXPLAINED", "the answer's `extensions.explain`", Never, OK, OK;
    /// a register did not answer in time
    ProviderTimeout: "PROVIDER_TIMEOUT", "`provider`, `retryAfter` in seconds", AfterDelay, OK, OK;
    /// a register cannot be reached
    ProviderUnavailable: "PROVIDER_UNAVAILABLE", "`provider`, `retryAfter` in seconds", AfterDelay, OK, OK;
    /// a register says that something went wrong
    ProviderError: "PROVIDER_ERROR", "`provider`", Never, OK, OK;
    /// a register's answer is not what was asked
    ProviderBadData: "PROVIDER_BAD_DATA", "`provider`", Never, OK, OK;
    /// a register does not accept the exchange
    ProviderRefused: "PROVIDER_REFUSED", "`provider`", Never, OK, OK;
    /// a register has had enough for now
    ProviderQuota: "PROVIDER_QUOTA", "`provider`, `retryAfter` in seconds", AfterDelay, OK, OK;
    /// the exchange does not know how to reach the register
    ProviderNotConfigured: "PROVIDER_NOT_CONFIGURED", "`provider`", Never, OK, OK;
    /// something went wrong in the exchange
    InternalError: "INTERNAL_ERROR", "", AfterDelay, INTERNAL_SERVER_ERROR, INTERNAL_SERVER_ERROR;
}
