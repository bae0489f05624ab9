//! The JSON Schema of the configuration, made from the sections' structs: editors complete and check by it, and so do we.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::Exchange;

/// Where the schema is known by.
const ID: &str = "https://ndx.example/fl-config.schema.json";

/// The JSON Schema (draft 2020-12) of a configuration file.
pub fn json_schema() -> Value {
    let mut schema = schema_of::<Exchange>();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".to_owned(), ID.into());
        schema.insert("title".to_owned(), "Configuration of an NDX exchange".into());
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            let description = "Where this schema lies, for editors.";
            properties.insert("$schema".to_owned(), json!({ "description": description, "type": "string" }));
        }
    }
    schema
}

/// The JSON Schema (draft 2020-12) of any file that is read into `T`.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}
