//! `/verify`: whether we signed a receipt, for everybody to whom somebody shows one.
//!
//! It changes nothing and looks at nothing but what was sent and our public keys, so that it asks neither for a session nor
//! for a token: a form on another site that leads here does no harm.

use axum::{
    Extension,
    body::Body,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use multer::{Constraints, Multipart, SizeLimit};
use ndx_receipt::{Genuine, LARGEST, Refusal, verify};
use serde::Serialize;

use crate::{
    pages::{Again, Page, calendar::Calendar},
    portal::{
        packing::{pack, unpack},
        told::Told,
        trouble::Trouble,
        visitor::Visitor,
    },
    state::Scene,
};

/// The question.
#[derive(Debug, Default, Serialize)]
struct VerifyPage {
    /// The message that says what was wrong with what was sent.
    error: Option<&'static str>,
}

impl Page for VerifyPage {
    const TEMPLATE: &'static str = "verify.html";
}

/// The answer: yes.
#[derive(Debug, Serialize)]
struct GenuinePage {
    told: Told,
    signed: String,
    key_from: Option<String>,
    key_until: Option<String>,
    /// How many earlier signatures lay in it.
    earlier: usize,
}

impl Page for GenuinePage {
    const TEMPLATE: &'static str = "genuine.html";
}

/// The answer: no.
#[derive(Debug, Serialize)]
struct RefusedPage {
    /// The message that says why.
    reason: &'static str,
}

impl Page for RefusedPage {
    const TEMPLATE: &'static str = "not_genuine.html";
}

/// What somebody sent.
enum Sent {
    Receipt(String),
    Nothing,
    TooMuch,
}

/// `GET /verify`
pub(crate) async fn ask(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Trouble> {
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &VerifyPage::default())?)
}

/// `POST /verify`
pub(crate) async fn answer(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Trouble> {
    let (pages, viewer) = (&state.pages, visitor.viewer());
    let mistake = |status, error, again: Option<&Again>| {
        pages.answer_again(status, viewer.as_ref(), &VerifyPage { error: Some(error) }, again)
    };
    let text = match sent(&headers, body).await {
        Sent::Receipt(text) => text,
        Sent::Nothing => {
            let again = again("");
            return Ok(mistake(StatusCode::UNPROCESSABLE_ENTITY, "verify-error-nothing", again.as_ref())?);
        }
        Sent::TooMuch => return Ok(mistake(StatusCode::PAYLOAD_TOO_LARGE, "verify-error-large", None)?),
    };
    let keys = state.engine.public_keys().await?;
    let again = again(&text);
    let response = match verify(&text, &keys) {
        Ok(genuine) => {
            pages.answer_again(StatusCode::OK, viewer.as_ref(), &page_of(&genuine, &state)?, again.as_ref())?
        }
        Err(refusal) => {
            let page = RefusedPage { reason: in_words(&refusal) };
            pages.answer_again(StatusCode::OK, viewer.as_ref(), &page, again.as_ref())?
        }
    };
    Ok(response)
}

/// What was sent, for the same answer in another language. We keep nothing of it, so that the page brings it along.
fn again(text: &str) -> Option<Again> {
    let packed = pack(text.as_bytes()).ok()?;
    Some(Again { action: "/verify", packed })
}

fn page_of(genuine: &Genuine, state: &Scene) -> Result<GenuinePage, Trouble> {
    let calendar = Calendar::new(state.engine.now(), state.engine.config.offset, state.pages.language().clone());
    let (record, key) = (&genuine.signed.record, &genuine.signed.key);
    Ok(GenuinePage {
        told: Told::new(record, state)?,
        signed: calendar.in_full(record.issued_at)?,
        key_from: key.used_from.map(|from| calendar.date(from)).transpose()?,
        key_until: key.used_until.map(|until| calendar.date(until)).transpose()?,
        earlier: genuine.earlier.len(),
    })
}

/// The file, or else the text; packed, where one of our pages sent it again.
async fn sent(headers: &HeaderMap, body: Body) -> Sent {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(boundary) = multer::parse_boundary(kind) else { return Sent::Nothing };
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX);
    let limits = SizeLimit::new().whole_stream(most).for_field("file", most).for_field("text", most);
    let limits = Constraints::new().allowed_fields(vec!["file", "text", "packed"]).size_limit(limits);
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, limits);
    let mut text = String::new();
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) => return unread(&error),
        };
        let is_packed = part.name() == Some("packed");
        match part.bytes().await {
            // What has come back for another language.
            Ok(bytes) if is_packed => {
                let plain = unpack(&String::from_utf8_lossy(&bytes), LARGEST).unwrap_or_default();
                text = String::from_utf8_lossy(&plain).into_owned();
            }
            // What is no text is no receipt; that is for the verdict to say.
            Ok(bytes) if text.trim().is_empty() => text = String::from_utf8_lossy(&bytes).into_owned(),
            Ok(_) => {}
            Err(error) => return unread(&error),
        }
    }
    if text.trim().is_empty() { Sent::Nothing } else { Sent::Receipt(text) }
}

fn unread(error: &multer::Error) -> Sent {
    match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => Sent::TooMuch,
        _ => Sent::Nothing,
    }
}

/// The message that says why.
fn in_words(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::TooLong | Refusal::NotAReceipt(_) => "refusal-other",
        Refusal::UnknownKey(_) => "refusal-key",
        Refusal::Signature => "refusal-signature",
        Refusal::OtherRecord => "refusal-record",
        Refusal::OtherEarlier | Refusal::Earlier(..) => "refusal-earlier",
        Refusal::KeyNotInUse(_) => "refusal-time",
        Refusal::OtherKind | Refusal::NotARecord(_) | Refusal::OtherKey | Refusal::OtherName => "refusal-way",
    }
}
