//! Who asks: the bodies that take part, and their applications.

use ndx_contracts::{ApplicationId, FieldRef, MemberId, Purpose, SchemaId, Words};
use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::{OwnLimits, Webhook};
use crate::{IsoDuration, words::WordsShape};

/// A body that takes part in the exchange.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// Its id.
    #[schemars(with = "String", length(min = 1))]
    pub id: MemberId,
    /// Its full name.
    #[schemars(with = "WordsShape")]
    pub name: Words,
    /// What people call it, with its article where it has one: "the Department of Immigration".
    #[schemars(with = "WordsShape")]
    pub short_name: Words,
    /// How people reach it.
    #[schemars(with = "WordsShape")]
    pub contact: Words,
    /// What it keeps about people: "your name, your address and your photograph".
    #[serde(default)]
    #[schemars(with = "Option<WordsShape>")]
    pub keeps: Option<Words>,
    /// How people have something corrected that it keeps, in a sentence.
    #[serde(default)]
    #[schemars(with = "Option<WordsShape>")]
    pub corrections: Option<Words>,
}

/// An application that may ask.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Application {
    /// Its id: the `client_id` of its tokens.
    #[schemars(with = "String", length(min = 1))]
    pub id: ApplicationId,
    /// What people call it.
    #[schemars(with = "WordsShape")]
    pub name: Words,
    /// The body that runs it.
    #[schemars(with = "String", length(min = 1))]
    pub member: MemberId,
    /// What it may want data for.
    #[schemars(length(min = 1))]
    pub purposes: Vec<ApplicationPurpose>,
    /// Whether its tokens must be bound to its TLS certificate (RFC 8705). A token that is bound is checked in any case.
    #[serde(default)]
    pub certificate_bound: bool,
    /// Whether it may see the schema: by introspection, and in what it is told of a document's mistakes.
    #[serde(default = "yes")]
    pub sees_schema: bool,
    /// Whether it may send only the documents that it has registered (`ndx operations publish`).
    #[serde(default)]
    pub registered_operations_only: bool,
    /// What it may send otherwise than `limits` says.
    #[serde(default)]
    pub limits: Option<OwnLimits>,
    /// Where citizens return to; the first is used when the application names none.
    #[schemars(length(min = 1))]
    pub return_uris: Vec<Url>,
    /// Where it is told that a person has answered, or that a consent has ended.
    #[serde(default)]
    pub webhook: Option<Webhook>,
}

/// What an application may want data for, in the words that a citizen reads.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplicationPurpose {
    /// Its id.
    #[schemars(with = "String", length(min = 1))]
    pub id: Purpose,
    /// Completes "Why: to …".
    #[schemars(with = "WordsShape")]
    pub text: Words,
    /// What happens when the person says no.
    #[schemars(with = "WordsShape")]
    pub if_refused: Words,
    /// How long the body keeps what it got, and under which law.
    #[schemars(with = "WordsShape")]
    pub retention: Words,
    /// The times a citizen may choose from, shortest first.
    #[schemars(length(min = 1))]
    pub durations: Vec<IsoDuration>,
    /// Why each field is wanted, in one line.
    pub reasons: Vec<FieldReason>,
}

/// Why a field is wanted.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldReason {
    /// The provider's schema.
    #[schemars(with = "String", length(min = 1))]
    pub schema_id: SchemaId,
    /// The dotted path in it.
    #[schemars(length(min = 1))]
    pub field_name: String,
    /// "Printed in your passport".
    #[schemars(with = "WordsShape")]
    pub reason: Words,
}

fn yes() -> bool {
    true
}

impl ApplicationPurpose {
    /// Why `field` is wanted.
    pub fn reason(&self, field: &FieldRef) -> Option<&Words> {
        self.reasons.get(self.place(field)?).map(|reason| &reason.reason)
    }

    /// Where `field` stands in the list of what is wanted.
    pub fn place(&self, field: &FieldRef) -> Option<usize> {
        let is_it =
            |reason: &FieldReason| reason.schema_id == field.schema_id && *reason.field_name == *field.field_name;
        self.reasons.iter().position(is_it)
    }
}
