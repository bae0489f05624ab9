//! Pooled connections to one register, HTTP/2 where it offers it, and what its answer, or the lack of one, says of it.

use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use ndx_service::outbound;

use super::{
    ProviderFailure,
    breaker::Verdict,
    read::{self, BodyError},
};

/// A connection that nobody used for so long is closed.
const IDLE: Duration = Duration::from_secs(50);
/// An HTTP/2 connection on which calls wait is tried so often, so that a dead one is noticed.
const PING: Duration = Duration::from_secs(5);

/// What makes connections: TCP, and TLS with the machine's authorities.
pub type Connector = HttpsConnector<HttpConnector>;

/// Connections are made within two seconds; there is no proxy, and no redirect is followed.
///
/// # Errors
/// When TLS cannot be set up.
pub fn connector() -> Result<Connector, rustls::Error> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(outbound::CONNECT));
    let tls = HttpsConnectorBuilder::new().with_tls_config(outbound::tls()?);
    Ok(tls.https_or_http().enable_all_versions().wrap_connector(tcp))
}

/// The connections to one register.
#[derive(Debug, Clone)]
pub struct Transport(Client<Connector, Full<Bytes>>);

/// Why a call gave nothing, what that says of the register, and whether the same call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failed {
    /// What the caller is told.
    pub failure: ProviderFailure,
    /// What the breaker is told; nothing, when the register had no part in it.
    pub verdict: Option<Verdict>,
    /// When the same call may be made again: we only read, so nothing happens twice.
    pub again: Again,
}

/// When a call may be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Not by itself.
    No,
    /// At once: a connection from the pool had died, and nothing was answered.
    AtOnce,
    /// After a pause; the register may have said how long.
    After(Option<Duration>),
}

impl From<ProviderFailure> for Failed {
    fn from(failure: ProviderFailure) -> Self {
        Self { failure, verdict: None, again: Again::No }
    }
}

impl Failed {
    fn alive(failure: ProviderFailure) -> Self {
        Self { failure, verdict: Some(Verdict::Alive), again: Again::No }
    }

    /// Nothing came in time.
    pub fn broken(failure: ProviderFailure, again: Again) -> Self {
        Self { failure, verdict: Some(Verdict::Failed(None)), again }
    }
}

impl Transport {
    /// Without connections yet; at most `idle` are kept for the next call.
    pub fn new(connector: Connector, idle: usize) -> Self {
        let mut client = Client::builder(TokioExecutor::new());
        client.pool_idle_timeout(IDLE).pool_max_idle_per_host(idle).pool_timer(TokioTimer::new());
        client.timer(TokioTimer::new()).http2_keep_alive_interval(PING).http2_keep_alive_timeout(PING);
        Self(client.build(connector))
    }

    /// Sends a request and waits for the head of the answer. Whoever drops the future ends the call.
    ///
    /// # Errors
    /// When there is none.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Failed> {
        self.0.request(request).await.map_err(|error| lost(&error))
    }
}

/// What it means that a call came to no answer.
fn lost(error: &legacy::Error) -> Failed {
    let unavailable = ProviderFailure::UNAVAILABLE;
    if error.is_connect() {
        return Failed::broken(unavailable, Again::After(None));
    }
    match std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<hyper::Error>()) {
        // It answers, but not HTTP.
        Some(cause) if cause.is_parse() => Failed::broken(ProviderFailure::BadData, Again::No),
        Some(_) => Failed::broken(unavailable, Again::AtOnce),
        None => Failed::broken(unavailable, Again::No),
    }
}

/// Judges the head of an answer. Some providers answer GraphQL errors with 400 or 422 and a body that says more: those are
/// read.
///
/// # Errors
/// When its body is of no use.
pub fn usable(status: StatusCode, headers: &HeaderMap) -> Result<(), Failed> {
    let after = || retry_after(headers);
    let told = |after: Option<Duration>| after.map(|time| u32::try_from(time.as_secs()).unwrap_or(u32::MAX).max(1));
    Err(match status {
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => return json(headers),
        status if status.is_success() => return json(headers),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Failed::alive(ProviderFailure::Refused),
        StatusCode::TOO_MANY_REQUESTS => {
            let after = after();
            Failed {
                failure: ProviderFailure::Quota { retry_after: told(after) },
                verdict: Some(after.map_or(Verdict::Alive, Verdict::Quota)),
                again: after.map_or(Again::No, |time| Again::After(Some(time))),
            }
        }
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => {
            let after = after();
            Failed {
                failure: ProviderFailure::Unavailable { retry_after: told(after) },
                verdict: Some(Verdict::Failed(after)),
                again: Again::After(after),
            }
        }
        StatusCode::GATEWAY_TIMEOUT => Failed::broken(ProviderFailure::Timeout, Again::No),
        status if status.is_server_error() => Failed::broken(ProviderFailure::Error, Again::No),
        _ => Failed::alive(ProviderFailure::Error),
    })
}

/// An answer that says that it is something else than JSON, like a page of a proxy, is not read. Some servers call JSON plain
/// text, and some call it nothing.
fn json(headers: &HeaderMap) -> Result<(), Failed> {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let kind = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let subtype = kind.split_once('/').map_or("", |(_, subtype)| subtype);
    let fits = subtype == "json" || subtype.ends_with("+json") || kind == "text/plain";
    if fits { Ok(()) } else { Err(Failed::alive(ProviderFailure::BadData)) }
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a time, which is held against the register's own clock.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let time = |text| DateTime::parse_from_rfc2822(text).ok();
    let after = text(header::RETRY_AFTER)?;
    match after.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => Some((time(after)? - time(text(header::DATE)?)?).to_std().unwrap_or_default()),
    }
}

/// Reads the body of an answer.
///
/// # Errors
/// When it has more than `largest` bytes, packed or unpacked, cannot be unpacked, or breaks off.
pub async fn read(answer: Response<Incoming>, largest: usize) -> Result<Bytes, Failed> {
    let (head, body) = answer.into_parts();
    read::capped(&head.headers, body, largest).await.map_err(|error| match error {
        BodyError::Unusable => Failed::alive(ProviderFailure::BadData),
        BodyError::BrokenOff => Failed::broken(ProviderFailure::BadData, Again::No),
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_page_is_no_answer() {
        let kind = |kind| usable(StatusCode::OK, &headers(&[(header::CONTENT_TYPE, kind)])).map_err(|it| it.failure);
        for fits in ["application/json", "Application/GraphQL-Response+JSON; charset=utf-8", "text/plain"] {
            assert_eq!(kind(fits), Ok(()), "{fits}");
        }
        for other in ["text/html", "text/html; charset=utf-8", "application/xml", "image/png", "", "json"] {
            assert_eq!(kind(other), Err(ProviderFailure::BadData), "{other}");
        }
    }

    #[test]
    fn p7_the_delay_is_read_in_both_forms() {
        let date = (header::DATE, "Sun, 06 Nov 1994 08:49:37 GMT");
        let read = |after, date: Option<&(_, &'static str)>| {
            let after = (header::RETRY_AFTER, after);
            retry_after(&headers(&[Some(&after), date].into_iter().flatten().cloned().collect::<Vec<_>>()))
        };
        let seconds = |number| Some(Duration::from_secs(number));
        assert_eq!(read("120", None), seconds(120));
        assert_eq!(read("Sun, 06 Nov 1994 08:50:37 GMT", Some(&date)), seconds(60));
        assert_eq!(read("Sun, 06 Nov 1994 08:48:37 GMT", Some(&date)), seconds(0));
        for nothing in ["Sun, 06 Nov 1994 08:50:37 GMT", "soon", "-1", ""] {
            assert_eq!(read(nothing, None), None, "{nothing}");
        }
    }

    #[test]
    fn what_a_status_says_of_the_register() {
        let verdict = |status: u16| {
            let failed = usable(StatusCode::from_u16(status).unwrap(), &HeaderMap::new()).unwrap_err();
            (failed.failure, failed.verdict == Some(Verdict::Failed(None)), failed.again != Again::No)
        };
        assert_eq!(verdict(401), (ProviderFailure::Refused, false, false));
        assert_eq!(verdict(302), (ProviderFailure::Error, false, false));
        assert_eq!(verdict(429), (ProviderFailure::QUOTA, false, false));
        assert_eq!(verdict(500), (ProviderFailure::Error, true, false));
        assert_eq!(verdict(502), (ProviderFailure::UNAVAILABLE, true, true));
        assert_eq!(verdict(503), (ProviderFailure::UNAVAILABLE, true, true));
        assert_eq!(verdict(504), (ProviderFailure::Timeout, true, false));
    }
}
