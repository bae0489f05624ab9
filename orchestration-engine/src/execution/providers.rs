//! The registers that can be asked, by their names.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use ndx_contracts::audit::ProviderName;
use tokio::time::Instant;

use super::{Provider, ProviderFailure, Told, told::Purposes, transport};
use crate::config::Config;

/// The registers that can be asked.
#[derive(Debug)]
pub struct Providers {
    by_name: HashMap<ProviderName, Provider>,
    purposes: Purposes,
}

/// Why a provider cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum ProviderSetupError {
    /// No TLS.
    #[error("TLS towards the providers cannot be set up")]
    Tls(#[from] rustls::Error),
    /// Its address cannot be asked.
    #[error("the address of a provider cannot be asked")]
    Address,
    /// Its credentials cannot be used.
    #[error("the credentials of a provider cannot be used: {0}")]
    Credentials(&'static str),
}

impl Providers {
    /// Sets up the providers that `config` names; no connection is made yet.
    ///
    /// # Errors
    /// When TLS cannot be set up, or a provider's secret was not resolved.
    pub fn new(config: &Config) -> Result<Self, ProviderSetupError> {
        let usual = Duration::from_millis(config.limits.provider_timeout_ms);
        let largest = config.limits.provider_body_bytes;
        let connector = transport::connector()?;
        let by_name = config.providers.iter().map(|configured| {
            let name =
                ProviderName { provider_key: configured.provider_key.clone(), schema_id: configured.schema_id.clone() };
            Ok((name, Provider::over(connector.clone(), configured, largest, usual)?))
        });
        let purposes = config.applications.values().flat_map(|application| &application.purposes);
        let purposes = purposes.map(|purpose| &purpose.id).collect();
        Ok(Self { by_name: by_name.collect::<Result<_, ProviderSetupError>>()?, purposes })
    }

    /// What data may be wanted for.
    pub(super) fn purposes(&self) -> &Purposes {
        &self.purposes
    }

    /// Sends `body`, a GraphQL request, to the provider that is called `name`, and returns the body of the answer. Whoever
    /// drops the future ends the call.
    ///
    /// # Errors
    /// When there is no answer by `deadline` (or within the provider's own time), or one that cannot be used.
    pub async fn ask(
        &self,
        name: &ProviderName,
        body: Bytes,
        told: &Told<'_>,
        deadline: Instant,
    ) -> Result<Bytes, ProviderFailure> {
        let provider = self.by_name.get(name).ok_or(ProviderFailure::NotConfigured)?;
        provider.ask(body, told, deadline).await
    }
}
