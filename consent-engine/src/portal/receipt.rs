//! The receipt: to read, to print, and as a file whose signature anybody can check.

use axum::{
    Extension,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    pages::{Page, assets},
    portal::{
        address::{self, Id, known_id},
        sign_in,
        told::Told,
        trouble::Trouble,
        visitor::Visitor,
    },
    state::Scene,
};

/// The message over the gate in front of a receipt.
const GATE: &str = "receipt-gate";

/// The receipt.
#[derive(Debug, Serialize)]
struct ReceiptPage {
    id: String,
    told: Told,
    /// Where others check it.
    verify: String,
    print_style: String,
}

impl Page for ReceiptPage {
    const TEMPLATE: &'static str = "receipt.html";
}

/// `GET /my/{id}/receipt`
pub(crate) async fn page(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return gate(&state, id) };
    let id = id.ok_or(Trouble::NotFound)?;
    let Some(receipt) = state.engine.receipt_of(&person.subject, id).await? else { return Ok(to_detail(id)) };
    let page = ReceiptPage {
        id: id.to_string(),
        told: Told::new(&receipt.record, &state)?,
        verify: state.engine.config.address("/verify"),
        print_style: assets::address("print.css"),
    };
    Ok(state.pages.answer(StatusCode::OK, visitor.viewer().as_ref(), &page)?)
}

/// `GET /my/{id}/receipt.json`
pub(crate) async fn file(
    Extension(state): Extension<Scene>,
    Extension(visitor): Extension<Visitor>,
    id: Id,
) -> Result<Response, Trouble> {
    let id = known_id(id);
    let Some(person) = visitor.person() else { return gate(&state, id) };
    let id = id.ok_or(Trouble::NotFound)?;
    let Some(receipt) = state.engine.receipt_of(&person.subject, id).await? else { return Ok(to_detail(id)) };
    let name = format!("attachment; filename=\"receipt-{}.json\"", receipt.record.receipt_id);
    let headers = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, receipt.to_json()).into_response())
}

fn gate(state: &Scene, id: Option<Uuid>) -> Result<Response, Trouble> {
    sign_in::gate(state, &id.map_or_else(|| "/my".to_owned(), |id| format!("/my/{id}/receipt")), GATE, false)
}

fn to_detail(id: Uuid) -> Response {
    Redirect::to(&address::detail(Some(id))).into_response()
}
