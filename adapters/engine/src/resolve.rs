//! The GraphQL schema that answers: made from the SDL, filled from the register.

use std::{collections::BTreeMap, sync::Arc};

use apollo_compiler::{
    ast::{FieldDefinition as SdlField, Type},
    schema::{ExtendedType, ObjectType},
};
use async_graphql::dynamic::{
    Enum, EnumItem, Field, FieldFuture, FieldValue, InputValue, Object, ResolverContext, Scalar, Schema, SchemaError,
    TypeRef,
};
use serde_json::Value;

use crate::{
    contract::{self, Contract},
    definition::{FieldDefinition, Mapped},
    failure::Failure,
    guard::Guard,
    upstream::Calls,
};

type FieldMap = Arc<BTreeMap<String, Mapped>>;

/// Something that the register answered and that has members, with the way to read them.
struct Record {
    value: Value,
    map: FieldMap,
}

/// Makes the schema. Every request to it needs its own [`Calls`].
pub(crate) fn schema(contract: &Contract, fields: Vec<FieldDefinition>) -> Result<Schema, SchemaError> {
    let query = contract::query(contract);
    let query_name = query.map_or("Query", |query| query.name.as_str());
    let mut builder = Schema::build(query_name, None, None)
        .extension(Guard)
        .limit_recursive_depth(16)
        .limit_depth(15)
        .limit_complexity(500)
        .limit_directives(50);
    for (name, kind) in contract.types.iter().filter(|(_, kind)| !kind.is_built_in()) {
        builder = match kind {
            ExtendedType::Object(object) if name != query_name => builder.register(record_type(contract, object)),
            ExtendedType::Enum(kind) => {
                let items = kind.values.values().map(|value| {
                    let item = EnumItem::new(value.value.as_str());
                    described(item, value.description.as_deref(), EnumItem::description)
                });
                let kind_type = Enum::new(name.as_str()).items(items);
                builder.register(described(kind_type, kind.description.as_deref(), Enum::description))
            }
            ExtendedType::Scalar(kind) => {
                let scalar = Scalar::new(name.as_str());
                builder.register(described(scalar, kind.description.as_deref(), Scalar::description))
            }
            _ => builder,
        };
    }
    if let Some(query) = query {
        builder = builder.register(query_type(contract, query, fields));
    }
    builder.finish()
}

fn query_type(contract: &Contract, query: &ObjectType, fields: Vec<FieldDefinition>) -> Object {
    let mut object = Object::new(query.name.as_str());
    for definition in fields {
        let Some(sdl) = query.fields.get(definition.name.as_str()) else { continue };
        let shape = Shape::of(contract, &sdl.ty);
        let asked = Arc::new(Asked::new(definition, shape));
        let mut field = Field::new(sdl.name.as_str(), type_ref(&sdl.ty), move |ctx| {
            let asked = Arc::clone(&asked);
            FieldFuture::new(async move { answer(&ctx, asked.ask(&ctx).await) })
        });
        for argument in &sdl.arguments {
            let input = InputValue::new(argument.name.as_str(), type_ref(&argument.ty));
            field = field.argument(described(input, argument.description.as_deref(), InputValue::description));
        }
        object = object.field(described(field, sdl.description.as_deref(), Field::description));
    }
    described(object, query.description.as_deref(), Object::description)
}

fn record_type(contract: &Contract, object: &ObjectType) -> Object {
    let mut record_type = Object::new(object.name.as_str());
    for sdl in object.fields.values() {
        record_type = record_type.field(record_field(contract, sdl));
    }
    described(record_type, object.description.as_deref(), Object::description)
}

fn record_field(contract: &Contract, sdl: &SdlField) -> Field {
    let (name, shape) = (sdl.name.to_string(), Arc::new(Shape::of(contract, &sdl.ty)));
    let field = Field::new(sdl.name.as_str(), type_ref(&sdl.ty), move |ctx| {
        let (name, shape) = (name.clone(), Arc::clone(&shape));
        FieldFuture::new(async move {
            let record = ctx.parent_value.try_downcast_ref::<Record>()?;
            answer(&ctx, record.member(&name).and_then(|value| shape.fill(value, &FieldMap::default())))
        })
    });
    described(field, sdl.description.as_deref(), Field::description)
}

impl Record {
    fn member(&self, name: &str) -> Result<Value, Failure> {
        let read = match self.map.get(name) {
            Some(mapped) => mapped.read(&self.value),
            None => Mapped::member(name).read(&self.value),
        };
        read.map_err(|_| Failure::BadData)
    }
}

/// A field of `Query`, ready to be asked.
struct Asked {
    definition: FieldDefinition,
    shape: Shape,
    map: FieldMap,
}

impl Asked {
    fn new(mut definition: FieldDefinition, shape: Shape) -> Self {
        let map = definition.map.drain(..).map(|(name, _, mapped)| (name, mapped)).collect();
        Self { definition, shape, map: Arc::new(map) }
    }

    async fn ask<'a>(&self, ctx: &ResolverContext<'a>) -> Result<Option<FieldValue<'a>>, Failure> {
        let path = self.path(ctx)?;
        let calls = ctx.data::<Calls>().map_err(|_| Failure::Unavailable)?;
        let reply = calls.get(path).await?;
        let record = self.definition.outcomes.record(reply.status, &reply.body)?;
        record.map_or(Ok(None), |record| self.shape.fill(record, &self.map))
    }

    fn path(&self, ctx: &ResolverContext<'_>) -> Result<String, Failure> {
        let mut arguments = BTreeMap::new();
        for argument in &self.definition.arguments {
            let refused = || Failure::BadRequest(argument.name.clone());
            let value = match ctx.args.get(&argument.name).map(|value| value.as_value().clone()) {
                Some(async_graphql::Value::String(text)) => text,
                Some(async_graphql::Value::Number(number)) => number.to_string(),
                _ => return Err(refused()),
            };
            if argument.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(&value)) {
                return Err(refused());
            }
            arguments.insert(argument.name.clone(), value);
        }
        self.definition.path.fill(&arguments).map_err(|argument| Failure::BadRequest(argument.to_owned()))
    }
}

/// Puts a failure where it belongs. The library would leave the whole field out for an error that a resolver returns, so
/// the error is added beside and the field is null.
fn answer<'a>(
    ctx: &ResolverContext<'_>,
    result: Result<Option<FieldValue<'a>>, Failure>,
) -> async_graphql::Result<Option<FieldValue<'a>>> {
    result.or_else(|failure| {
        let error = async_graphql::Error::from(failure).into_server_error(ctx.item.pos);
        ctx.add_error(ctx.set_error_path(error));
        Ok(None)
    })
}

/// What a type of the SDL wants to see.
#[derive(Debug)]
enum Shape {
    Text,
    Id,
    Int,
    Float,
    Boolean,
    Enum(Vec<String>),
    /// A scalar of the author's own: anything that is JSON.
    Any,
    Record,
    List(Box<Self>),
}

impl Shape {
    fn of(contract: &Contract, ty: &Type) -> Self {
        let name = match ty {
            Type::List(item) | Type::NonNullList(item) => return Self::List(Box::new(Self::of(contract, item))),
            Type::Named(name) | Type::NonNullNamed(name) => name.as_str(),
        };
        match (name, contract.types.get(name)) {
            ("String", _) => Self::Text,
            ("ID", _) => Self::Id,
            ("Int", _) => Self::Int,
            ("Float", _) => Self::Float,
            ("Boolean", _) => Self::Boolean,
            (_, Some(ExtendedType::Enum(kind))) => Self::Enum(kind.values.keys().map(ToString::to_string).collect()),
            (_, Some(ExtendedType::Object(_))) => Self::Record,
            _ => Self::Any,
        }
    }

    /// `value` as this type, or bad data: nothing is converted silently.
    fn fill<'a>(&self, value: Value, map: &FieldMap) -> Result<Option<FieldValue<'a>>, Failure> {
        let fits = match (self, &value) {
            (_, Value::Null) => return Ok(None),
            (Self::Record, Value::Object(_)) => {
                return Ok(Some(FieldValue::owned_any(Record { value, map: Arc::clone(map) })));
            }
            (Self::List(item), Value::Array(values)) => {
                let fill = |value: &Value| Ok(item.fill(value.clone(), map)?.unwrap_or(FieldValue::NULL));
                return values
                    .iter()
                    .map(fill)
                    .collect::<Result<Vec<_>, _>>()
                    .map(|items| Some(FieldValue::list(items)));
            }
            (Self::Text, Value::String(_)) | (Self::Boolean, Value::Bool(_)) | (Self::Any, _) => true,
            (Self::Id, Value::String(_)) => true,
            (Self::Id, Value::Number(number)) => number.is_i64(),
            (Self::Int, Value::Number(number)) => number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
            (Self::Float, Value::Number(_)) => true,
            (Self::Enum(names), Value::String(text)) => names.contains(text),
            _ => false,
        };
        let value = if fits { async_graphql::Value::from_json(value).ok() } else { None };
        value.map(|value| Some(FieldValue::value(value))).ok_or(Failure::BadData)
    }
}

fn type_ref(ty: &Type) -> TypeRef {
    match ty {
        Type::Named(name) => TypeRef::named(name.as_str()),
        Type::NonNullNamed(name) => TypeRef::named_nn(name.as_str()),
        Type::List(item) => TypeRef::List(Box::new(type_ref(item))),
        Type::NonNullList(item) => TypeRef::NonNull(Box::new(TypeRef::List(Box::new(type_ref(item))))),
    }
}

/// `thing` with its description from the SDL, if it has one.
fn described<T>(thing: T, description: Option<&str>, describe: impl Fn(T, String) -> T) -> T {
    match description {
        Some(description) => describe(thing, description.to_owned()),
        None => thing,
    }
}
