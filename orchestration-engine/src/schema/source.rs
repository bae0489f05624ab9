//! Where a consumer field's value comes from.

use std::sync::Arc;

use apollo_compiler::ast::DirectiveList;
use ndx_contracts::{FieldRef, ProviderKey, SchemaId, audit::ProviderName};

/// A field of a provider: the provider and the path from its `Query` type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Source {
    /// The provider.
    pub provider: Arc<ProviderName>,
    /// `["person", "fullName"]`; never empty.
    pub path: Vec<String>,
}

impl Source {
    /// Reads `@sourceInfo(providerKey, schemaId, providerField)`; `None` when there is none or it lacks an argument.
    pub fn from_directives(directives: &DirectiveList) -> Option<Self> {
        let directive = directives.get("sourceInfo")?;
        let text = |name| Some(directive.specified_argument_by_name(name)?.as_str()?.trim().to_owned());
        let (key, schema, field) = (text("providerKey")?, text("schemaId")?, text("providerField")?);
        let path: Vec<_> = field.split('.').map(str::to_owned).collect();
        let provider = Arc::new(ProviderName { provider_key: ProviderKey::new(key), schema_id: SchemaId::new(schema) });
        path.iter().all(|part| !part.is_empty()).then_some(Self { provider, path })
    }

    /// The source as it counts inside an object or list that comes from `parent`: a path that begins with the parent's
    /// is absolute already, another continues from the element.
    pub fn within(&self, parent: Option<&Self>) -> Self {
        match parent {
            Some(parent) if parent.provider == self.provider && !self.path.starts_with(&parent.path) => {
                Self { provider: self.provider.clone(), path: [parent.path.as_slice(), &self.path].concat() }
            }
            _ => self.clone(),
        }
    }

    /// The source as it counts in an element of a list that comes from `list` where only the last segment of a path is read
    /// from the element, as OpenDIF does it.
    pub fn by_last_segment(&self, list: &Self) -> Self {
        if list.provider != self.provider || self.path.starts_with(&list.path) {
            return self.clone();
        }
        let path = list.path.iter().chain(self.path.last()).cloned().collect();
        Self { provider: self.provider.clone(), path }
    }

    /// The provider's root field.
    pub fn root_field(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The field as policy and consent know it.
    pub fn field(&self) -> FieldRef {
        FieldRef { schema_id: self.provider.schema_id.clone(), field_name: self.path.join(".").into() }
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.provider, self.path.join("."))
    }
}
