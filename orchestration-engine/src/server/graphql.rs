//! `/public/graphql` and `/graphql`, by POST and by GET: a request comes in, goes through the line, and its answer goes out.
#![expect(unused_qualifications, reason = "the interface's description is a macro that writes whole paths")]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, Method, Response, header},
    response::IntoResponse,
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use ndx_contracts::TraceId;
use ndx_service::tls::Peer;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::{
    IntoParams, IntoResponses, ToSchema,
    openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder},
};

use crate::{
    config::Config,
    error::{ClientError, Code},
    pipeline::{self, Incoming},
    request::{Asked, MediaType, RequestError},
    response::{self, Answer},
    state::LiveGateway,
};

/// A GraphQL request (GraphQL over HTTP, section "POST").
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GraphqlRequest {
    /// The document; it may be left out where its `id` is known.
    #[schema(nullable)]
    query: Option<String>,
    /// The id of the document: SHA-256 of its text. `documentId` and `extensions.persistedQuery` say the same.
    #[schema(nullable, pattern = r"^[0-9a-fA-F]{64}$")]
    id: Option<String>,
    /// Values of its variables.
    #[schema(nullable)]
    variables: Option<Map<String, Value>>,
    /// Which of its operations.
    #[schema(nullable)]
    operation_name: Option<String>,
    /// `purpose`: what the data is for, when the application has several purposes; the header `X-Purpose` says the same.
    /// `reference`: the application's own case, 1 to 64 of the characters A-Z, a-z, 0-9, `-`, `/`, `.` and `_`; the person reads
    /// it, so that nothing in it may be about her.
    /// `persistedQuery`: the id of the document, as Apollo's clients give it.
    /// `explain`: when true, it is told in the answer's `extensions.explain` what would become of each field, and no register is
    /// asked.
    #[schema(nullable)]
    extensions: Option<Map<String, Value>>,
}

/// A GraphQL request in an address (GraphQL over HTTP, section "GET").
#[derive(Debug, Serialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct GraphqlQuery {
    /// The document. It may ask for nothing about a person: an identifier does not belong in an address.
    #[param(nullable = false)]
    query: Option<String>,
    /// The id of the document, as in a body.
    #[param(nullable = false, pattern = r"^[0-9a-fA-F]{64}$")]
    id: Option<String>,
    /// Values of its variables: a JSON object.
    #[param(nullable = false)]
    variables: Option<String>,
    /// Which of its operations.
    #[param(nullable = false)]
    operation_name: Option<String>,
    /// As in a body: a JSON object.
    #[param(nullable = false)]
    extensions: Option<String>,
}

/// A GraphQL answer (GraphQL, section "Response").
#[derive(Debug, Serialize, ToSchema)]
pub struct GraphqlResponse {
    /// What is released; absent where nothing was carried out.
    #[schema(nullable)]
    data: Option<Map<String, Value>>,
    /// Why a value is missing: each with `message`, `path` and `extensions.code`.
    errors: Option<Vec<Map<String, Value>>>,
}

/// The answers without values, each with `errors` that say why.
struct Refusals;

impl IntoResponses for Refusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let content = || ContentBuilder::new().schema(Some(Ref::from_schema_name("GraphqlResponse"))).build();
        let refusal = |what| {
            let response = ResponseBuilder::new().description(what);
            MediaType::ALL
                .into_iter()
                .fold(response, |response, kind| response.content(kind.as_str(), content()))
                .build()
        };
        [
            ("400", "not a GraphQL request, or a document with mistakes"),
            ("401", "no token, or not an acceptable one"),
            ("403", "the purpose is not one of the application's"),
            ("405", "a question about a person, by GET"),
            ("406", "an answer is wanted that is neither of the two media types"),
            ("413", "too large"),
            ("415", "another content type than `application/json`"),
            ("500", "our mistake"),
            ("503", "policy, consent, audit or the issuer's keys gave no answer"),
        ]
        .map(|(status, what)| (status.to_owned(), refusal(what).into()))
        .into()
    }
}

/// Asks a question.
///
/// The document's own mistakes and every refusal that concerns values come with status 200 for `application/json` and with
/// the status of GraphQL over HTTP for `application/graphql-response+json`; `extensions.code` says which it is.
#[utoipa::path(
    post, path = "/public/graphql", tag = "graphql",
    params(("X-Purpose" = Option<String>, Header, description = "What the data is for, when the application has several purposes.")),
    request_body = GraphqlRequest,
    responses(
        (status = 200, description = "carried out, in whole or in part",
            content((GraphqlResponse = "application/json"), (GraphqlResponse = "application/graphql-response+json"))),
        Refusals,
    ),
    security(("applicationToken" = [])),
)]
pub(super) async fn post_public(
    gateway: State<Arc<LiveGateway>>,
    trace_id: Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    answer(gateway, trace_id, request).await
}

/// Asks a question that is about nobody: for the schema, or for what no argument names a person of.
#[utoipa::path(
    get, path = "/public/graphql", tag = "graphql",
    params(GraphqlQuery, ("X-Purpose" = Option<String>, Header, description = "What the data is for, when the application has several purposes.")),
    responses(
        (status = 200, description = "carried out, in whole or in part",
            content((GraphqlResponse = "application/json"), (GraphqlResponse = "application/graphql-response+json"))),
        Refusals,
    ),
    security(("applicationToken" = [])),
)]
pub(super) async fn get_public(
    gateway: State<Arc<LiveGateway>>,
    trace_id: Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    answer(gateway, trace_id, request).await
}

/// Asks a question, as `/public/graphql` does.
#[utoipa::path(
    post, path = "/graphql", tag = "graphql",
    params(("X-Purpose" = Option<String>, Header, description = "What the data is for, when the application has several purposes.")),
    request_body = GraphqlRequest,
    responses(
        (status = 200, description = "carried out, in whole or in part",
            content((GraphqlResponse = "application/json"), (GraphqlResponse = "application/graphql-response+json"))),
        Refusals,
    ),
    security(("applicationToken" = [])),
)]
pub(super) async fn post(
    gateway: State<Arc<LiveGateway>>,
    trace_id: Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    answer(gateway, trace_id, request).await
}

/// Asks a question that is about nobody, as `/public/graphql` does.
#[utoipa::path(
    get, path = "/graphql", tag = "graphql",
    params(GraphqlQuery, ("X-Purpose" = Option<String>, Header, description = "What the data is for, when the application has several purposes.")),
    responses(
        (status = 200, description = "carried out, in whole or in part",
            content((GraphqlResponse = "application/json"), (GraphqlResponse = "application/graphql-response+json"))),
        Refusals,
    ),
    security(("applicationToken" = [])),
)]
pub(super) async fn get(
    gateway: State<Arc<LiveGateway>>,
    trace_id: Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    answer(gateway, trace_id, request).await
}

async fn answer(
    State(gateway): State<Arc<LiveGateway>>,
    Extension(trace_id): Extension<TraceId>,
    request: Request,
) -> Response<Body> {
    let (gateway, begun) = (gateway.now(), Instant::now());
    let (parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    let certificate = peer.and_then(|ConnectInfo(peer)| peer.thumbprint()).map(str::to_owned);
    let body = match parts.method {
        Method::POST => read(body, &gateway.config).await.map(Asked::Post),
        _ => Ok(Asked::Get(parts.uri.query().unwrap_or_default().to_owned())),
    };
    send(pipeline::answer(&gateway, Incoming { begun, headers: parts.headers, certificate, body, trace_id }).await)
}

/// How long, and how many times the largest body, is read on of one that is too large.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 16);

/// Reads a body within its size and its time.
async fn read(mut body: Body, config: &Config) -> Result<Bytes, RequestError> {
    let (time, limit) = (Duration::from_millis(config.limits.request_timeout_ms), config.largest_body());
    match tokio::time::timeout(time, Limited::new(&mut body, limit).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let (time, times) = LINGER;
            // Whether all of it came or not, the answer is the same.
            drop(tokio::time::timeout(time, discard(body, limit.saturating_mul(times))).await);
            Err(RequestError::TooLarge { limit, actual: None })
        }
        Ok(Err(_)) | Err(_) => Err(RequestError::Broken),
    }
}

/// Throws away what still comes, at most so many bytes: who is still writing when the connection closes may never read why
/// (RFC 9112, section 9.6).
async fn discard(mut body: Body, mut most: usize) {
    while let Some(Ok(frame)) = body.frame().await {
        let size = frame.data_ref().map_or(0, Bytes::len);
        let Some(left) = most.checked_sub(size) else { return };
        most = left;
    }
}

/// No other method asks questions.
pub(super) async fn use_post(Extension(trace_id): Extension<TraceId>, request: Request) -> Response<Body> {
    let error = ClientError::new(Code::UsePost, "send the request as POST");
    let mut answer = response::refuse(&error.into(), MediaType::accepted(request.headers()), &trace_id);
    answer.headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, POST"));
    send(answer)
}

fn send(answer: Answer) -> Response<Body> {
    (answer.status, answer.headers, answer.body).into_response()
}
