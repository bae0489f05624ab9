//! What a body may hold: one table for each, by which it is checked, with all its mistakes told at once, and described in
//! the OpenAPI document. So the document never says anything but what is checked.

use std::fmt;

use axum::{Json, extract::rejection::JsonRejection};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::openapi::{
    Array, ArrayBuilder, Object, ObjectBuilder, Ref, RefOr, Schema,
    schema::{AdditionalProperties, AnyOfBuilder, SchemaType, Type},
};

use super::problem::Problem;
use crate::basis;

/// The longest text, in characters.
const LONGEST: usize = 1000;
/// How many mistakes are told.
const TOLD: usize = 50;

/// An object: the members that it may have, and no other.
#[derive(Debug)]
pub struct Shape {
    /// What it is.
    pub about: &'static str,
    /// Its members.
    pub members: &'static [Member],
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    /// Its key.
    pub key: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be there; `null` stands for an optional one that is not.
    pub required: bool,
    /// What it means.
    pub about: &'static str,
}

/// What a member holds.
#[derive(Debug)]
pub enum Kind {
    /// A name that programs use: printable ASCII without spaces.
    Name,
    /// Words for people: any text without control characters.
    Words,
    /// `true` or `false`.
    Flag,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// A legal basis.
    Basis,
    /// A list of objects.
    List(&'static Shape),
}

/// A member that must be there.
pub const fn required(key: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { key, kind, required: true, about }
}

/// A member that may be there.
pub const fn optional(key: &'static str, kind: Kind, about: &'static str) -> Member {
    Member { key, kind, required: false, about }
}

/// What is wrong with a request, each with its place.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<String>);

impl Mistakes {
    /// One more.
    pub fn note(&mut self, place: &str, what: impl fmt::Display) {
        self.0.push(if place.is_empty() { what.to_string() } else { format!("{place}: {what}") });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join("; "))?;
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// A body that was taken as JSON.
pub type Body = Result<Json<Value>, JsonRejection>;

/// Takes a `T` from `body`, after `shape` and `rule` have found nothing wrong with it. `rule` says what members mean for
/// each other; it is asked in any case, so it must not take any of them for granted.
pub fn read<T: DeserializeOwned>(
    body: Body,
    shape: &Shape,
    rule: impl Fn(&Value, &mut Mistakes),
) -> Result<T, Problem> {
    let Json(value) = body?;
    let mut mistakes = Mistakes::default();
    shape.check(&value, "", &mut mistakes);
    rule(&value, &mut mistakes);
    if !mistakes.is_empty() {
        return Err(Problem::bad_request(mistakes.to_string()));
    }
    serde_json::from_value(value).map_err(|_| Problem::bad_request("the body is not what /openapi.json describes"))
}

impl Shape {
    fn check(&self, value: &Value, place: &str, mistakes: &mut Mistakes) {
        let Some(object) = value.as_object() else {
            return mistakes.note(place, "this is not an object");
        };
        for member in self.members {
            member.check(object, &within(place, member.key), mistakes);
        }
        let known: Vec<_> = self.members.iter().map(|member| member.key).collect();
        let unknown = object.keys().filter(|key| !known.contains(&key.as_str())).count();
        if unknown > 0 {
            mistakes.note(place, format!("{unknown} unknown member(s); only {} are known", known.join(", ")));
        }
    }

    /// As the OpenAPI document describes it.
    pub fn schema(&self) -> Object {
        let mut object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(self.about))
            .additional_properties(Some(AdditionalProperties::FreeForm(false)));
        for member in self.members {
            object = object.property(member.key, member.schema());
            if member.required {
                object = object.required(member.key);
            }
        }
        object.build()
    }
}

/// The place of `key` in the object at `place`.
pub fn within(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

impl Member {
    fn check(&self, object: &Map<String, Value>, place: &str, mistakes: &mut Mistakes) {
        match object.get(self.key) {
            None if self.required => mistakes.note(place, "this is missing"),
            None => {}
            Some(Value::Null) if !self.required => {}
            Some(value) => self.kind.check(value, place, mistakes),
        }
    }

    fn schema(&self) -> RefOr<Schema> {
        let kind = |one: Type| match self.required {
            true => SchemaType::Type(one),
            false => SchemaType::from_iter([one, Type::Null]),
        };
        let text = || ObjectBuilder::new().schema_type(kind(Type::String)).description(Some(self.about));
        let schema: Schema = match &self.kind {
            Kind::Name => text().min_length(Some(1)).max_length(Some(LONGEST)).pattern(Some("^[!-~]+$")).into(),
            Kind::Words => text().max_length(Some(LONGEST)).pattern(Some(r"^[^\x00-\x1F\x7F-\x9F]*$")).into(),
            Kind::Flag => ObjectBuilder::new().schema_type(kind(Type::Boolean)).description(Some(self.about)).into(),
            Kind::OneOf(values) => {
                let none = (!self.required).then_some(Value::Null);
                let values = values.iter().map(|value| Value::from(*value)).chain(none);
                text().enum_values(Some(values)).into()
            }
            Kind::Basis => {
                let one = AnyOfBuilder::new().item(Ref::from_schema_name("LegalBasis")).description(Some(self.about));
                let one = match self.required {
                    true => one,
                    false => one.item(ObjectBuilder::new().schema_type(Type::Null)),
                };
                one.into()
            }
            Kind::List(shape) => {
                let list: Array = ArrayBuilder::new()
                    .schema_type(kind(Type::Array))
                    .items(RefOr::T(Schema::from(shape.schema())))
                    .description(Some(self.about))
                    .build();
                list.into()
            }
        };
        RefOr::T(schema)
    }
}

impl Kind {
    fn check(&self, value: &Value, place: &str, mistakes: &mut Mistakes) {
        match self {
            Self::Name => {
                let fits = |text: &str| {
                    (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
                };
                if !value.as_str().is_some_and(fits) {
                    let rule = "this is not a text of 1 to 1000 printable ASCII characters without spaces";
                    mistakes.note(place, rule);
                }
            }
            Self::Words => {
                let fits = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
                if !value.as_str().is_some_and(fits) {
                    mistakes.note(place, "this is not a text of at most 1000 characters without control characters");
                }
            }
            Self::Flag => {
                if !value.is_boolean() {
                    mistakes.note(place, "this is neither true nor false");
                }
            }
            Self::OneOf(values) => {
                if !value.as_str().is_some_and(|text| values.contains(&text)) {
                    mistakes.note(place, format!("this is not one of: {}", values.join(", ")));
                }
            }
            Self::Basis => {
                for (inside, what) in basis::read(value).err().unwrap_or_default() {
                    let place = inside.iter().fold(place.to_owned(), |place, key| within(&place, key));
                    mistakes.note(&place, what);
                }
            }
            Self::List(shape) => match value.as_array() {
                Some(list) => {
                    for (number, one) in list.iter().enumerate() {
                        shape.check(one, &format!("{place}[{number}]"), mistakes);
                    }
                }
                None => mistakes.note(place, "this is not a list"),
            },
        }
    }
}
