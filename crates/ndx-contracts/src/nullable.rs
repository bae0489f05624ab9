//! How the APIs describe a member that may be null: the text and the null each apart, so that nobody reads it as "any text or
//! null".

use utoipa::openapi::{
    RefOr, Schema,
    schema::{KnownFormat, ObjectBuilder, OneOfBuilder, SchemaFormat, Type},
};

/// An id, or null.
pub(crate) fn id() -> RefOr<Schema> {
    or_null(KnownFormat::Uuid)
}

/// A time, or null.
pub(crate) fn time() -> RefOr<Schema> {
    or_null(KnownFormat::DateTime)
}

fn or_null(format: KnownFormat) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)));
    OneOfBuilder::new().item(text).item(ObjectBuilder::new().schema_type(Type::Null)).into()
}
