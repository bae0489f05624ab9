//! The keys and certificates with which the services prove themselves to each other.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, anyhow, bail};
use ndx_auth::{PublicKey, ServiceKey, ServiceVerifier};
use ndx_clock::Clock;
use ndx_config::{Exchange, Proof};
use ndx_service::tls::TlsIdentity;

use super::{Shape, services::ServiceName};
use crate::data_folder;

/// The key of the service `name`: the one that the configuration names, else the one in the data folder, which is made
/// when it is not there.
///
/// # Errors
/// When it cannot be read or made.
pub fn own(exchange: &Exchange, data: &Path, name: ServiceName, clock: &Arc<dyn Clock>) -> anyhow::Result<ServiceKey> {
    let Some(reference) = &name.section(exchange).key else {
        let file = data_folder::service_key(data, name.as_str());
        return Ok(ServiceKey::read_or_make(name.as_str(), &file, clock.clone())?);
    };
    let text = reference.resolve(Path::new("")).with_context(|| format!("`services.{name}.key`"))?;
    let key = ServiceKey::from_text(name.as_str(), text.expose().as_bytes(), clock.clone());
    key.ok_or_else(|| anyhow!("`services.{name}.key` is not an Ed25519 key in PEM; make one with `ndx keys new FILE`"))
}

/// Knows who may call the service `callee`.
///
/// # Errors
/// When a key cannot be read, or nobody could ever call.
pub fn callers(
    exchange: &Exchange,
    data: &Path,
    callee: ServiceName,
    shape: Shape,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Arc<ServiceVerifier>> {
    let outside = exchange.services.callers.iter().filter(|caller| caller.may_call.contains(&callee.callee()));
    if exchange.services.proof == Proof::Certificate {
        // Where applications show certificates of their own authorities, one that bears a service's name proves nothing.
        if callee == ServiceName::Gateway && exchange.edge.application_authorities.is_some() {
            return Ok(Arc::new(ServiceVerifier::by_certificate(callee.as_str(), [], clock.clone())));
        }
        let own = callee.callers().iter().map(|name| name.as_str().to_owned());
        let names = own.chain(outside.map(|caller| caller.name.clone()));
        return Ok(Arc::new(ServiceVerifier::by_certificate(callee.as_str(), names, clock.clone())));
    }
    let mut known: Vec<(&str, PublicKey)> = Vec::new();
    for name in callee.callers() {
        for text in &name.section(exchange).public_keys {
            known.push((name.as_str(), public_key(name.as_str(), text)?));
        }
        if shape == Shape::Together {
            known.push((name.as_str(), own(exchange, data, *name, clock)?.public().clone()));
        }
    }
    for caller in outside {
        for text in &caller.public_keys {
            known.push((&caller.name, public_key(&caller.name, text)?));
        }
    }
    if known.is_empty() {
        bail!(
            "nobody could call the {callee} service: name the public keys of its callers in `services.<name>.publicKeys` \
             (`ndx keys new FILE` makes a key and prints the public one)"
        );
    }
    let known = known.iter().map(|(name, key)| (*name, key));
    Ok(Arc::new(ServiceVerifier::new(callee.as_str(), known, clock.clone())))
}

fn public_key(caller: &str, text: &str) -> anyhow::Result<PublicKey> {
    PublicKey::read(text).ok_or_else(|| anyhow!("a public key of `{caller}` is not 32 bytes in base64url: `{text}`"))
}

/// The certificate of the service `name`, when it has one.
///
/// # Errors
/// When it, its key, or the authorities cannot be read.
pub fn tls(exchange: &Exchange, name: ServiceName) -> anyhow::Result<Option<TlsIdentity>> {
    let Some(tls) = &name.section(exchange).tls else { return Ok(None) };
    let key = tls.key.resolve(Path::new("")).with_context(|| format!("`services.{name}.tls.key`"))?;
    let identity = TlsIdentity::read(&tls.certificate, key.expose(), exchange.services.authorities.as_deref());
    Ok(Some(identity.with_context(|| format!("`services.{name}.tls`"))?))
}
