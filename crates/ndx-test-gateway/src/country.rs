//! What an exchange is made of, and its configuration.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use ndx_config::Exchange as Configuration;
use ndx_contracts::FieldRef;
use orchestration_engine::{config::Config, schema};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{exchange::Exchange, issuer::ISSUER, register::Register};

/// The application that asks.
pub const APPLICATION: &str = "app";
/// Another, which has a grant for nothing.
pub const OTHER_APPLICATION: &str = "other-app";
/// What it asks for.
pub const PURPOSE: &str = "work";

/// Farajaland's configuration: what a test does not say is as it is there.
const FARAJALAND: &str = include_str!("../../../fl-config.json");

/// What an exchange is made of.
#[derive(Debug)]
pub struct Country {
    pub(crate) folder: TempDir,
    pub(crate) config: Value,
    pub(crate) registers: Vec<(String, Register)>,
    pub(crate) down: BTreeSet<String>,
    pub(crate) with_tokens: BTreeMap<String, Vec<String>>,
    restricted: BTreeSet<FieldRef>,
    not_granted: BTreeSet<FieldRef>,
    by_law: BTreeMap<FieldRef, Value>,
}

impl Country {
    /// A country with this consumer schema, and no register yet. Nothing in it needs consent.
    pub fn new(consumer_sdl: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "schema.graphql", consumer_sdl);
        write(folder.path(), "sandbox/secrets/consent-portal-secret", "secret");
        std::fs::create_dir_all(folder.path().join("providers")).unwrap();
        let mut config: Value = serde_json::from_str(FARAJALAND).unwrap();
        config.as_object_mut().unwrap().remove("$schema");
        config["schema"] = json!({"consumer": "schema.graphql", "providers": "providers"});
        config["policy"] = json!({"fields": "fields.json", "grants": "grants.json"});
        config["jwt"]["expectedIssuer"] = ISSUER.into();
        config["providers"] = json!([]);
        config["argMappings"] = json!([]);
        let application = |id: &str| {
            let mut one = config["applications"][0].clone();
            one["id"] = id.into();
            one["purposes"][0]["id"] = PURPOSE.into();
            one["purposes"][0]["reasons"] = json!([]);
            one
        };
        config["applications"] = json!([application(APPLICATION), application(OTHER_APPLICATION)]);
        Self {
            folder,
            config,
            registers: Vec::new(),
            down: BTreeSet::new(),
            with_tokens: BTreeMap::new(),
            restricted: BTreeSet::new(),
            not_granted: BTreeSet::new(),
            by_law: BTreeMap::new(),
        }
    }

    /// Adds a register, whose schema the gateway knows.
    #[must_use]
    pub fn register(self, key: &str, schema_id: &str, register: Register) -> Self {
        write(self.folder.path(), &format!("providers/{schema_id}.graphql"), register.sdl());
        self.register_without_schema(key, schema_id, register)
    }

    /// Adds a register, whose schema the gateway does not know.
    #[must_use]
    pub fn register_without_schema(mut self, key: &str, schema_id: &str, register: Register) -> Self {
        let provider = json!({
            "providerKey": key, "schemaId": schema_id, "member": "drp",
            "providerUrl": "http://127.0.0.1:1/graphql",
        });
        self.config["providers"].as_array_mut().unwrap().push(provider);
        self.registers.push((schema_id.to_owned(), register));
        self
    }

    /// Hands an argument of a root (`person-nic`) on to an argument of a register's root.
    #[must_use]
    pub fn maps(mut self, from: &str, key: &str, schema_id: &str, root: &str, argument: &str) -> Self {
        let mapping = json!({
            "providerKey": key, "schemaId": schema_id, "sourceArgPath": from, "targetArgName": argument, "targetArgPath": root,
        });
        self.config["argMappings"].as_array_mut().unwrap().push(mapping);
        self
    }

    /// These fields of a register need the person's consent.
    #[must_use]
    pub fn restricts(mut self, schema_id: &str, fields: &[&str]) -> Self {
        self.restricted.extend(fields.iter().map(|field| FieldRef::new(schema_id, *field)));
        self
    }

    /// The application has these fields of a register on this ground, which is written as in a file of grants.
    #[must_use]
    pub fn by_law(mut self, schema_id: &str, fields: &[&str], basis: &Value) -> Self {
        self.by_law.extend(fields.iter().map(|field| (FieldRef::new(schema_id, *field), basis.clone())));
        self
    }

    /// The application has no grant for these fields of a register.
    #[must_use]
    pub fn withholds(mut self, schema_id: &str, fields: &[&str]) -> Self {
        self.not_granted.extend(fields.iter().map(|field| FieldRef::new(schema_id, *field)));
        self
    }

    /// Changes the configuration in any other way.
    #[must_use]
    pub fn with_config(mut self, change: impl FnOnce(&mut Value)) -> Self {
        change(&mut self.config);
        self
    }

    /// Changes the consumer schema.
    #[must_use]
    pub fn with_schema(self, change: impl FnOnce(String) -> String) -> Self {
        let text = std::fs::read_to_string(self.folder.path().join("schema.graphql")).unwrap();
        write(self.folder.path(), "schema.graphql", &change(text));
        self
    }

    /// The gateway is not told where this register is.
    #[must_use]
    pub fn without_register(mut self, schema_id: &str) -> Self {
        self.config["providers"].as_array_mut().unwrap().retain(|provider| provider["schemaId"] != schema_id);
        self.registers.retain(|(id, _)| id != schema_id);
        self
    }

    /// The gateway proves itself to this register with tokens that the register gives it, for these scopes.
    #[must_use]
    pub fn with_tokens(mut self, schema_id: &str, scopes: &[&str]) -> Self {
        self.with_tokens.insert(schema_id.to_owned(), scopes.iter().map(|one| (*one).to_owned()).collect());
        self
    }

    /// Nothing listens where the gateway looks for this register.
    #[must_use]
    pub fn with_a_register_that_is_down(mut self, schema_id: &str) -> Self {
        self.down.insert(schema_id.to_owned());
        self
    }

    /// Writes a file beside its schemas.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        write(self.folder.path(), name, text);
        self.folder.path().join(name)
    }

    /// Every mistake in its schemas, line by line.
    pub fn mistakes(&self) -> String {
        let config = Config::new(&self.configuration()).unwrap();
        let folder = format!("{}/", self.folder.path().display());
        schema::load(&config).expect_err("the schemas have no mistake").to_string().replace(&folder, "")
    }

    /// Opens it, with real judges.
    pub async fn open(self) -> Exchange {
        Exchange::open(self).await
    }

    /// The configuration, loaded and checked.
    pub fn configuration(&self) -> Configuration {
        write(self.folder.path(), "fields.json", "[]");
        write(self.folder.path(), "grants.json", "[]");
        let text = serde_json::to_string_pretty(&self.config).unwrap();
        ndx_config::parse("config.json", &text, self.folder.path()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Writes the policies for every field that a consumer can ask for.
    pub(crate) fn write_policies(&self, configuration: &Configuration) {
        let leaves = schema::check(&schema::Inputs::from(&Config::new(configuration).unwrap())).leaves;
        // An object of which only the type name is asked counts itself.
        let mut fields = BTreeSet::new();
        for FieldRef { schema_id, field_name } in leaves.into_iter().map(|leaf| leaf.field) {
            let mut path: Vec<&str> = field_name.split('.').collect();
            while !path.is_empty() {
                fields.insert(FieldRef::new(schema_id.clone(), path.join(".")));
                path.pop();
            }
        }
        let policy = |field: &FieldRef| {
            let access = if self.restricted.contains(field) { "restricted" } else { "public" };
            let record = json!({
                "fieldName": field.field_name, "source": "primary", "isOwner": false, "accessControlType": access, "owner": "citizen",
            });
            json!({"schemaId": field.schema_id, "records": [record]})
        };
        let policies: Vec<_> = fields.iter().map(policy).collect();
        let granted = fields.iter().filter(|field| !self.not_granted.contains(field)).map(|field| {
            let one = json!({"schemaId": field.schema_id, "fieldName": field.field_name, "need": "optional"});
            let basis = self.by_law.get(field).cloned().unwrap_or_else(|| json!("consent"));
            json!({
                "applicationId": APPLICATION, "purpose": PURPOSE, "basis": basis,
                "from": "2020-01-01T00:00:00Z", "until": null, "fields": [one],
            })
        });
        let grants: Vec<_> = granted.collect();
        write(self.folder.path(), "fields.json", &json!(policies).to_string());
        write(self.folder.path(), "grants.json", &json!(grants).to_string());
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, text).unwrap();
}
