//! What the registers of a world know, off a tape: mostly what their schemas promise.

use ndx_test_gateway::Register;
use serde_json::{Map, Value, json};

use crate::{
    tape::Tape,
    world::{PEOPLE, RegisterField, RegisterKind, RegisterSchema},
};

/// Lets `register` learn something of everybody, or nothing of some.
pub fn learn(schema: &RegisterSchema, register: &Register, tape: &mut Tape<'_>) {
    for root in 0..schema.roots {
        for person in PEOPLE {
            let record = if tape.once_in(6) { Value::Null } else { object(schema, root, tape) };
            register.learns(&format!("q{root}"), person, record);
        }
    }
}

fn object(schema: &RegisterSchema, type_number: usize, tape: &mut Tape<'_>) -> Value {
    let fields = schema.types[type_number].iter().map(|field| (field.name.clone(), value(schema, field, 0, tape)));
    Value::Object(fields.collect::<Map<_, _>>())
}

/// The value of a field inside `level` of its lists.
fn value(schema: &RegisterSchema, field: &RegisterField, level: usize, tape: &mut Tape<'_>) -> Value {
    match tape.pick(40) {
        36..=38 => return Value::Null,
        39 => return json!({"wrong": [1]}),
        _ => {}
    }
    if level < field.lists.len() {
        return (0..tape.pick(4)).map(|_| value(schema, field, level + 1, tape)).collect();
    }
    match field.kind {
        RegisterKind::Object(below) => object(schema, below, tape),
        RegisterKind::Leaf("ID") if field.name.starts_with("nic") => match tape.pick(8) {
            6 => json!("nobody"),
            7 => json!("200112345679"),
            person => json!(PEOPLE[person % PEOPLE.len()]),
        },
        RegisterKind::Leaf(leaf) => scalar(leaf, tape),
    }
}

fn scalar(leaf: &str, tape: &mut Tape<'_>) -> Value {
    let number = tape.pick(200);
    match leaf {
        "Int" => json!(number),
        "Float" => json!(number as f64 + 0.5),
        "Boolean" => json!(number.is_multiple_of(2)),
        "ID" if number.is_multiple_of(3) => json!(number),
        "Sex" => json!(["FEMALE", "MALE", "OTHER"][number % 3]),
        "Day" => json!(format!("2001-01-{number}")),
        _ => json!(format!("text \"{number}\" é\n")),
    }
}
