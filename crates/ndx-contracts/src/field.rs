//! One field of one provider's schema.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::SchemaId;

/// A field as policy and consent know it: `fieldName` is the dotted path from the provider's `Query` type, without
/// arguments, e.g. `person.fullName`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldRef {
    /// The provider's schema.
    pub schema_id: SchemaId,
    /// The dotted path in it.
    #[schema(value_type = String)]
    pub field_name: Arc<str>,
}

impl FieldRef {
    /// A field from its schema and its dotted path.
    pub fn new(schema_id: impl Into<SchemaId>, field_name: impl Into<Arc<str>>) -> Self {
        Self { schema_id: schema_id.into(), field_name: field_name.into() }
    }
}

impl std::fmt::Display for FieldRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.schema_id, self.field_name)
    }
}

/// Whether an application cannot do its work without a field, by its approved grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Shared with the main answer.
    Needed,
    /// The citizen's choice.
    Optional,
}
