//! Calls to addresses that somebody else named: a name may lead anywhere, and elsewhere a moment later, so the address itself is
//! judged when it is connected to.
//!
//! INVARIANT: nothing is connected to that the rule refuses, neither by its address nor by a name: what a name leads to is
//! looked up once for each connection, and the addresses that were judged are the ones that are connected to. No redirect and
//! no proxy is followed.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    RequestBuilder, Url,
    dns::{Addrs, Name, Resolve, Resolving},
};

use crate::outbound;

/// Which addresses may be connected to.
pub type Rule = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// The address may not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this leads to an address that may not be connected to")]
pub struct NotAllowed;

/// A client that connects only to what its rule allows.
#[derive(Clone)]
pub struct Egress {
    client: reqwest::Client,
    rule: Rule,
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Egress")
    }
}

impl Egress {
    /// One that gives up a call after `timeout`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(timeout: Duration, rule: Rule) -> reqwest::Result<Self> {
        let client = outbound::builder(timeout).dns_resolver(Arc::new(Judging(Arc::clone(&rule)))).build()?;
        Ok(Self { client, rule })
    }

    /// A POST to `url`.
    ///
    /// # Errors
    /// When `url` names an address that may not be connected to. What a name leads to is judged when it is connected to:
    /// see [`is_not_allowed`].
    pub fn post(&self, url: &Url) -> Result<RequestBuilder, NotAllowed> {
        // The client looks up names only; an address is what it is.
        let address = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(url::Host::Ipv6(address)) => Some(IpAddr::from(address)),
            _ => None,
        };
        if address.is_some_and(|address| !(self.rule)(address)) {
            Err(NotAllowed)
        } else {
            Ok(self.client.post(url.clone()))
        }
    }
}

/// Whether a call failed because the name led to addresses that may not be connected to.
pub fn is_not_allowed(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<NotAllowed>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Looks names up, and keeps what may be connected to.
struct Judging(Rule);

impl Resolve for Judging {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| rule(address.ip())).collect();
            if allowed.is_empty() {
                return Err(NotAllowed.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    async fn called(url: &str, rule: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Result<(), bool> {
        let egress = Egress::new(Duration::from_secs(5), Arc::new(rule)).unwrap();
        let request = egress.post(&url.parse().unwrap()).map_err(|NotAllowed| true)?;
        request.send().await.map(drop).map_err(|error| is_not_allowed(&error))
    }

    #[tokio::test]
    async fn p9_a_name_and_an_address_are_judged_when_they_are_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = tokio::spawn(async move {
            let mut heard = 0;
            while let Ok(Ok((mut stream, _))) =
                tokio::time::timeout(Duration::from_millis(500), listener.accept()).await
            {
                heard += 1;
                let mut request = [0; 1024];
                assert!(stream.read(&mut request).await.unwrap() > 0);
                stream.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await.unwrap();
            }
            heard
        });
        let (name, address) = (format!("http://localhost:{port}/"), format!("http://127.0.0.1:{port}/"));
        for refused in
            [&name, &address, &format!("http://[::ffff:127.0.0.1]:{port}/"), &format!("http://0x7f000001:{port}/")]
        {
            let nothing_here = |ip: IpAddr| !ip.to_canonical().is_loopback();
            assert_eq!(called(refused, nothing_here).await, Err(true), "{refused}");
        }
        for allowed in [&name, &address] {
            assert_eq!(called(allowed, |ip| ip.is_loopback()).await, Ok(()), "{allowed}");
        }
        assert_eq!(called("http://127.0.0.1:1/", |_| true).await, Err(false), "that nobody listens is another thing");
        assert_eq!(heard.await.unwrap(), 2, "nobody else came as far as a connection");
    }
}
