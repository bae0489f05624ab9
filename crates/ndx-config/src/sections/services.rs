//! The four services: where they listen, and how they prove themselves.

use std::{net::SocketAddr, path::PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::SecretRef;

/// Where the four services listen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Services {
    /// The gateway.
    pub gateway: Service,
    /// The consent engine and the portal.
    pub consent: Service,
    /// The policy decision point.
    pub policy: Service,
    /// The audit service.
    pub audit: Service,
    /// How the services prove themselves to each other.
    #[serde(default)]
    pub proof: Proof,
    /// Programs beside the exchange that may call its services: a member's portal, another engine.
    #[serde(default)]
    pub callers: Vec<OutsideCaller>,
    /// The certificates (PEM) of the authorities that sign the services' certificates, where services speak TLS.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
}

/// How one service proves itself to another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Proof {
    /// With a token of 60 seconds, signed with its key.
    #[default]
    Token,
    /// With its TLS certificate, whose subject alternative name is the service's name (`gateway`).
    Certificate,
}

/// A program beside the exchange that may call some of its services.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OutsideCaller {
    /// Its name: the `kid` and `iss` of its tokens, or the name in its certificate. Not that of a service of the exchange.
    pub name: String,
    /// Its public keys: 32 bytes in base64url each.
    #[serde(default)]
    #[schemars(extend("items" = { "type": "string", "format": "ed25519-public-key" }))]
    pub public_keys: Vec<String>,
    /// The services that it may call.
    pub may_call: Vec<Callee>,
}

/// A service of the exchange, as others call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Callee {
    /// The gateway's own interface (`/sdl`).
    Gateway,
    /// The consent engine's internal interface.
    Consent,
    /// The policy decision point: to ask it, and to change policies.
    Policy,
    /// The audit service: to write and to read.
    Audit,
}

/// Where one service listens, and how others reach it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    /// The address it binds.
    #[schemars(extend("format" = "socket-address"))]
    pub listen: SocketAddr,
    /// The address others use; for the consent engine also what citizens see.
    pub url: Url,
    /// The key (Ed25519, PKCS #8 in PEM) with which it proves itself. Without it, `keys/<name>.ed25519` in the data folder
    /// is used, and made when it is not there.
    #[serde(default)]
    pub key: Option<SecretRef>,
    /// The public keys by which others know it: 32 bytes in base64url each. Several while a key is being replaced. In one
    /// process (`ndx up`) nobody needs them.
    #[serde(default)]
    #[schemars(extend("items" = { "type": "string", "format": "ed25519-public-key" }))]
    pub public_keys: Vec<String>,
    /// How it speaks TLS; without it, it does not.
    #[serde(default)]
    pub tls: Option<Tls>,
}

/// The certificate of a service. It shows it to whoever calls, and to whom it calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tls {
    /// Its certificate and those between it and an authority (PEM).
    #[schemars(length(min = 1))]
    pub certificate: PathBuf,
    /// The key of the certificate (PEM).
    pub key: SecretRef,
}
