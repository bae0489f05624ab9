//! The ways in which the gateway reaches a judge, and the engines that keep its store.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::Router;
use ndx_auth::{ServiceKey, ServiceVerifier};
use ndx_clock::{Clock, SystemClock};
use ndx_config::Exchange;
use ndx_remote::{Proof, RemoteService};
use ndx_service::listen;
use ndx_store::{Place, PostgresDatabase, RootKey};
use ndx_testkit::{Authority, Stores, TestDatabase};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// How the gateway reaches a judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A call in the same process.
    InProcess,
    /// HTTP, with tokens of a minute.
    Tokens,
    /// TLS, each side with its certificate.
    Certificates,
}

/// A store, and what stands around it.
pub struct Ground {
    folder: TempDir,
    database: Option<TestDatabase>,
    pub way: Way,
    pub clock: Arc<dyn Clock>,
    pub exchange: Exchange,
}

impl Ground {
    pub fn new(way: Way, stores: Stores) -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        Self {
            folder: tempfile::tempdir().unwrap(),
            database: (stores == Stores::Postgres).then(TestDatabase::new),
            way,
            clock: SystemClock::shared(),
            exchange: ndx_config::load(&root.join("fl-config.json"), |text| text).unwrap(),
        }
    }

    pub fn place(&self) -> Place {
        match &self.database {
            Some(database) => Place::Postgres(PostgresDatabase::new(database.url(), None)),
            None => Place::Folder(self.folder.path().to_owned()),
        }
    }

    pub fn root_key(&self) -> RootKey {
        RootKey::read_or_make(&self.folder.path().join("root.key")).unwrap()
    }

    /// Serves the judge `name` to the gateway and returns the way to it.
    pub async fn serve(
        &self,
        name: &'static str,
        router: impl FnOnce(Arc<ServiceVerifier>) -> Router,
    ) -> RemoteService {
        self.serve_to("gateway", name, router).await
    }

    /// Serves the judge `name` to `caller` and returns the way to it.
    pub async fn serve_to(
        &self,
        caller: &'static str,
        name: &'static str,
        router: impl FnOnce(Arc<ServiceVerifier>) -> Router,
    ) -> RemoteService {
        let listener = listen::bind_loopback(name, 0).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let time = Duration::from_secs(5);
        let stop = CancellationToken::new();
        match self.way {
            Way::InProcess => panic!("nothing is served in process"),
            Way::Tokens => {
                let file = self.folder.path().join(format!("{caller}.key"));
                let key = ServiceKey::read_or_make(caller, &file, self.clock.clone()).unwrap();
                let verifier = ServiceVerifier::new(name, [(caller, key.public())], self.clock.clone());
                tokio::spawn(listen::serve(listener, router(Arc::new(verifier)), stop));
                let url = format!("http://127.0.0.1:{port}").parse().unwrap();
                RemoteService::new(
                    name,
                    "the judge",
                    url,
                    ndx_service::outbound::client(time).unwrap(),
                    Proof::Token(key),
                )
            }
            Way::Certificates => {
                let authority = Authority::new(&self.folder.path().join(format!("{name}-certificates")));
                let (calling, judge) = (authority.identity(caller), authority.identity(name));
                let callers = [caller.to_owned()];
                let verifier = ServiceVerifier::by_certificate(name, callers, self.clock.clone());
                let acceptor = Some(judge.acceptor().unwrap());
                tokio::spawn(listen::serve_over(listener, acceptor, router(Arc::new(verifier)), stop));
                let url = format!("https://127.0.0.1:{port}").parse().unwrap();
                RemoteService::new(name, "the judge", url, calling.client(time).unwrap(), Proof::Certificate)
            }
        }
    }
}

/// Runs `$suite` in every way and on both engines.
macro_rules! in_every_way {
    ($suite:path) => {
        #[tokio::test]
        async fn in_process_on_sqlite() {
            $suite(Ground::new(Way::InProcess, Stores::Sqlite)).await;
        }

        #[tokio::test]
        async fn in_process_on_postgres() {
            $suite(Ground::new(Way::InProcess, Stores::Postgres)).await;
        }

        #[tokio::test]
        async fn with_tokens_on_sqlite() {
            $suite(Ground::new(Way::Tokens, Stores::Sqlite)).await;
        }

        #[tokio::test]
        async fn with_tokens_on_postgres() {
            $suite(Ground::new(Way::Tokens, Stores::Postgres)).await;
        }

        #[tokio::test]
        async fn with_certificates_on_sqlite() {
            $suite(Ground::new(Way::Certificates, Stores::Sqlite)).await;
        }

        #[tokio::test]
        async fn with_certificates_on_postgres() {
            $suite(Ground::new(Way::Certificates, Stores::Postgres)).await;
        }
    };
}
pub(crate) use in_every_way;
