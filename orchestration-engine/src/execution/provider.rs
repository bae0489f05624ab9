//! One provider: its connections, its credentials, and the limits within which it is asked.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;
use tokio::time::{Instant, timeout_at};

use super::{
    LEGAL_BASIS, PURPOSE, ProviderFailure, ProviderSetupError, Told,
    breaker::{Breaker, Verdict},
    bulkhead::Bulkhead,
    credentials::Credentials,
    retry::{self, RetryBudget},
    transport::{self, Again, Connector, Failed, Transport},
};

const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACE_ID: HeaderName = HeaderName::from_static(ndx_service::trace::TRACE_HEADER);

/// A provider that can be asked.
pub struct Provider {
    name: String,
    address: Uri,
    /// What every request says.
    headers: HeaderMap,
    transport: Transport,
    credentials: Credentials,
    bulkhead: Bulkhead,
    breaker: Breaker,
    budget: RetryBudget,
    largest: usize,
    time: Duration,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Provider({})", self.name)
    }
}

impl Provider {
    /// Sets up the provider that is `configured`; answers of more than `largest` bytes are not read. It has `usual` for an
    /// answer, unless its configuration says otherwise.
    ///
    /// # Errors
    /// When TLS cannot be set up, its address cannot be asked, or its secret was not resolved.
    pub fn new(configured: &ndx_config::Provider, largest: usize, usual: Duration) -> Result<Self, ProviderSetupError> {
        Self::over(transport::connector()?, configured, largest, usual)
    }

    /// The same, over connections that `connector` makes.
    pub(super) fn over(
        connector: Connector,
        configured: &ndx_config::Provider,
        largest: usize,
        usual: Duration,
    ) -> Result<Self, ProviderSetupError> {
        let address: Uri = configured.provider_url.as_str().parse().map_err(|_| ProviderSetupError::Address)?;
        let credentials = Credentials::new(&configured.auth, connector.clone())?;
        let name = configured.provider_key.to_string();
        Ok(Self {
            headers: headers(&address, &credentials),
            address,
            transport: Transport::new(connector, configured.max_concurrent),
            credentials,
            bulkhead: Bulkhead::new(configured.max_concurrent),
            breaker: Breaker::new(name.clone()),
            budget: RetryBudget::default(),
            largest,
            time: configured.timeout_ms.map_or(usual, Duration::from_millis),
            name,
        })
    }

    /// Sends `body`, a GraphQL request, and returns the body of the answer. Whoever drops the future ends the call.
    ///
    /// # Errors
    /// When there is no answer by `deadline` (or within the provider's own time), or one that cannot be used.
    pub async fn ask(&self, body: Bytes, told: &Told<'_>, deadline: Instant) -> Result<Bytes, ProviderFailure> {
        let deadline = deadline.min(Instant::now() + self.time);
        self.budget.earn();
        let mut retries = 0;
        loop {
            let failed = match self.guarded(body.clone(), told, deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let Again::After(asked) = failed.again else { return Err(failed.failure) };
            let pause = retry::pause(retries, asked);
            let fits = deadline.saturating_duration_since(Instant::now()) > pause;
            if retries == retry::MOST_RETRIES || !fits || !self.budget.spend() {
                return Err(failed.failure);
            }
            retries += 1;
            tokio::time::sleep(pause).await;
        }
    }

    /// One call, if breaker and bulkhead let it through; what it shows is told to the breaker.
    async fn guarded(&self, body: Bytes, told: &Told<'_>, deadline: Instant) -> Result<Bytes, Failed> {
        let permit = self.breaker.admit()?;
        let _place = timeout_at(deadline, self.bulkhead.enter()).await.unwrap_or(Err(ProviderFailure::Timeout))?;
        // A call that had hardly any time left says nothing of the register.
        let fair = deadline.saturating_duration_since(Instant::now()) >= self.time / 2;
        let late = Failed { verdict: fair.then_some(Verdict::Failed(None)), ..Failed::from(ProviderFailure::Timeout) };
        let answer = timeout_at(deadline, self.authorized(body, told)).await.unwrap_or(Err(late));
        if let Err(Failed { failure, .. }) = &answer {
            tracing::warn!(provider.key = %self.name, trace.id = %told.trace_id, ?failure, "a provider failed");
        }
        let verdict = answer.as_ref().map_or_else(|failed| failed.verdict, |_| Some(Verdict::Alive));
        if let Some(verdict) = verdict {
            permit.conclude(verdict);
        }
        answer
    }

    /// A token that is not accepted is renewed once; some registers say 500 where they mean 401, so that counts too.
    async fn authorized(&self, body: Bytes, told: &Told<'_>) -> Result<Bytes, Failed> {
        let token = self.credentials.token().await?;
        let answer = self.send(body.clone(), token.as_ref(), told).await;
        let (Err(failed), Some(refused)) = (&answer, &token) else { return answer };
        if !matches!(failed.failure, ProviderFailure::Refused | ProviderFailure::Error) {
            return answer;
        }
        // Without another token, what the register said is what is known.
        match self.credentials.instead_of(refused).await {
            Ok(Some(other)) => self.send(body, Some(&other), told).await,
            Ok(None) | Err(_) => answer,
        }
    }

    async fn send(&self, body: Bytes, token: Option<&HeaderValue>, told: &Told<'_>) -> Result<Bytes, Failed> {
        let request = || self.request(body.clone(), token, told);
        let answer = match self.transport.send(request()).await {
            Err(Failed { again: Again::AtOnce, .. }) if self.budget.spend() => self.transport.send(request()).await?,
            answer => answer?,
        };
        transport::usable(answer.status(), answer.headers())?;
        transport::read(answer, self.largest).await
    }

    fn request(&self, body: Bytes, token: Option<&HeaderValue>, told: &Told<'_>) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.address.clone();
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        let trace_id = told.trace_id;
        let parent = format!("00-{trace_id}-{:016x}-01", fastrand::u64(1..));
        // A trace id is hexadecimal digits, so these are never left out.
        headers.extend(HeaderValue::try_from(parent).ok().map(|parent| (TRACE_PARENT, parent)));
        headers.extend(HeaderValue::from_str(trace_id.as_str()).ok().map(|id| (TRACE_ID, id)));
        headers.extend(told.purpose.clone().map(|purpose| (PURPOSE, purpose)));
        headers.extend(told.basis.clone().map(|basis| (LEGAL_BASIS, basis)));
        headers.extend(token.map(|token| (header::AUTHORIZATION, token.clone())));
        request
    }
}

fn headers(address: &Uri, credentials: &Credentials) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(12);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let accept = "application/graphql-response+json, application/json;q=0.9";
    headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static("ndx"));
    // HTTP/2, which needs TLS here, says the host in another place.
    let plain = address.scheme() == Some(&http::uri::Scheme::HTTP);
    let host = address.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    headers.extend(host.filter(|_| plain).map(|host| (header::HOST, host)));
    if let Credentials::ApiKey(name, key) = credentials {
        headers.insert(name, key.clone());
    }
    headers
}
