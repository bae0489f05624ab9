//! Error answers: OpenDIF's `{"error": text}`, with a `code` added. Whoever gives the answer, the layers around the routes
//! included, it has this shape.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::rejection::{JsonRejection, PathRejection, QueryRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ndx_contracts::JudgeError;
use ndx_store::StoreError;
use serde::Serialize;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{ContentBuilder, HeaderBuilder, RefOr, ResponseBuilder, schema::Ref},
};

use super::sent::Mistakes;
use crate::error::ChangeError;

/// How long a caller waits before it asks again, in seconds.
const RETRY_AFTER: &str = "1";

/// An error answer.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ErrorBody {
    /// What is wrong, all of it, and what to do.
    error: String,
    /// The kind of error, for programs.
    #[schema(examples("BAD_REQUEST", "UNAUTHORIZED", "NOT_FOUND", "CONFLICT", "PDP_UNAVAILABLE"))]
    code: &'static str,
}

/// Marks an answer that has its shape already.
#[derive(Clone)]
struct Shaped;

/// An error answer and its status.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    body: ErrorBody,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, error: impl Into<String>) -> Self {
        Self { status, body: ErrorBody { error: error.into(), code } }
    }

    /// The request is not what it should be.
    pub fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", error)
    }

    /// What the request speaks of is not there.
    pub fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", error)
    }

    /// The request contradicts itself or what is in force.
    pub fn conflict(mistakes: &Mistakes) -> Self {
        Self::new(StatusCode::CONFLICT, "CONFLICT", mistakes.to_string())
    }

    /// The policies cannot be read or changed now. The cause is for the log.
    fn unavailable(cause: &dyn std::error::Error) -> Self {
        let chain = std::iter::successors(Some(cause), |error| error.source()).map(ToString::to_string);
        tracing::error!(cause = chain.collect::<Vec<_>>().join(": "), "the policy store cannot be used");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "PDP_UNAVAILABLE", "the policies cannot be read now; try again")
    }
}

impl From<JudgeError> for Problem {
    fn from(error: JudgeError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::unavailable(&error)
    }
}

impl From<ChangeError<Self>> for Problem {
    fn from(error: ChangeError<Self>) -> Self {
        match error {
            ChangeError::Refused(problem) => problem,
            ChangeError::Store(error) => error.into(),
        }
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::of(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            StatusCode::PAYLOAD_TOO_LARGE => Self::of(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Self::bad_request("the body is not JSON"),
        }
    }
}

impl From<QueryRejection> for Problem {
    fn from(_: QueryRejection) -> Self {
        Self::bad_request("a parameter in the address is not what it should be; /openapi.json tells what each may be")
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::bad_request("a part of the path is not UTF-8 text")
    }
}

impl Problem {
    /// The caller may ask something else here, but not this.
    pub fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "FORBIDDEN", "this service may only ask what an application is granted")
    }

    /// What there is to say about `status` when only that is known.
    fn of(status: StatusCode) -> Self {
        let (code, error) = match status {
            StatusCode::UNAUTHORIZED => ("UNAUTHORIZED", "a service token for this service is required"),
            StatusCode::NOT_FOUND => ("NOT_FOUND", "there is nothing here"),
            StatusCode::METHOD_NOT_ALLOWED => ("METHOD_NOT_ALLOWED", "this path takes another method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("TOO_LARGE", "the body is larger than 1 MiB; send less at once"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                ("UNSUPPORTED_MEDIA_TYPE", "send JSON, with `Content-Type: application/json`")
            }
            status if status.is_server_error() => ("INTERNAL_ERROR", "internal error"),
            _ => ("BAD_REQUEST", "the request cannot be understood"),
        };
        Self::new(status, code, error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER));
        }
        response.extensions_mut().insert(Shaped);
        response
    }
}

/// Gives an error answer that somebody else made this service's shape; its status and headers stay.
pub async fn shaped(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || response.extensions().get::<Shaped>().is_some() {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let (ours, body) = Problem::of(status).into_response().into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(ours.headers);
    Response::from_parts(parts, body)
}

/// The error answers that every route behind the service token can give.
pub struct ToEverybody;

/// Those of a route that takes a body.
pub struct ToASender;

fn described(answers: &[(&str, &str)]) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    let one = |(status, what): &(&str, &str)| {
        let mut response = ResponseBuilder::new().description(*what).content("application/json", body());
        if *status == "503" {
            let header = HeaderBuilder::new().schema(Some(i32::schema())).description(Some("Seconds.")).build();
            response = response.header("Retry-After", header);
        }
        ((*status).to_owned(), RefOr::T(response.build()))
    };
    answers.iter().map(one).collect()
}

impl IntoResponses for ToEverybody {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[
            ("401", "No service token, or not one for this service."),
            ("403", "The consent engine asks, which may only ask what an application is granted."),
            ("500", "A fault of this service."),
            ("503", "The policies cannot be read or changed now (`PDP_UNAVAILABLE`)."),
        ])
    }
}

impl IntoResponses for ToASender {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[("413", "The body is larger than 1 MiB."), ("415", "The body is not called JSON.")])
    }
}
