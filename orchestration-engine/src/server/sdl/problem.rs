//! Error answers of `/sdl*`.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::rejection::{BytesRejection, JsonRejection, PathRejection},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ndx_store::StoreError;
use serde::Serialize;
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder},
};

use crate::{
    registry::Refused,
    schema::{SchemaProblem, compare::Change},
};

/// A mistake in a schema.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Mistake {
    /// The file: `schema.graphql` or the version for the schema itself, that of a provider's schema otherwise.
    file: String,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// The column, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// What is wrong, and what to do.
    message: String,
}

impl From<&SchemaProblem> for Mistake {
    fn from(problem: &SchemaProblem) -> Self {
        let (line, column) = (problem.place.map(|place| place.0), problem.place.map(|place| place.1));
        Self { file: problem.file.clone(), line, column, message: problem.message.clone() }
    }
}

/// An error answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemBody {
    /// What is wrong.
    error: Detail,
}

/// What is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Detail {
    /// The kind of error, for programs.
    #[schema(examples("BAD_REQUEST", "NOT_FOUND", "CONFLICT", "SCHEMA_DOES_NOT_COMPOSE", "BREAKING_CHANGES"))]
    code: &'static str,
    /// What is wrong, and what to do.
    message: String,
    /// The mistakes of a schema that does not compose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Mistake>,
    /// The changes of a schema that breaks questions of today.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
}

/// An error answer and its status.
#[derive(Debug)]
pub struct Problem(StatusCode, Box<Detail>);

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self(status, Box::new(Detail { code, message, mistakes: Vec::new(), changes: Vec::new() }))
    }

    /// The request is not what it should be.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "the body is larger than 1 MiB")
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let conflict = |code, message| Self::new(StatusCode::CONFLICT, code, message);
        match refused {
            Refused::Taken => conflict("CONFLICT", "there is a version of this name already; versions never change"),
            Refused::Unknown => {
                Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "Schema not found or cannot be activated")
            }
            Refused::Mistakes(problems) => {
                let mut problem =
                    conflict("SCHEMA_DOES_NOT_COMPOSE", "the version has mistakes; make another without them");
                problem.1.mistakes = problems.0.iter().map(Mistake::from).collect();
                problem
            }
            Refused::Breaking(changes) => {
                let message = "questions of today would be refused; say `{\"acceptBreaking\": true}` if they may";
                let mut problem = conflict("BREAKING_CHANGES", message);
                problem.1.changes = changes;
                problem
            }
            Refused::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the store of the schema's versions cannot be used");
        let message = "Schema management not available - database not connected";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "SCHEMA_STORE_UNAVAILABLE", message)
    }
}

impl From<JsonRejection> for Problem {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "UNSUPPORTED_MEDIA_TYPE",
                "send JSON, with `Content-Type: application/json`",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            _ => Self::bad_request("the body is not the JSON that /openapi.json describes"),
        }
    }
}

impl From<BytesRejection> for Problem {
    fn from(rejection: BytesRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            _ => Self::bad_request("the body broke off"),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(_: PathRejection) -> Self {
        Self::bad_request("a part of the path is not UTF-8 text")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self(status, error) = self;
        let mut response = (status, Json(ProblemBody { error: *error })).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// The error answers that every route can give.
pub(super) struct ToEverybody;

/// Those of a route that takes a body.
pub(super) struct ToASender;

fn described(answers: &[(&str, &str)]) -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
    let body = || ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemBody"))).build();
    let one = |(status, what): &(&str, &str)| {
        let response = ResponseBuilder::new().description(*what).content("application/json", body());
        ((*status).to_owned(), RefOr::T(response.build()))
    };
    answers.iter().map(one).collect()
}

impl IntoResponses for ToEverybody {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[
            ("401", "no service token"),
            ("503", "the store of the versions cannot be used (`SCHEMA_STORE_UNAVAILABLE`)"),
        ])
    }
}

impl IntoResponses for ToASender {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        described(&[
            ("400", "the request is not what it should be (`BAD_REQUEST`)"),
            ("413", "the body is larger than 1 MiB (`TOO_LARGE`)"),
            ("415", "the body is not called JSON (`UNSUPPORTED_MEDIA_TYPE`)"),
        ])
    }
}
