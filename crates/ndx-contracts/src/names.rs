//! Ids with types of their own, so that one cannot be passed for another. A copy shares the text: each request makes many.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }
    };
}

name! {
    /// An application that asks the exchange, e.g. `passport-app`.
    ApplicationId
}
name! {
    /// A body that takes part in the exchange (a ministry, a department), e.g. `die`.
    MemberId
}
name! {
    /// A provider of data as the consumer schema names it, e.g. `drp`.
    ProviderKey
}
name! {
    /// One schema of a provider, e.g. `drp-schema-v1`. A provider is known by key and schema together.
    SchemaId
}
name! {
    /// What an application wants the data for, e.g. `passport-application`.
    Purpose
}
name! {
    /// The id under which one request is traced: 32 lower-case hexadecimal digits (W3C Trace Context, `trace-id`).
    TraceId
}
