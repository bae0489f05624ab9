//! The country of the bench: what may be asked, who answers, who may ask. Written to a folder, it is a configuration for
//! `ndx up` like any other.

use std::{fs, path::Path};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::provider::Shape;

/// How many providers there are for questions that fan out.
pub const FAN: usize = 32;
/// How many providers, of how many fields each, there are for questions that ask for much.
const WIDE: (usize, usize) = (10, 50);

/// How large the country is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// What is measured as a whole.
    Usual,
    /// With ten more providers of fifty fields each, for measuring how a stage grows.
    Wide,
}

/// A provider of the bench.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its key, and the path under which it is reached.
    pub key: String,
    /// What it answers.
    pub shape: Shape,
    /// Whether people are asked before it may be.
    pub restricted: bool,
}

impl Provider {
    fn new(key: &str, shape: Shape, restricted: bool) -> Self {
        Self { key: key.to_owned(), shape, restricted }
    }

    /// Its schema's id.
    pub fn schema_id(&self) -> String {
        format!("{}-v1", self.key)
    }

    fn root(&self) -> &'static str {
        match self.shape {
            Shape::Person => "person",
            Shape::Birth => "getPersonInfo",
            Shape::Item => "item",
            Shape::Records(_) => "register",
            Shape::Wide { .. } => "wide",
        }
    }

    /// The leaves below its root field.
    fn leaves(&self) -> Vec<String> {
        let all: &[&str] = match self.shape {
            Shape::Person => &["fullName", "otherNames", "permanentAddress", "profession"],
            Shape::Birth => &["name", "birthDate", "sex", "brNo", "birthPlace", "district"],
            Shape::Item => &["value"],
            Shape::Wide { first, count } => {
                return (first..first + count).map(|number| format!("w{number:03}")).collect();
            }
            Shape::Records(_) => &[
                "records.id",
                "records.holder",
                "records.title",
                "records.amount",
                "records.active",
                "records.place.street",
                "records.place.town",
                "records.note",
            ],
        };
        all.iter().map(|leaf| (*leaf).to_owned()).collect()
    }

    /// Its GraphQL schema.
    fn sdl(&self) -> String {
        let root = self.root();
        let types = match self.shape {
            Shape::Records(_) => {
                "type Answer { records: [Entry!] }\n\
                 type Entry { id: ID holder: String title: String amount: Float active: Boolean place: Place note: String }\n\
                 type Place { street: String town: String }\n"
                    .to_owned()
            }
            _ => format!("type Answer {{ {} }}\n", self.leaves().iter().map(|leaf| format!("{leaf}: String ")).collect::<String>()),
        };
        format!("type Query {{ {root}(nic: ID!): Answer }}\n{types}")
    }

    /// `@sourceInfo` of one of its fields.
    fn source(&self, field: &str) -> String {
        let (key, schema, root) = (&self.key, self.schema_id(), self.root());
        format!(r#"@sourceInfo(providerKey: "{key}", schemaId: "{schema}", providerField: "{root}.{field}")"#)
    }
}

/// All providers of a country of this size.
pub fn providers(size: Size) -> Vec<Provider> {
    let mut all = vec![
        Provider::new("drp", Shape::Person, true),
        Provider::new("rgd", Shape::Birth, true),
        Provider::new("open-drp", Shape::Person, false),
        Provider::new("open-rgd", Shape::Birth, false),
        Provider::new("left", Shape::Records(1_000), true),
        Provider::new("right", Shape::Records(1_000), true),
    ];
    all.extend((0..FAN).map(|number| Provider::new(&format!("f{number:02}"), Shape::Item, true)));
    if size == Size::Wide {
        let (providers, count) = WIDE;
        let wide = |number| Provider::new(&format!("wide{number}"), Shape::Wide { first: number * count, count }, true);
        all.extend((0..providers).map(wide));
    }
    all
}

/// The applications, each with the providers that it may ask: what a person shares with one is no longer than what its
/// question needs.
pub const APPLICATIONS: [(&str, &[&str]); 5] = [
    ("small", &["drp", "rgd"]),
    ("open", &["open-drp", "open-rgd"]),
    ("large", &["left", "right"]),
    ("fan", &["f"]),
    ("patient", &["f00", "f01", "f02", "f03"]),
];

/// The one purpose that each application has.
pub const PURPOSE: &str = "measuring";
/// The audience of applications' tokens.
pub const AUDIENCE: &str = "ndx";
/// The audience of citizens' tokens.
pub const CITIZENS_AUDIENCE: &str = "citizens";

/// The ports of everything that listens.
#[derive(Debug, Clone, Copy)]
pub struct Ports {
    /// The gateway; the other three services follow it.
    pub gateway: u16,
    /// The providers.
    pub providers: u16,
    /// The floor.
    pub floor: u16,
    /// The issuer of tokens.
    pub issuer: u16,
}

impl Ports {
    /// Those that follow `first`.
    pub fn from(first: u16) -> Self {
        Self { gateway: first, providers: first + 10, floor: first + 11, issuer: first + 12 }
    }

    /// The consent engine's.
    pub fn consent(self) -> u16 {
        self.gateway + 1
    }
}

/// Writes the configuration of a country of this size and all that it names to `folder`; `limits` are the gateway's limits where they are not the
/// usual ones.
///
/// # Errors
/// When it cannot be written.
pub fn write(folder: &Path, ports: Ports, size: Size, limits: &Value) -> anyhow::Result<()> {
    let put = |name: &str, text: String| {
        let file = folder.join(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    fs::create_dir_all(folder.join("providers"))?;
    let all = providers(size);
    for provider in &all {
        put(&format!("providers/{}.graphql", provider.schema_id()), provider.sdl())?;
    }
    put("schema.graphql", consumer_schema(&all))?;
    put("fields.json", format!("{:#}", field_policies(&all)))?;
    put("grants.json", format!("{:#}", grants(&all)))?;
    put("secret", "of-the-bench".to_owned())?;
    put("config.json", format!("{:#}", configuration(&all, ports, limits)))
}

const WIDE_ROOT: &str = "  wideInfo(nic: String! @dataOwner): WideInfo\n";

fn consumer_schema(all: &[Provider]) -> String {
    let by_key = |key: &str| all.iter().find(|provider| provider.key == key);
    let source = |key: &str, field: &str| by_key(key).map(|provider| provider.source(field)).unwrap_or_default();
    let person = |name: &str, drp: &str, rgd: &str| {
        let line = |field: &str, key: &str, of: &str| format!("  {field}: String {}\n", source(key, of));
        [
            format!("type {name} {{\n"),
            line("fullName", drp, "fullName"),
            line("otherNames", drp, "otherNames"),
            line("address", drp, "permanentAddress"),
            line("profession", drp, "profession"),
            line("name", rgd, "name"),
            line("dateOfBirth", rgd, "birthDate"),
            line("sex", rgd, "sex"),
            format!("  birthInfo: {name}Birth\n}}\ntype {name}Birth {{\n"),
            line("birthRegistrationNumber", rgd, "brNo"),
            line("birthPlace", rgd, "birthPlace"),
            line("district", rgd, "district"),
            "}\n".to_owned(),
        ]
        .concat()
    };
    let records = |key: &str, name: &str| {
        let line = |field: &str, of: &str, kind: &str| format!("  {field}: {kind} {}\n", source(key, of));
        [
            format!("type {name} {{\n"),
            line("id", "records.id", "ID"),
            line("holder", "records.holder", "String"),
            line("title", "records.title", "String"),
            line("amount", "records.amount", "Float"),
            line("active", "records.active", "Boolean"),
            line("street", "records.place.street", "String"),
            line("town", "records.place.town", "String"),
            line("note", "records.note", "String"),
            "}\n".to_owned(),
        ]
        .concat()
    };
    let fan: String = (0..FAN)
        .map(|number| format!("  f{number:02}: String {}\n", source(&format!("f{number:02}"), "value")))
        .collect();
    let wide: String = all
        .iter()
        .filter(|provider| matches!(provider.shape, Shape::Wide { .. }))
        .flat_map(|provider| {
            provider.leaves().into_iter().map(|leaf| format!("  {leaf}: String {}\n", provider.source(&leaf)))
        })
        .collect();
    let lists =
        format!("  left: [Left] {}\n  right: [Right] {}\n", source("left", "records"), source("right", "records"));
    [
        "directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION\n\
         directive @dataOwner on ARGUMENT_DEFINITION\n\
         type Query {\n  \
           personInfo(nic: String! @dataOwner): PersonInfo\n  \
           openInfo(nic: String! @dataOwner): OpenInfo\n  \
           largeInfo(nic: String! @dataOwner): LargeInfo\n  \
           fanInfo(nic: String! @dataOwner): FanInfo\n"
            .to_owned(),
        if wide.is_empty() { "}\n".to_owned() } else { format!("{WIDE_ROOT}}}\ntype WideInfo {{\n{wide}}}\n") },
        person("PersonInfo", "drp", "rgd"),
        person("OpenInfo", "open-drp", "open-rgd"),
        format!("type LargeInfo {{\n{lists}}}\n"),
        records("left", "Left"),
        records("right", "Right"),
        format!("type FanInfo {{\n{fan}}}\n"),
    ]
    .concat()
}

fn field_policies(all: &[Provider]) -> Value {
    let schema = |provider: &Provider| {
        let field = |leaf: &String| {
            json!({
                "fieldName": format!("{}.{leaf}", provider.root()), "displayName": leaf, "source": "primary",
                "isOwner": false, "owner": "citizen",
                "accessControlType": if provider.restricted { "restricted" } else { "public" },
            })
        };
        json!({"schemaId": provider.schema_id(), "records": provider.leaves().iter().map(field).collect::<Vec<_>>()})
    };
    all.iter().map(schema).collect()
}

/// The providers that an application may ask.
fn asked_by<'a>(all: &'a [Provider], keys: &'a [&str]) -> impl Iterator<Item = &'a Provider> {
    all.iter().filter(|provider| {
        keys.iter().any(|key| provider.key == *key || (*key == "f" && provider.shape == Shape::Item))
    })
}

fn fields<'a>(all: &'a [Provider], keys: &'a [&str]) -> impl Iterator<Item = (String, String)> + use<'a> {
    let of = |provider: &'a Provider| {
        provider.leaves().into_iter().map(|leaf| (provider.schema_id(), format!("{}.{leaf}", provider.root())))
    };
    asked_by(all, keys).flat_map(of)
}

fn grants(all: &[Provider]) -> Value {
    let grant = |(application, keys): &(&str, &[&str])| {
        let field = |(schema, name)| json!({"schemaId": schema, "fieldName": name, "need": "needed"});
        json!({
            "applicationId": application, "purpose": PURPOSE, "basis": "consent", "from": "2026-01-01T00:00:00Z",
            "until": null, "fields": fields(all, keys).map(field).collect::<Vec<_>>(),
        })
    };
    APPLICATIONS.iter().map(grant).collect()
}

fn configuration(all: &[Provider], ports: Ports, limits: &Value) -> Value {
    let at = |port: u16| format!("http://127.0.0.1:{port}");
    let service = |place: u16| {
        let port = ports.gateway + place;
        json!({"listen": format!("127.0.0.1:{port}"), "url": at(port)})
    };
    let application = |(id, keys): &(&str, &[&str])| {
        let reason = |(schema, name)| json!({"schemaId": schema, "fieldName": name, "reason": "To be measured"});
        json!({
            "id": id, "name": id, "member": "bench", "returnUris": [at(ports.issuer)],
            "purposes": [{
                "id": PURPOSE, "text": "to measure", "ifRefused": "Nothing is measured.", "retention": "Not at all.",
                "durations": ["P30D"], "reasons": fields(all, keys).map(reason).collect::<Vec<_>>(),
            }],
        })
    };
    let provider = |provider: &Provider| {
        let auth = match provider.key.as_str() {
            "rgd" => json!({
                "type": "oauth2", "tokenUrl": format!("{}/token", at(ports.providers)), "clientId": "ndx",
                "clientSecret": {"from_file": "secret"},
            }),
            _ => json!({"type": "apiKey", "apiKeyName": "X-API-KEY", "apiKeyValue": {"from_file": "secret"}}),
        };
        json!({
            "providerKey": provider.key, "schemaId": provider.schema_id(), "member": "bench", "auth": auth,
            "providerUrl": format!("{}/{}", at(ports.providers), provider.key),
            // The floor has no limit: nobody waits for a place at up to 256 connections.
            "maxConcurrent": 1000,
        })
    };
    let mapping = |provider: &Provider| {
        let root = match provider.key.as_str() {
            "drp" | "rgd" => "personInfo",
            "open-drp" | "open-rgd" => "openInfo",
            "left" | "right" => "largeInfo",
            _ if matches!(provider.shape, Shape::Wide { .. }) => "wideInfo",
            _ => "fanInfo",
        };
        json!({
            "providerKey": provider.key, "schemaId": provider.schema_id(), "sourceArgPath": format!("{root}-nic"),
            "targetArgName": "nic", "targetArgPath": provider.root(),
        })
    };
    json!({
        "services": {"gateway": service(0), "consent": service(1), "policy": service(2), "audit": service(3)},
        "schema": {"consumer": "schema.graphql", "providers": "providers"},
        "policy": {"fields": "fields.json", "grants": "grants.json"},
        "consent": {"requestLifetime": "PT1H", "coolDown": "P30D"},
        "portal": {
            "name": "Bench", "utcOffset": "+00:00", "complaints": "nobody", "apiAudiences": [CITIZENS_AUDIENCE],
            "identityProvider": {
                "name": "Bench", "issuer": at(ports.issuer), "clientId": "portal", "clientSecret": {"from_file": "secret"},
            },
        },
        "jwt": {"expectedIssuer": at(ports.issuer), "validAudiences": [AUDIENCE], "jwksUrl": format!("{}/jwks", at(ports.issuer))},
        "identifiers": {"nic": {"pattern": "^[0-9]{12}$", "canonical": ["trim", "uppercase"]}},
        "members": [{"id": "bench", "name": "The bench", "shortName": "the bench", "contact": "nobody"}],
        "applications": APPLICATIONS.iter().map(application).collect::<Vec<_>>(),
        "providers": all.iter().map(provider).collect::<Vec<_>>(),
        "argMappings": all.iter().map(mapping).collect::<Vec<_>>(),
        "limits": limits,
    })
}
