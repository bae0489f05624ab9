//! Where applications are told of their consents: nowhere that an application could only reach through us.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    path::Path,
};

use url::{Host, Url};

use super::Found;
use crate::{Entry, IsoDuration, Network, SecretRef, network::may_connect, sections::Webhook};

/// Checks every `webhook`, and how they are told. Secrets are looked at where they are `needed`.
pub(super) fn check(root: &Entry<'_>, folder: &Path, needed: bool, found: &mut Found) {
    let settings = root.find(["consent", "webhooks"]);
    let listed = settings.iter().flat_map(|settings| settings.list("allowedNetworks"));
    let allowed: Vec<Network> = listed.filter_map(|one| Network::parse(one.text()?)).collect();
    for webhook in root.list("applications").iter().filter_map(|application| application.get("webhook")) {
        address(&webhook, &allowed, found);
        for secret in ["secret", "formerSecret"].iter().filter_map(|key| webhook.get(key)).filter(|_| needed) {
            form(&secret, folder, found);
        }
    }
    if let Some(settings) = settings {
        pauses(&settings, found);
    }
}

/// What can be told of an address before it is looked up; a name is looked up whenever it is connected to.
fn address(webhook: &Entry<'_>, allowed: &[Network], found: &mut Found) {
    let Some(url) = webhook.text_of("url").and_then(|text| Url::parse(text).ok()) else { return };
    let own = url.host().map(ours).unwrap_or_default();
    if url.scheme() == "http" && own.is_empty() {
        let message = "events go to another machine over https only; write `https://`";
        found.mistakes.push(webhook.problem_at("url", message));
    }
    if url.fragment().is_some() {
        found.mistakes.push(webhook.problem_at("url", "what follows `#` is never sent; leave it out"));
    }
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => vec![IpAddr::from(address)],
        Some(Host::Ipv6(address)) => vec![IpAddr::from(address)],
        _ => own,
    };
    if !literal.is_empty() && !literal.iter().any(|address| may_connect(*address, allowed)) {
        let message = "this address is not a public one; if receivers may be in its network, list that in \
                       `consent.webhooks.allowedNetworks`";
        found.mistakes.push(webhook.problem_at("url", message));
    }
}

/// The addresses of this machine that `host` stands for, if it does.
fn ours(host: Host<&str>) -> Vec<IpAddr> {
    match host {
        Host::Domain("localhost") => vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()],
        Host::Ipv4(address) if address.is_loopback() => vec![address.into()],
        Host::Ipv6(address) if address.is_loopback() => vec![address.into()],
        _ => Vec::new(),
    }
}

/// A secret that leads nowhere is told with all others.
fn form(secret: &Entry<'_>, folder: &Path, found: &mut Found) {
    let resolved = secret.read::<SecretRef>().and_then(|reference| reference.resolve(folder).ok());
    if resolved.is_some_and(|secret| Webhook::key(&secret).is_none()) {
        let message = "what stands there is not a secret for webhooks: it must be `whsec_` and 24 to 64 random bytes in Base64; \
                       `echo \"whsec_$(openssl rand -base64 32)\"` makes one";
        found.mistakes.push(secret.problem(message));
    }
}

fn pauses(settings: &Entry<'_>, found: &mut Found) {
    let length = |key| settings.text_of(key).and_then(IsoDuration::parse).map(|one| one.length());
    let (first, longest) = (length("firstPause"), length("longestPause"));
    for (key, length) in [("firstPause", first), ("longestPause", longest)] {
        if length.is_some_and(|length| length.is_zero()) {
            found.mistakes.push(settings.problem_at(key, format!("`{key}` must be at least `PT1S`")));
        }
    }
    if first.zip(longest).is_some_and(|(first, longest)| longest < first) {
        found.mistakes.push(settings.problem_at("longestPause", "the longest pause is shorter than the first"));
    }
}
