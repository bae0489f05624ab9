//! Questions off a tape: any of what a schema offers, with aliases, fragments, conditions and variables.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::{
    tape::Tape,
    world::{PEOPLE, World},
};

/// A document and the values of its variables.
#[derive(Debug, Clone, Default)]
pub struct Question {
    pub query: String,
    pub variables: Map<String, Value>,
}

struct Writer<'a, 'b> {
    world: &'a World,
    tape: &'a mut Tape<'b>,
    definitions: Vec<String>,
    variables: Map<String, Value>,
    fragments: Vec<String>,
    aliases: usize,
}

impl Question {
    pub fn draw(world: &World, tape: &mut Tape<'_>) -> Self {
        let (definitions, fragments, variables) = (Vec::new(), Vec::new(), Map::new());
        let mut writer = Writer { world, tape, definitions, variables, fragments, aliases: 0 };
        let mut roots = String::new();
        for number in 0..=writer.tape.pick(3) {
            let root = writer.tape.pick(world.roots);
            let person = writer.person(number);
            let below = writer.selection(root, 0);
            let key = if number == 0 { String::new() } else { format!("r{number}: ") };
            write!(roots, " {key}root{root}(nic: {person}) {below}").unwrap();
        }
        if writer.tape.once_in(5) {
            roots.push_str(" __typename");
        }
        let definitions = match writer.definitions.join(", ") {
            none if none.is_empty() => none,
            some => format!("({some})"),
        };
        let query = format!("query Q{definitions} {{{roots} }}\n{}", writer.fragments.join("\n"));
        Self { query, variables: writer.variables }
    }
}

impl Writer<'_, '_> {
    /// A person: as a literal, a variable, or a variable's default.
    fn person(&mut self, number: usize) -> String {
        let person = *self.tape.one_of(&PEOPLE);
        match self.tape.pick(3) {
            0 => format!("\"{person}\""),
            1 => {
                self.definitions.push(format!("$n{number}: String!"));
                self.variables.insert(format!("n{number}"), json!(person));
                format!("$n{number}")
            }
            _ => {
                self.definitions.push(format!("$n{number}: String! = \"{person}\""));
                format!("$n{number}")
            }
        }
    }

    /// Something of a type; never nothing.
    fn selection(&mut self, type_number: usize, depth: usize) -> String {
        let mut text = String::from("{");
        for position in 0..=self.tape.pick(4) {
            let part = self.part(type_number, depth, position == 0);
            write!(text, " {part}").unwrap();
        }
        text.push_str(" }");
        text
    }

    fn part(&mut self, type_number: usize, depth: usize, plain: bool) -> String {
        match self.tape.pick(if plain { 8 } else { 12 }) {
            7 => format!("{}__typename", self.alias()),
            8 => {
                let condition = self.condition();
                self.field(type_number, depth, &condition)
            }
            9 => format!("... {} {{ {} }}", self.condition(), self.field(type_number, depth, "")),
            10 => format!("... on C{type_number} {{ {} }}", self.field(type_number, depth, "")),
            11 => {
                let inner = self.field(type_number, depth, "");
                let name = format!("F{}", self.fragments.len());
                self.fragments.push(format!("fragment {name} on C{type_number} {{ {inner} }}"));
                let again = if self.tape.once_in(3) { format!(" ...{name}") } else { String::new() };
                format!("...{name} {}{again}", self.condition())
            }
            _ => self.field(type_number, depth, ""),
        }
    }

    fn field(&mut self, type_number: usize, depth: usize, condition: &str) -> String {
        let world = self.world;
        let field = self.tape.one_of(&world.types[type_number].fields);
        let (alias, name) = (self.alias(), &field.name);
        match field.below {
            None => format!("{alias}{name} {condition}"),
            // One person leads to the next for ever.
            Some(_) if depth > 5 => format!("{alias}__typename {condition}"),
            Some(below) => {
                let below = self.selection(below, depth + if field.is_lookup { 3 } else { 1 });
                format!("{alias}{name} {condition} {below}")
            }
        }
    }

    /// No alias, or one that nothing else has.
    fn alias(&mut self) -> String {
        if self.tape.pick(3) < 2 {
            return String::new();
        }
        self.aliases += 1;
        format!("a{}: ", self.aliases)
    }

    /// Nothing, or a condition that holds or not.
    fn condition(&mut self) -> String {
        let name = if self.tape.pick(2) == 0 { "include" } else { "skip" };
        let holds = self.tape.pick(2) == 0;
        match self.tape.pick(4) {
            0 => String::new(),
            1 => format!("@{name}(if: {holds})"),
            2 => {
                let number = self.definitions.len();
                self.definitions.push(format!("$b{number}: Boolean!"));
                self.variables.insert(format!("b{number}"), json!(holds));
                format!("@{name}(if: $b{number})")
            }
            _ => {
                let number = self.definitions.len();
                self.definitions.push(format!("$b{number}: Boolean! = {holds}"));
                format!("@{name}(if: $b{number})")
            }
        }
    }
}
