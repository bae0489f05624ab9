//! Each service, opened: its router, where it listens, and what is closed at the end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use audit_service::{Audit, Role};
use axum::Router;
use consent_engine::Neighbours;
use ndx_clock::Clock;
use ndx_config::{Application, Exchange};
use ndx_store::{Engine, RootKey, Tables};
use orchestration_engine::{
    registry::SchemaRegistry,
    state::{Gateway, Judges, LiveGateway},
};
use policy_decision_point::{Pdp, Purposes};
use tokio_rustls::TlsAcceptor;

use super::{Shape, judges, keys, services::ServiceName, stores};
use crate::data_folder::DataFolder;

/// A service that can be served.
pub struct Opened {
    /// Which.
    pub name: ServiceName,
    /// Where it listens.
    pub listen: SocketAddr,
    /// How others reach it, for the log.
    pub url: url::Url,
    /// What it answers to.
    pub router: Router,
    /// How it speaks TLS, when it does.
    pub acceptor: Option<TlsAcceptor>,
}

/// The services of this process, as far as they are in it.
#[derive(Clone, Default)]
pub struct Engines {
    /// The gateway, and the versions of its schema.
    pub gateway: Option<Arc<SchemaRegistry>>,
    /// The consent engine.
    pub consent: Option<Arc<consent_engine::Engine>>,
    /// The policy decision point.
    pub policy: Option<Arc<Pdp>>,
    /// The audit log.
    pub audit: Option<Arc<Audit>>,
}

impl Engines {
    /// Writes what waits, and closes the stores.
    pub async fn close(&self) {
        if let Some(audit) = &self.audit {
            audit.close().await;
        }
        if let Some(consent) = &self.consent {
            consent.close().await;
        }
        if let Some(policy) = &self.policy {
            policy.close().await;
        }
        if let Some(gateway) = &self.gateway {
            gateway.close().await;
        }
    }
}

/// Opens services.
pub struct Opener<'a> {
    /// The configuration.
    pub exchange: &'a Exchange,
    /// Where keys and, without PostgreSQL, stores lie.
    pub data: &'a DataFolder,
    /// Whether the others are in this process too.
    pub shape: Shape,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Opener<'_> {
    /// Opens all four, joined through their traits.
    ///
    /// # Errors
    /// With the first thing that stands in the way.
    pub async fn all(&self) -> anyhow::Result<(Vec<Opened>, Engines)> {
        let root_key = self.root_key(&[audit_service::store::TABLES, consent_engine::TABLES]).await?;
        let audit = self.audit(&root_key).await?;
        let policy = self.policy().await?;
        let consent = self.consent(&root_key).await?;
        let judges = Judges { policy: policy.clone(), consent: consent.clone(), audit: audit.clone() };
        let neighbours = Neighbours { history: audit.clone(), grants: policy.clone() };
        let gateway = self.gateway(judges).await?;
        let opened = vec![
            self.serve_gateway(&gateway)?,
            self.serve_consent(&consent, neighbours)?,
            self.serve_policy(&policy)?,
            self.serve_audit(&audit)?,
        ];
        let engines =
            Engines { gateway: Some(gateway), consent: Some(consent), policy: Some(policy), audit: Some(audit) };
        Ok((opened, engines))
    }

    /// Opens one; its judges, when it is the gateway, are other processes.
    ///
    /// # Errors
    /// With the first thing that stands in the way.
    pub async fn one(&self, name: ServiceName) -> anyhow::Result<(Vec<Opened>, Engines)> {
        let mut engines = Engines::default();
        let opened = match name {
            ServiceName::Gateway => {
                let gateway = self.gateway(judges::elsewhere(self.exchange, self.data.path(), &self.clock)?).await?;
                self.serve_gateway(engines.gateway.insert(gateway))?
            }
            ServiceName::Consent => {
                let consent = self.consent(&self.root_key(&[consent_engine::TABLES]).await?).await?;
                let neighbours = judges::neighbours(self.exchange, self.data.path(), &self.clock)?;
                self.serve_consent(engines.consent.insert(consent), neighbours)?
            }
            ServiceName::Policy => {
                let policy = self.policy().await?;
                self.serve_policy(engines.policy.insert(policy))?
            }
            ServiceName::Audit => {
                let audit = self.audit(&self.root_key(&[audit_service::store::TABLES]).await?).await?;
                self.serve_audit(engines.audit.insert(audit))?
            }
        };
        Ok((vec![opened], engines))
    }

    async fn root_key(&self, sealed: &[Tables]) -> anyhow::Result<RootKey> {
        stores::root_key(self.exchange, self.data, sealed).await
    }

    async fn audit(&self, root_key: &RootKey) -> anyhow::Result<Arc<Audit>> {
        let place = stores::place(self.exchange, self.data.path());
        // Alone: no gateway of another process can have a request open, for nobody else reaches these files.
        let role = match (self.shape, place.engine()) {
            (Shape::Together, Engine::Sqlite) => Role::Alone,
            _ => Role::one_of_several(Duration::from_millis(self.exchange.limits.request_timeout_ms)),
        };
        Audit::open(&place, root_key, self.clock.clone(), role).await.context("the audit log cannot be opened")
    }

    async fn policy(&self) -> anyhow::Result<Arc<Pdp>> {
        let place = stores::place(self.exchange, self.data.path());
        let policy = Pdp::open(&self.exchange.policy, &place, self.clock.clone()).await?;
        policy.know(purposes(self.exchange));
        Ok(policy)
    }

    async fn consent(&self, root_key: &RootKey) -> anyhow::Result<Arc<consent_engine::Engine>> {
        let place = stores::place(self.exchange, self.data.path());
        let config = consent_engine::Config::of(self.exchange)?;
        let engine = consent_engine::Engine::open(config, &place, root_key, self.clock.clone()).await?;
        engine.begin_work();
        Ok(engine)
    }

    async fn gateway(&self, judges: Judges) -> anyhow::Result<Arc<SchemaRegistry>> {
        let live = Arc::new(LiveGateway::new(Gateway::new(self.exchange, judges, self.clock.clone())?));
        let place = stores::place(self.exchange, self.data.path());
        SchemaRegistry::open(&place, live).await.context("the versions of the consumer schema cannot be read")
    }

    fn serve_gateway(&self, gateway: &Arc<SchemaRegistry>) -> anyhow::Result<Opened> {
        let callers = keys::callers(self.exchange, self.data.path(), ServiceName::Gateway, self.shape, &self.clock)?;
        self.opened(ServiceName::Gateway, orchestration_engine::server::router(gateway.clone(), callers))
    }

    fn serve_consent(&self, consent: &Arc<consent_engine::Engine>, neighbours: Neighbours) -> anyhow::Result<Opened> {
        let callers = keys::callers(self.exchange, self.data.path(), ServiceName::Consent, self.shape, &self.clock)?;
        self.opened(ServiceName::Consent, consent_engine::server::router(consent.clone(), callers, neighbours)?)
    }

    fn serve_policy(&self, policy: &Arc<Pdp>) -> anyhow::Result<Opened> {
        let callers = keys::callers(self.exchange, self.data.path(), ServiceName::Policy, self.shape, &self.clock)?;
        self.opened(ServiceName::Policy, policy_decision_point::server::router(policy.clone(), callers))
    }

    fn serve_audit(&self, audit: &Arc<Audit>) -> anyhow::Result<Opened> {
        let callers = keys::callers(self.exchange, self.data.path(), ServiceName::Audit, self.shape, &self.clock)?;
        self.opened(ServiceName::Audit, audit_service::server::router(audit.clone(), callers))
    }

    fn opened(&self, name: ServiceName, router: Router) -> anyhow::Result<Opened> {
        let section = name.section(self.exchange);
        let applications = self.exchange.edge.application_authorities.as_deref();
        let acceptor = keys::tls(self.exchange, name)?.map(|identity| match applications {
            Some(authorities) if name == ServiceName::Gateway => identity.acceptor_for_applications(authorities),
            _ => identity.acceptor(),
        });
        let acceptor = acceptor.transpose()?;
        Ok(Opened { name, listen: section.listen, url: section.url.clone(), router, acceptor })
    }
}

/// What each application of the configuration may want data for.
pub fn purposes(exchange: &Exchange) -> Purposes {
    let of = |application: &Application| application.purposes.iter().map(|purpose| purpose.id.clone()).collect();
    exchange.applications.iter().map(|application| (application.id.clone(), of(application))).collect()
}
