//! Asking the exchange, sending a person there, and taking her back.
//!
//! INVARIANT: nothing in an address is proof. Whoever comes back is asked for with the very same question as before, and only
//! the gateway's answer counts.

use std::sync::Arc;

use axum::{
    Extension,
    body::Bytes,
    extract::{RawQuery, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use chrono::Datelike as _;
use ndx_contracts::TraceId;
use ndx_pages::form::Form;
use url::Url;

use crate::{
    calendar::today,
    pages::{sign_in::named, trouble::Trouble, visitor::Visitor},
    session::Session,
    state::AppState,
};

/// Where she sees what came of it.
const HUB: &str = "/application";

/// `POST /application/ask`
pub(crate) async fn ask(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    Extension(trace): Extension<TraceId>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Trouble> {
    let session = visitor.session()?;
    Form::of_ours(&body, &headers, &state.site, &session.csrf)?;
    hear(&state, session, &trace, false).await?;
    Ok(Redirect::to(HUB).into_response())
}

/// `GET /back?state=…`: the exchange sends her back. What else the address says is not looked at.
pub(crate) async fn back(
    State(state): State<Arc<AppState>>,
    Extension(visitor): Extension<Visitor>,
    Extension(trace): Extension<TraceId>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let session = visitor.session()?;
    let sent = named(query).remove("state").unwrap_or_default();
    let right = session.application().end_trip(&sent);
    if !right {
        return Err(Trouble::NotFromTheExchange);
    }
    hear(&state, session, &trace, true).await?;
    Ok(Redirect::to(HUB).into_response())
}

async fn hear(state: &AppState, session: &Session, trace: &TraceId, returned: bool) -> Result<(), Trouble> {
    let number = session.application().number(today(state.clock.now()).year())?;
    let outcome = state.gateway.ask(&session.person.subject, &number, trace).await;
    Ok(session.application().hear(outcome, state.clock.now(), returned)?)
}

/// The exchange's own link, with the way back.
pub(crate) fn with_way_back(link: &Url, back: &Url, state: &str) -> Url {
    let mut address = link.clone();
    address.query_pairs_mut().append_pair("return_uri", back.as_str()).append_pair("state", state);
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_is_added_to_whatever_the_link_has() {
        let back = Url::parse("http://127.0.0.1:3000/back").unwrap();
        for (link, expected) in [
            ("http://p/c/1", "http://p/c/1?return_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fback&state=s"),
            ("http://p/?consentId=1", "http://p/?consentId=1&return_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fback&state=s"),
        ] {
            assert_eq!(with_way_back(&link.parse().unwrap(), &back, "s").as_str(), expected);
        }
    }
}
