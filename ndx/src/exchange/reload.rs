//! Takes in a changed configuration while running: whole, or not at all.

use anyhow::bail;
use ndx_config::{Exchange, Secrets};

use super::{
    opened::{self, Engines},
    services::ServiceName,
};
use crate::Place;

/// Reads and checks the configuration for a process that runs all services, or `only` one. Whoever runs the gateway has the
/// schemas too, and checks them together with the rest; the others need not have them.
///
/// # Errors
/// With every mistake in any of the files.
pub fn read(place: &Place, only: Option<ServiceName>) -> anyhow::Result<Exchange> {
    Ok(match only {
        None => place.checked(Secrets::All)?,
        Some(ServiceName::Gateway) => place.checked(Secrets::Gateway)?,
        Some(ServiceName::Consent) => place.load_with(Secrets::Consent)?,
        Some(ServiceName::Policy | ServiceName::Audit) => place.load_with(Secrets::Store)?,
    })
}

/// What a reload begins with.
pub struct Reload {
    place: Place,
    /// The one service of this process; `None` when all are in it.
    only: Option<ServiceName>,
    in_force: Exchange,
}

impl Reload {
    /// `in_force` was read from `place`, by [`read`].
    pub fn new(place: Place, only: Option<ServiceName>, in_force: Exchange) -> Self {
        Self { place, only, in_force }
    }

    /// Reads the configuration, the schemas and the policy files anew. When all of it is good, it comes into force for the
    /// requests that come from now on; when anything is wrong, everything stays as it is and the log says why.
    pub async fn run(&mut self, engines: &Engines) {
        match self.take_in(engines).await {
            Ok(exchange) => {
                self.in_force = exchange;
                tracing::info!("the configuration was read anew and is in force");
            }
            Err(error) => {
                let error: &(dyn std::error::Error + 'static) = error.as_ref();
                tracing::error!(
                    error,
                    "the configuration was read anew and is not taken; the one before stays in force"
                );
            }
        }
    }

    async fn take_in(&self, engines: &Engines) -> anyhow::Result<Exchange> {
        let exchange = read(&self.place, self.only)?;
        if exchange.services != self.in_force.services {
            bail!("`services` has changed: addresses and keys need a new start");
        }
        if exchange.store != self.in_force.store {
            bail!("`store` has changed: it needs a new start");
        }
        // Everything that can be wrong comes first …
        let gateway = match &engines.gateway {
            Some(gateway) => Some(gateway.renewed(&exchange).await?),
            None => None,
        };
        let consent = match &engines.consent {
            Some(engine) => Some((engine, consent_engine::Config::of(&exchange)?)),
            None => None,
        };
        // … the policies last of that, for they are written down or not as a whole; …
        if let Some(policy) = &engines.policy {
            policy.reseed(&exchange.policy).await?;
            policy.know(opened::purposes(&exchange));
        }
        // … and then nothing can fail any more.
        if let Some((engine, config)) = consent {
            engine.reconfigure(config);
        }
        if let Some(gateway) = gateway {
            gateway.take_place();
        }
        Ok(exchange)
    }
}
