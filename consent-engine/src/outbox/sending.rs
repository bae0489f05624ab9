//! One try: what is sent, and what the answer means. Only its status counts; what else a receiver says is neither kept nor
//! logged.

use std::time::Duration;

use chrono::{DateTime, Utc};
use ndx_auth::capped;
use ndx_service::egress::{self, Egress, NotAllowed};
use reqwest::{StatusCode, header};

use crate::{config::Receiver, outbox::signature::signatures, store::Taken};

/// More of an answer is not read; a connection with more in it is not used again.
const MOST_READ: usize = 16 * 1024;

/// Why an event was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// The address is one that may not be connected to.
    NotAllowed,
    /// There was no connection, or it broke.
    Unreachable,
    /// There was no answer in time.
    Timeout,
    /// The receiver wants us elsewhere; nobody is followed.
    Redirected(u16),
    /// The receiver did not take it; it may have said how long to wait.
    Refused(u16, Option<Duration>),
}

impl Failure {
    /// As it is kept and shown.
    pub(super) fn words(self) -> String {
        match self {
            Self::NotAllowed => "not_allowed".to_owned(),
            Self::Unreachable => UNREACHABLE.to_owned(),
            Self::Timeout => TIMEOUT.to_owned(),
            Self::Redirected(status) => format!("redirect_{status}"),
            Self::Refused(status, _) => format!("status_{status}"),
        }
    }

    /// How long the receiver wants us to wait.
    pub(super) fn asked(self) -> Option<Duration> {
        if let Self::Refused(_, asked) = self { asked } else { None }
    }
}

const UNREACHABLE: &str = "unreachable";
const TIMEOUT: &str = "timeout";

/// The failures that say that the receiver could not be reached, and nothing of the event.
pub(super) const OUT_OF_REACH: [&str; 5] = [UNREACHABLE, TIMEOUT, "status_502", "status_503", "status_504"];

/// Sends an event to its receiver, once.
pub(super) async fn send(
    egress: &Egress,
    receiver: &Receiver,
    taken: &Taken,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let timestamp = now.timestamp();
    let request = egress.post(&receiver.url).map_err(|NotAllowed| Failure::NotAllowed)?;
    let request = request
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", taken.id.to_string())
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures(&receiver.keys, taken.id, timestamp, &taken.body))
        .body(taken.body.clone());
    let answer = request.send().await.map_err(|error| failure(&error))?;
    let (status, asked) = (answer.status(), retry_after(answer.headers(), now));
    // What it says is of no interest, but a connection that was read to its end can be used again.
    drop(capped::read(answer, MOST_READ).await);
    match status {
        status if status.is_success() => Ok(()),
        status if status.is_redirection() => Err(Failure::Redirected(status.as_u16())),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Err(Failure::Refused(status.as_u16(), asked))
        }
        status => Err(Failure::Refused(status.as_u16(), None)),
    }
}

fn failure(error: &reqwest::Error) -> Failure {
    if egress::is_not_allowed(error) {
        Failure::NotAllowed
    } else if error.is_timeout() {
        Failure::Timeout
    } else {
        Failure::Unreachable
    }
}

/// `Retry-After` in either of its forms (RFC 9110, section 10.2.3).
fn retry_after(headers: &header::HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    (DateTime::parse_from_rfc2822(value).ok()?.to_utc() - now).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_understood() {
        let now: DateTime<Utc> = "2026-11-21T05:00:00Z".parse().unwrap();
        let read = |value: &str| {
            let headers = header::HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
            retry_after(&headers, now).map(|asked| asked.as_secs())
        };
        assert_eq!((read("120"), read("Sat, 21 Nov 2026 05:02:00 GMT")), (Some(120), Some(120)));
        assert_eq!((read("soon"), read("-1"), read("Sat, 21 Nov 2026 04:00:00 GMT")), (None, None, None));
    }
}
