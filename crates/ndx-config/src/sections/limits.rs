//! What is refused for its size or its time: for all applications, and for one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is refused for its size or its time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a request.
    #[schemars(range(min = 1))]
    pub body_bytes: usize,
    /// Lexical tokens of a GraphQL document.
    #[schemars(range(min = 1))]
    pub document_tokens: usize,
    /// Levels of nesting of a GraphQL document, also through its fragments.
    #[schemars(range(min = 1, max = 500))]
    pub document_depth: usize,
    /// Aliases in a GraphQL document.
    pub aliases: usize,
    /// Directives in a GraphQL document.
    pub directives: usize,
    /// Root fields of an operation.
    #[schemars(range(min = 1))]
    pub root_fields: usize,
    /// What an operation may cost: the sum of its fields' weights, fragments expanded, and what stands below a list as often
    /// as `assumedListSize` says.
    #[schemars(range(min = 1))]
    pub cost: usize,
    /// How many elements a list is assumed to have.
    #[schemars(range(min = 1))]
    pub assumed_list_size: usize,
    /// The weights of fields of the consumer schema, like `PersonInfo.ownedVehicles`, that are not 1.
    pub field_weights: BTreeMap<String, usize>,
    /// Fields of an answer's shape, all levels together.
    #[schemars(range(min = 1))]
    pub planned_fields: usize,
    /// How often a question may go from one person to another in a row (`@lookup`).
    pub lookup_depth: usize,
    /// How many people one question may find on the way.
    #[schemars(range(min = 1))]
    pub found_people: usize,
    /// Bytes of an answer, with its errors.
    #[schemars(range(min = 1))]
    pub answer_bytes: usize,
    /// Milliseconds for a whole request; at most a minute: the audit log takes what is open for longer for interrupted.
    #[schemars(range(min = 1, max = 60_000))]
    pub request_timeout_ms: u64,
    /// Milliseconds for one provider.
    #[schemars(range(min = 1))]
    pub provider_timeout_ms: u64,
    /// Milliseconds for one judge: policy, consent or audit.
    #[schemars(range(min = 1))]
    pub judge_timeout_ms: u64,
    /// Bytes of a provider's answer.
    #[schemars(range(min = 1))]
    pub provider_body_bytes: usize,
}

/// What one application may otherwise than all: more or less of what is named here, and of the rest as all.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct OwnLimits {
    /// Bytes of a request.
    #[schemars(range(min = 1))]
    pub body_bytes: Option<usize>,
    /// Lexical tokens of a GraphQL document.
    #[schemars(range(min = 1))]
    pub document_tokens: Option<usize>,
    /// Levels of nesting of a GraphQL document, also through its fragments.
    #[schemars(range(min = 1, max = 500))]
    pub document_depth: Option<usize>,
    /// Aliases in a GraphQL document.
    pub aliases: Option<usize>,
    /// Directives in a GraphQL document.
    pub directives: Option<usize>,
    /// Root fields of an operation.
    #[schemars(range(min = 1))]
    pub root_fields: Option<usize>,
    /// What an operation may cost.
    #[schemars(range(min = 1))]
    pub cost: Option<usize>,
    /// Fields of the answer's shape.
    #[schemars(range(min = 1))]
    pub planned_fields: Option<usize>,
    /// Lookups in a row.
    pub lookup_depth: Option<usize>,
    /// People whom one question finds.
    pub found_people: Option<usize>,
    /// Bytes of an answer.
    #[schemars(range(min = 1))]
    pub answer_bytes: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            document_tokens: 15_000,
            document_depth: 50,
            aliases: 2_000,
            directives: 500,
            root_fields: 20,
            cost: 10_000,
            assumed_list_size: 10,
            field_weights: BTreeMap::new(),
            planned_fields: 2_000,
            lookup_depth: 3,
            found_people: 100,
            answer_bytes: 16 * 1024 * 1024,
            request_timeout_ms: 10_000,
            provider_timeout_ms: 5_000,
            judge_timeout_ms: 2_000,
            provider_body_bytes: 2 * 1024 * 1024,
        }
    }
}

impl Limits {
    /// The same, but for what an application has of its own.
    #[must_use]
    pub fn with(&self, own: &OwnLimits) -> Self {
        Self {
            body_bytes: own.body_bytes.unwrap_or(self.body_bytes),
            document_tokens: own.document_tokens.unwrap_or(self.document_tokens),
            document_depth: own.document_depth.unwrap_or(self.document_depth),
            aliases: own.aliases.unwrap_or(self.aliases),
            directives: own.directives.unwrap_or(self.directives),
            root_fields: own.root_fields.unwrap_or(self.root_fields),
            cost: own.cost.unwrap_or(self.cost),
            planned_fields: own.planned_fields.unwrap_or(self.planned_fields),
            lookup_depth: own.lookup_depth.unwrap_or(self.lookup_depth),
            found_people: own.found_people.unwrap_or(self.found_people),
            answer_bytes: own.answer_bytes.unwrap_or(self.answer_bytes),
            ..self.clone()
        }
    }
}
