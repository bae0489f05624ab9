//! What the consent engine takes from the exchange's configuration.

mod notices;
mod theme;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use ndx_config::{
    Application, ApplicationPurpose, AskingLimits, CanonicalForm, Exchange, IdentityProvider, Member, Secret, Webhook,
    Webhooks,
};
use ndx_contracts::{ApplicationId, MemberId, Purpose, SchemaId, Subject, Words};
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use crate::ledger::{Request, SignedIn};

use self::notices::Notices;
pub use self::theme::Theme;

/// All that the consent engine and its portal are told.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a request waits for an answer.
    pub request_lifetime: TimeDelta,
    /// How long after a "no" or a "stop" the application cannot ask again.
    pub cool_down: TimeDelta,
    /// How often people may be asked.
    pub limits: AskingLimits,
    /// Where citizens reach the portal.
    pub portal: Url,
    /// What the pages call the exchange.
    pub name: Words,
    /// The languages of the pages, the country's first one first.
    pub languages: Vec<String>,
    /// The country's time.
    pub offset: FixedOffset,
    /// The body to complain to, and how.
    pub complaints: Words,
    /// Another way to see and stop what is shared.
    pub other_way: Option<Words>,
    /// The country's colours and fonts, where it has its own.
    pub theme: Option<Theme>,
    /// Where citizens sign in.
    pub identity_provider: IdentityProvider,
    /// What we are there.
    pub sign_in: SignIn,
    /// How applications are told what became of their consents.
    pub webhooks: Webhooks,
    /// The origins of other portals' pages, from which browsers may call the citizens' API.
    pub cors_origins: Vec<String>,
    link: String,
    identifier: CanonicalForm,
    applications: BTreeMap<ApplicationId, Application>,
    members: BTreeMap<MemberId, Member>,
    keepers: BTreeMap<SchemaId, MemberId>,
    notices: Notices,
    receivers: BTreeMap<ApplicationId, Arc<Receiver>>,
}

/// Where an application is told what became of its consents.
#[derive(Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Where.
    pub url: Url,
    /// The keys that what is told is signed with, the present one first.
    pub keys: Vec<Vec<u8>>,
}

/// Without its keys.
impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Receiver({})", self.url)
    }
}

/// What we are at the citizens' identity provider, and which of its access tokens we accept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Its issuer.
    pub issuer: Url,
    /// Our client id there.
    pub client_id: String,
    /// Our secret there.
    pub secret: Secret,
    /// Where it sends people back to.
    pub redirect: Url,
    /// The claim that says who somebody is.
    pub citizen_claim: String,
    /// The audiences of the access tokens that the citizens' API accepts.
    pub audiences: Vec<String>,
    /// What the provider calls a sign-in that is sure enough for something sensitive; empty where any is.
    pub sensitive_acr_values: Vec<String>,
}

impl SignIn {
    /// How long after signing in something sensitive may be shared.
    pub const FRESH: TimeDelta = TimeDelta::minutes(5);

    /// How somebody signed in, as the claims of a verified token say it (OpenID Connect Core 1.0, section 2; RFC 9068, section
    /// 2.2.1). A token that does not say when is of a sign-in long ago.
    pub(crate) fn told_by(claims: &HashMap<String, Value>) -> SignedIn {
        let at = claims.get("auth_time").and_then(Value::as_i64).and_then(|at| DateTime::from_timestamp(at, 0));
        let means = claims.get("amr").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        SignedIn {
            at: at.unwrap_or(DateTime::UNIX_EPOCH),
            acr: claims.get("acr").and_then(Value::as_str).map(str::to_owned),
            amr: means.map(str::to_owned).collect(),
        }
    }

    /// Whether somebody who signed in so may share something sensitive at `now`. INVARIANT: `signed_in` is what a verified
    /// token said.
    pub fn is_sure(&self, signed_in: &SignedIn, now: DateTime<Utc>) -> bool {
        let wanted = &self.sensitive_acr_values;
        let enough = wanted.is_empty() || signed_in.acr.as_ref().is_some_and(|acr| wanted.contains(acr));
        enough && now - signed_in.at < Self::FRESH
    }
}

/// What the configuration's own check would have refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The country's time.
    #[error("`utcOffset` is not like `+05:30`")]
    Offset,
    /// The claim has no usable rule.
    #[error("`identifiers` has no usable rule for the claim `{0}`")]
    NoIdentifier(String),
    /// The portal's own address cannot be extended.
    #[error("the portal's address is not one that pages can have")]
    Address(#[from] url::ParseError),
    /// The secret's reference was not followed.
    #[error("the portal's secret at the identity provider is missing")]
    NoSecret,
    /// The secret of a webhook was not followed, or has another form.
    #[error("the secret of the webhook of `{0}` is missing, or not one for webhooks")]
    NoWebhookSecret(ApplicationId),
}

impl Config {
    /// The parts of `exchange` that this service needs.
    ///
    /// # Errors
    /// When a part cannot be used; never for a configuration that was loaded and checked.
    pub fn of(exchange: &Exchange) -> Result<Self, ConfigError> {
        let portal = &exchange.portal;
        let claim = &portal.identity_provider.citizen_claim;
        let identifier = exchange.identifiers.get(claim).and_then(CanonicalForm::new);
        let provider = &portal.identity_provider;
        let own_address = portal.url.as_ref().unwrap_or(&exchange.services.consent.url);
        let sign_in = SignIn {
            issuer: provider.issuer.clone(),
            client_id: provider.client_id.clone(),
            secret: provider.resolved_secret.clone().ok_or(ConfigError::NoSecret)?,
            redirect: Url::parse(&below(own_address, "/signed-in"))?,
            citizen_claim: claim.clone(),
            audiences: portal.api_audiences.clone(),
            sensitive_acr_values: provider.sensitive_acr_values.clone(),
        };
        let keepers = exchange.providers.iter().map(|one| (one.schema_id.clone(), one.member.clone()));
        Ok(Self {
            request_lifetime: exchange.consent.request_lifetime.length(),
            cool_down: exchange.consent.cool_down.length(),
            limits: exchange.consent.limits.clone(),
            portal: own_address.clone(),
            name: portal.name.clone(),
            languages: portal.languages.clone(),
            offset: portal.utc_offset.parse().map_err(|_| ConfigError::Offset)?,
            complaints: portal.complaints.clone(),
            other_way: portal.other_way.clone(),
            theme: portal.resolved_theme.as_deref().map(Theme::new),
            identity_provider: provider.clone(),
            sign_in,
            webhooks: exchange.consent.webhooks.clone(),
            cors_origins: portal.cors_origins.clone(),
            link: portal.link.clone(),
            identifier: identifier.ok_or_else(|| ConfigError::NoIdentifier(claim.clone()))?,
            applications: exchange.applications.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            members: exchange.members.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            keepers: keepers.collect(),
            notices: Notices::new(),
            receivers: receivers(&exchange.applications)?,
        })
    }

    /// The country's first language.
    pub fn first_language(&self) -> &str {
        self.languages.first().map_or("en", String::as_str)
    }

    /// Where the application with this id is told what became of its consents, if it wants to be.
    pub fn receiver(&self, id: &ApplicationId) -> Option<&Arc<Receiver>> {
        self.receivers.get(id)
    }

    /// The application with this id.
    pub fn application(&self, id: &ApplicationId) -> Option<&Application> {
        self.applications.get(id)
    }

    /// The purpose `purpose` of the application `id`.
    pub fn purpose(&self, id: &ApplicationId, purpose: &Purpose) -> Option<&ApplicationPurpose> {
        self.application(id)?.purposes.iter().find(|one| one.id == *purpose)
    }

    /// The bodies that run an application.
    pub fn askers(&self) -> impl Iterator<Item = &Member> {
        let runs = |member: &&Member| self.applications.values().any(|application| application.member == member.id);
        self.members.values().filter(runs)
    }

    /// The body with this id.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id)
    }

    /// The bodies that keep registers, each once, by their ids.
    pub fn keepers(&self) -> impl Iterator<Item = &Member> {
        let keepers: BTreeSet<&MemberId> = self.keepers.values().collect();
        keepers.into_iter().filter_map(|id| self.members.get(id))
    }

    /// The body that keeps the data of this schema.
    pub fn keeper(&self, schema: &SchemaId) -> Option<&MemberId> {
        self.keepers.get(schema)
    }

    /// The person with this identifier, in its canonical form; `None` when it cannot be anybody's.
    pub fn subject(&self, identifier: &str) -> Option<Subject> {
        self.identifier.subject(identifier)
    }

    /// The address of `path` in the portal, which begins with a slash.
    pub fn address(&self, path: &str) -> String {
        below(&self.portal, path)
    }

    /// The link at which the person answers `request`. What is sensitive is answered on our own pages, wherever the rest is:
    /// not every portal can have her sign in more surely.
    pub(crate) fn answer_link(&self, consent: Uuid, request: Option<&Request>) -> String {
        if request.is_some_and(|request| request.fields.iter().any(|asked| asked.sensitive)) {
            return self.address(&format!("/c/{consent}"));
        }
        self.link.replace("{portal}", &self.address("")).replace("{id}", &consent.to_string())
    }

    /// The link at which the person sees and changes what she decided.
    pub fn manage_link(&self, consent: Uuid) -> String {
        self.address(&format!("/my/{consent}"))
    }
}

fn receivers(applications: &[Application]) -> Result<BTreeMap<ApplicationId, Arc<Receiver>>, ConfigError> {
    let of = |application: &Application, webhook: &Webhook| {
        let keys: Option<Vec<_>> = webhook.resolved.iter().map(Webhook::key).collect();
        let keys = keys.filter(|keys| !keys.is_empty());
        let keys = keys.ok_or_else(|| ConfigError::NoWebhookSecret(application.id.clone()))?;
        Ok((application.id.clone(), Arc::new(Receiver { url: webhook.url.clone(), keys })))
    };
    let registered = applications.iter().filter_map(|one| Some((one, one.webhook.as_ref()?)));
    registered.map(|(application, webhook)| of(application, webhook)).collect()
}

fn below(portal: &Url, path: &str) -> String {
    format!("{}{path}", portal.as_str().trim_end_matches('/'))
}
