//! All codes, and the HTTP status of each.

use http::StatusCode;

/// What an application can rely on. `extensions.code` is one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// No token, or one that is not acceptable.
    Unauthorized,
    /// Not JSON, another content type, another shape.
    BadRequest,
    /// The request must be sent as POST.
    UsePost,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// The document has no such operation.
    OperationNotFound,
    /// The variables do not fit.
    VariablesInvalid,
    /// Too many bytes or tokens.
    TooLarge,
    /// Too many levels.
    TooDeep,
    /// Too many root fields.
    TooManyRoots,
    /// Too many fields in all.
    TooCostly,
    /// The application must say what for.
    PurposeRequired,
    /// The application may not ask for that purpose.
    PurposeNotAllowed,
    /// Policy denies a field.
    PdpNotAllowed,
    /// The policy decision point gave no answer.
    PdpUnavailable,
    /// The data is somebody's, and the request does not say whose.
    MissingIdentifier,
    /// The person has not shared it.
    CeNotApproved,
    /// The person left the field out.
    FieldNotShared,
    /// The person stopped sharing while the request was in flight.
    ConsentWithdrawn,
    /// The consent engine gave no answer.
    CeUnavailable,
    /// The audit service cannot write.
    AuditUnavailable,
    /// The issuer's keys cannot be had, so no token can be judged.
    KeysUnavailable,
    /// A register did not answer in time.
    ProviderTimeout,
    /// A register cannot be reached.
    ProviderUnavailable,
    /// A register says that something went wrong.
    ProviderError,
    /// A register's answer is not what was asked.
    ProviderBadData,
    /// A register does not accept the exchange.
    ProviderRefused,
    /// A register has had enough for now.
    ProviderQuota,
    /// The exchange does not know how to reach the register.
    ProviderNotConfigured,
    /// Something went wrong in the exchange.
    InternalError,
}

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

impl Code {
    /// All codes.
    pub const ALL: [Self; 30] = [
        Self::Unauthorized,
        Self::BadRequest,
        Self::UsePost,
        Self::GraphqlParseFailed,
        Self::GraphqlValidationFailed,
        Self::OperationNotFound,
        Self::VariablesInvalid,
        Self::TooLarge,
        Self::TooDeep,
        Self::TooManyRoots,
        Self::TooCostly,
        Self::PurposeRequired,
        Self::PurposeNotAllowed,
        Self::PdpNotAllowed,
        Self::PdpUnavailable,
        Self::MissingIdentifier,
        Self::CeNotApproved,
        Self::FieldNotShared,
        Self::ConsentWithdrawn,
        Self::CeUnavailable,
        Self::AuditUnavailable,
        Self::KeysUnavailable,
        Self::ProviderTimeout,
        Self::ProviderUnavailable,
        Self::ProviderError,
        Self::ProviderBadData,
        Self::ProviderRefused,
        Self::ProviderQuota,
        Self::ProviderNotConfigured,
        Self::InternalError,
    ];

    /// As it stands in `extensions.code`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "UNAUTHORIZED",
            Self::BadRequest => "BAD_REQUEST",
            Self::UsePost => "USE_POST",
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::OperationNotFound => "OPERATION_NOT_FOUND",
            Self::VariablesInvalid => "VARIABLES_INVALID",
            Self::TooLarge => "TOO_LARGE",
            Self::TooDeep => "TOO_DEEP",
            Self::TooManyRoots => "TOO_MANY_ROOTS",
            Self::TooCostly => "TOO_COSTLY",
            Self::PurposeRequired => "PURPOSE_REQUIRED",
            Self::PurposeNotAllowed => "PURPOSE_NOT_ALLOWED",
            Self::PdpNotAllowed => "PDP_NOT_ALLOWED",
            Self::PdpUnavailable => "PDP_UNAVAILABLE",
            Self::MissingIdentifier => "MISSING_IDENTIFIER",
            Self::CeNotApproved => "CE_NOT_APPROVED",
            Self::FieldNotShared => "FIELD_NOT_SHARED",
            Self::ConsentWithdrawn => "CONSENT_WITHDRAWN",
            Self::CeUnavailable => "CE_UNAVAILABLE",
            Self::AuditUnavailable => "AUDIT_UNAVAILABLE",
            Self::KeysUnavailable => "KEYS_UNAVAILABLE",
            Self::ProviderTimeout => "PROVIDER_TIMEOUT",
            Self::ProviderUnavailable => "PROVIDER_UNAVAILABLE",
            Self::ProviderError => "PROVIDER_ERROR",
            Self::ProviderBadData => "PROVIDER_BAD_DATA",
            Self::ProviderRefused => "PROVIDER_REFUSED",
            Self::ProviderQuota => "PROVIDER_QUOTA",
            Self::ProviderNotConfigured => "PROVIDER_NOT_CONFIGURED",
            Self::InternalError => "INTERNAL_ERROR",
        }
    }

    /// Whether it makes sense to ask again.
    pub fn retryable(self) -> Retryable {
        match self {
            Self::CeNotApproved => Retryable::AfterConsent,
            Self::PdpUnavailable
            | Self::CeUnavailable
            | Self::AuditUnavailable
            | Self::KeysUnavailable
            | Self::ProviderTimeout
            | Self::ProviderUnavailable
            | Self::ProviderQuota
            | Self::InternalError => Retryable::AfterDelay,
            _ => Retryable::Never,
        }
    }

    /// The status of an answer that this code decides. Business answers are 200; what is wrong with a document is 200 in
    /// `application/json`, as older clients expect, and 400 in `application/graphql-response+json` (GraphQL over HTTP,
    /// "Status Codes").
    pub fn status(self, graphql_response: bool) -> StatusCode {
        let document = if graphql_response { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::UsePost => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::GraphqlParseFailed
            | Self::GraphqlValidationFailed
            | Self::OperationNotFound
            | Self::VariablesInvalid
            | Self::TooDeep
            | Self::TooManyRoots
            | Self::TooCostly
            | Self::PurposeRequired => document,
            Self::PurposeNotAllowed if graphql_response => StatusCode::FORBIDDEN,
            Self::PdpUnavailable | Self::CeUnavailable | Self::AuditUnavailable | Self::KeysUnavailable => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::OK,
        }
    }
}
