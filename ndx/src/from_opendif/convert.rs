//! Writes a configuration of ours from one of OpenDIF.

use ndx_config::{Entry, SecretRef};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Outcome, dangers::is_this_machine};

/// Stands where only a person knows what must stand.
const FILL_IN: &str = "FILL IN";

/// The same, where an address must stand.
pub(super) const SOME_ADDRESS: &str = "https://fill-in.example";

/// Converts the whole file.
pub(super) fn convert(root: &Entry<'_>) -> Outcome {
    let mut writer = Writer(Outcome::default());
    let owner = writer.owner(root);
    let citizens = owner.clone().unwrap_or_else(|| "nic".to_owned());
    let mut ours = Map::new();
    let mut put = |key: &str, value: Value| drop(ours.insert(key.to_owned(), value));
    put("services", writer.services(root));
    put("schema", writer.schema(root));
    put("policy", writer.policy());
    put("consent", json!({ "requestLifetime": "PT1H", "coolDown": "P30D" }));
    writer.usual("consent", "how long a request waits, and how long after a no nobody asks again");
    put("portal", writer.portal(&citizens));
    put("jwt", writer.jwt(root));
    put("identifiers", json!({ &citizens: { "pattern": "^[0-9A-Z]{1,64}$", "canonical": ["trim", "uppercase"] } }));
    writer.usual(&format!("identifiers.{citizens}"), "the form of the identifier by which citizens are known");
    if let Some(owner) = owner {
        put("foundationalIdArgName", owner.into());
    }
    let (providers, members) = writer.providers(root);
    put("members", members);
    put("applications", writer.applications(root));
    put("argMappings", writer.mappings(root, &providers));
    put("providers", Value::Array(providers));
    writer.unknown(root);
    writer.0.configuration = Value::Object(ours);
    writer.0
}

/// Writes the new file, and down what a person must still do.
pub(super) struct Writer(pub(super) Outcome);

impl Writer {
    pub(super) fn usual(&mut self, place: &str, what: &str) {
        self.0.usual.push((place.to_owned(), what.to_owned()));
    }

    pub(super) fn leave_out(&mut self, entry: &Entry<'_>, why: &str) {
        self.0.left_out.push(entry.problem(why));
    }

    /// Text that only a person knows.
    pub(super) fn fill_in(&mut self, place: &str, what: &str) -> Value {
        self.0.to_fill_in.push((place.to_owned(), what.to_owned()));
        format!("{FILL_IN}: {what}").into()
    }

    /// An address that only a person knows.
    pub(super) fn address(&mut self, place: &str, what: &str, path: &str) -> Value {
        self.0.to_fill_in.push((place.to_owned(), what.to_owned()));
        format!("{SOME_ADDRESS}{path}").into()
    }

    /// The old secret as a reference: kept when it is one, else an environment variable.
    pub(super) fn secret(&mut self, old: Option<&Entry<'_>>, name: &str, what: &str) -> Value {
        if let Some(reference) = old.and_then(Entry::read::<SecretRef>) {
            return json!(reference);
        }
        self.0.variables.push((name.to_owned(), what.to_owned()));
        json!({ "from_env": name })
    }

    fn services(&mut self, root: &Entry<'_>) -> Value {
        let text = |keys: [&str; 2]| root.find(keys).and_then(|one| one.text().map(str::to_owned));
        let short = |key: &str| root.text_of(key).map(str::to_owned);
        let port = root
            .find(["server", "port"])
            .and_then(|port| port.value().as_u64().or_else(|| port.text().and_then(|text| text.parse().ok())));
        let gateway = format!("http://127.0.0.1:{}", port.unwrap_or(4000));
        let mut services = Map::new();
        let old = [
            ("gateway", None, gateway.as_str()),
            ("consent", text(["ceConfig", "clientUrl"]).or(short("ceUrl")), "http://127.0.0.1:8081"),
            ("policy", text(["pdpConfig", "clientUrl"]).or(short("pdpUrl")), "http://127.0.0.1:8082"),
            ("audit", text(["auditConfig", "serviceUrl"]), "http://127.0.0.1:3001"),
        ];
        for (name, written, usual) in old {
            let url = written.as_deref().and_then(origin);
            if url.is_none() {
                self.usual(&format!("services.{name}"), "where it listens and how others reach it");
            }
            let Some(url) = url.or_else(|| origin(usual)) else { continue };
            let host = if is_this_machine(&url) { "127.0.0.1" } else { "0.0.0.0" };
            let listen = format!("{host}:{}", url.port_or_known_default().unwrap_or(443));
            services.insert(name.to_owned(), json!({ "listen": listen, "url": url.as_str().trim_end_matches('/') }));
        }
        Value::Object(services)
    }

    fn schema(&mut self, root: &Entry<'_>) -> Value {
        if let Some(inline) =
            root.get("schema").filter(|schema| schema.text().is_some_and(|text| !text.trim().is_empty()))
        {
            self.leave_out(
                &inline,
                "the schema stands in the configuration; write it to the file that `schema.consumer` names",
            );
        }
        self.usual("schema", "the consumer schema, and the folder of the providers' schemas, `<schemaId>.graphql`");
        json!({ "consumer": "schema/schema.graphql", "providers": "schema/providers" })
    }

    fn policy(&mut self) -> Value {
        self.usual("policy", "write both files, the field policies and the grants: they lay in a database before (`schema/policy-metadata.json` and \
             `sandbox/grants.json` of NDX show their form)");
        json!({ "fields": "schema/policy-metadata.json", "grants": "schema/grants.json" })
    }

    fn portal(&mut self, claim: &str) -> Value {
        let secret =
            self.secret(None, "CONSENT_PORTAL_CLIENT_SECRET", "the consent portal's secret at the identity provider");
        self.usual("portal.utcOffset", "how far the country's clocks are ahead of UTC");
        self.usual(
            "portal.identityProvider.citizenClaim",
            "the claim in which the identity provider names a person's identifier",
        );
        json!({
            "name": self.fill_in("portal.name", "what citizens call the exchange"),
            "utcOffset": "+00:00",
            "identityProvider": {
                "name": self.fill_in("portal.identityProvider.name", "what citizens call the service at which they sign in"),
                "issuer": self.address("portal.identityProvider.issuer", "the issuer at which citizens sign in (OpenID Connect)", ""),
                "clientId": self.fill_in("portal.identityProvider.clientId", "the portal's client id there"),
                "clientSecret": secret,
                "citizenClaim": claim
            },
            "complaints": self.fill_in("portal.complaints", "the body to which citizens can complain, with address and telephone")
        })
    }

    fn jwt(&mut self, root: &Entry<'_>) -> Value {
        let jwt = root.get("jwt");
        let text = |key: &str| jwt.as_ref()?.text_of(key).map(str::trim).filter(|text| !text.is_empty());
        let audiences: Vec<&str> = jwt
            .iter()
            .flat_map(|jwt| jwt.list("validAudiences"))
            .filter_map(|one| one.text())
            .filter(|text| !text.is_empty())
            .collect();
        let issuer = match text("expectedIssuer") {
            Some(issuer) => issuer.into(),
            None => self.address("jwt.expectedIssuer", "the `iss` of the applications' tokens", ""),
        };
        let audiences = if audiences.is_empty() {
            json!([self.fill_in("jwt.validAudiences", "the `aud` of tokens that are meant for this exchange")])
        } else {
            json!(audiences)
        };
        let keys = match text("jwksUrl").and_then(web_address) {
            Some(url) => url.as_str().into(),
            None => self.address("jwt.jwksUrl", "where the issuer's public keys are", "/oauth2/jwks"),
        };
        json!({ "expectedIssuer": issuer, "validAudiences": audiences, "jwksUrl": keys })
    }

    /// What the old file says and nobody here understands.
    fn unknown(&mut self, root: &Entry<'_>) {
        const KNOWN: [&str; 17] = [
            "ceUrl",
            "pdpUrl",
            "ceConfig",
            "pdpConfig",
            "providers",
            "argMappings",
            "argMapping",
            "environment",
            "trustUpstream",
            "jwt",
            "auditConfig",
            "schema",
            "server",
            "log",
            "services",
            "sdl",
            "foundationalIdArgName",
        ];
        for (key, entry) in root.members() {
            if !KNOWN.contains(&key) {
                self.0.left_out.push(entry.key_problem(format!("`{key}` has no meaning that is known here")));
            }
        }
    }
}

/// The text under `key`, when it is not empty.
pub(super) fn filled<'a>(entry: &Entry<'a>, key: &str) -> Option<&'a str> {
    entry.text_of(key).map(str::trim).filter(|text| !text.is_empty())
}

/// Whether `text` is a name in GraphQL.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// An http or https address, without the user name and password that it may hold.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let mut url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}

/// The address without its path.
fn origin(text: &str) -> Option<Url> {
    let mut url = web_address(text)?;
    url.set_path("");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}
