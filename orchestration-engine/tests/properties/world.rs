//! Schemas off a tape: a consumer's, and those of the registers that its fields come from.

use std::fmt::Write as _;

use ndx_test_gateway::{Country, Register};

use crate::tape::Tape;

/// The people of the world, by their numbers.
pub const PEOPLE: [&str; 3] = ["199512345671", "199512345672", "199512345673"];

/// A register.
#[derive(Debug, Clone, Default)]
pub struct RegisterSchema {
    pub key: String,
    pub schema_id: String,
    /// The types of its root fields `q0`, `q1`, …, which are the first types.
    pub roots: usize,
    pub types: Vec<Vec<RegisterField>>,
}

/// A field of a register.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterField {
    pub name: String,
    pub kind: RegisterKind,
    /// For each list around it, from outside in, whether its items may be null.
    pub lists: Vec<bool>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RegisterKind {
    Leaf(&'static str),
    Object(usize),
}

/// A type of the consumer schema.
#[derive(Debug, Clone, Default)]
pub struct ConsumerType {
    pub fields: Vec<ConsumerField>,
}

#[derive(Debug, Clone)]
pub struct ConsumerField {
    pub name: String,
    /// As it is written in the schema.
    pub ty: String,
    /// `@sourceInfo(…)` or `@lookup(…)`, where there is one.
    pub directive: String,
    /// The type of the consumer schema below it.
    pub below: Option<usize>,
    /// Whether it leads to another person.
    pub is_lookup: bool,
}

/// A whole world of schemas.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub registers: Vec<RegisterSchema>,
    /// The types of the roots `root0`, `root1`, … are the first types.
    pub roots: usize,
    pub types: Vec<ConsumerType>,
}

const LEAVES: [&str; 7] = ["String", "Int", "Float", "Boolean", "ID", "Sex", "Day"];

/// Where a field stands: in which object of which register, at which path.
#[derive(Debug, Clone)]
struct Place {
    register: usize,
    type_number: usize,
    path: String,
    /// Whether all objects around are of this register.
    unmixed: bool,
}

impl World {
    pub fn draw(tape: &mut Tape<'_>) -> Self {
        let mut world = Self::default();
        for number in 0..=tape.pick(3) {
            // The second register may be another schema of the first one's provider.
            let key = if number == 1 && tape.once_in(2) { "k0".to_owned() } else { format!("k{number}") };
            let roots = 1 + tape.pick(2);
            let types = vec![Vec::new(); roots];
            world.registers.push(RegisterSchema { key, schema_id: format!("s{number}"), roots, types });
        }
        world.roots = 1 + tape.pick(2);
        world.types = vec![ConsumerType::default(); world.roots];
        for number in 0..world.roots {
            world.fill(number, None, false, 0, tape);
        }
        world
    }

    /// Fills a type whose fields stand in `around`; in a list, all of them do.
    fn fill(&mut self, number: usize, around: Option<&Place>, in_list: bool, depth: usize, tape: &mut Tape<'_>) {
        for position in 0..=tape.pick(4) {
            let name = format!("f{position}");
            let place = match around {
                Some(around) if in_list || !tape.once_in(4) => around.clone(),
                _ => self.top(around, tape),
            };
            let field = match tape.pick(if depth < 3 { 8 } else { 3 }) {
                0..=2 => self.leaf(name, around, &place, tape),
                3 | 4 => self.container(name, around, in_list, depth, tape),
                5 | 6 => self.object(name, around, &place, in_list, depth, tape),
                // Whom a value leads to is looked for even where another register's object around it turns out to be null.
                _ if around.is_some_and(|around| !around.unmixed || around.register != place.register) => {
                    self.leaf(name, around, &place, tape)
                }
                _ => {
                    let key = self.key(format!("{name}key"), around, &place, tape);
                    let lookup = self.lookup(name, &key, tape);
                    self.types[number].fields.push(key);
                    lookup
                }
            };
            self.types[number].fields.push(field);
        }
    }

    /// The answer to one of the registers' root fields. Inside an object of a register, its paths go on from there.
    fn top(&self, around: Option<&Place>, tape: &mut Tape<'_>) -> Place {
        let register = tape.pick(self.registers.len());
        if let Some(around) = around.filter(|around| around.register == register) {
            return around.clone();
        }
        let root = tape.pick(self.registers[register].roots);
        Place { register, type_number: root, path: format!("q{root}"), unmixed: true }
    }

    /// A new field of the register's object at `place`, or one that it has already.
    fn register_leaf(&mut self, place: &Place, names: &[&'static str], tape: &mut Tape<'_>) -> RegisterField {
        let known = &self.registers[place.register].types[place.type_number];
        let wanted = |field: &&RegisterField| matches!(&field.kind, RegisterKind::Leaf(name) if names.contains(name));
        let fitting: Vec<_> = known.iter().filter(wanted).cloned().collect();
        if !fitting.is_empty() && tape.once_in(4) {
            return tape.one_of(&fitting).clone();
        }
        let kind = RegisterKind::Leaf(names[tape.pick(names.len())]);
        let lists = (0..tape.pick(6).saturating_sub(3)).map(|_| tape.pick(2) == 0).collect();
        let field = RegisterField { name: format!("p{}", known.len()), kind, lists };
        self.registers[place.register].types[place.type_number].push(field.clone());
        field
    }

    fn leaf(&mut self, name: String, around: Option<&Place>, place: &Place, tape: &mut Tape<'_>) -> ConsumerField {
        let field = self.register_leaf(place, &LEAVES, tape);
        let RegisterKind::Leaf(leaf) = field.kind else { unreachable!("a leaf was asked for") };
        let directive = self.source(around, place, &field.name, tape);
        ConsumerField { name, ty: in_lists(leaf, &field.lists), directive, below: None, is_lookup: false }
    }

    /// A field that holds an identifier, or a list of them.
    fn key(&mut self, name: String, around: Option<&Place>, place: &Place, tape: &mut Tape<'_>) -> ConsumerField {
        let number = self.registers[place.register].types[place.type_number].len();
        let lists = if tape.once_in(3) { vec![true] } else { Vec::new() };
        let field = RegisterField { name: format!("nic{number}"), kind: RegisterKind::Leaf("ID"), lists };
        self.registers[place.register].types[place.type_number].push(field.clone());
        let directive = self.source(around, place, &field.name, tape);
        ConsumerField { name, ty: in_lists("ID", &field.lists), directive, below: None, is_lookup: false }
    }

    fn lookup(&mut self, name: String, key: &ConsumerField, tape: &mut Tape<'_>) -> ConsumerField {
        let root = tape.pick(self.roots);
        let ty = if key.ty.starts_with('[') { format!("[C{root}]") } else { format!("C{root}") };
        let directive = format!("@lookup(root: \"root{root}\", argument: \"nic\", from: \"{}\")", key.name);
        ConsumerField { name, ty, directive, below: Some(root), is_lookup: true }
    }

    /// An object that only holds others.
    fn container(
        &mut self,
        name: String,
        around: Option<&Place>,
        in_list: bool,
        depth: usize,
        tape: &mut Tape<'_>,
    ) -> ConsumerField {
        let number = self.new_type();
        self.fill(number, around, in_list, depth + 1, tape);
        ConsumerField {
            name,
            ty: format!("C{number}"),
            directive: String::new(),
            below: Some(number),
            is_lookup: false,
        }
    }

    /// An object, or a list of objects, of a register.
    fn object(
        &mut self,
        name: String,
        around: Option<&Place>,
        place: &Place,
        in_list: bool,
        depth: usize,
        tape: &mut Tape<'_>,
    ) -> ConsumerField {
        let register = &mut self.registers[place.register];
        let type_number = register.types.len();
        register.types.push(Vec::new());
        let own = format!("p{}", register.types[place.type_number].len());
        let lists: Vec<_> = (0..tape.pick(4).saturating_sub(1)).map(|_| tape.pick(2) == 0).collect();
        let field = RegisterField { name: own.clone(), kind: RegisterKind::Object(type_number), lists: lists.clone() };
        register.types[place.type_number].push(field);
        let unmixed = around.is_none_or(|around| around.unmixed && around.register == place.register);
        let path = format!("{}.{own}", place.path);
        let inside = Place { register: place.register, type_number, path, unmixed };
        let number = self.new_type();
        self.fill(number, Some(&inside), in_list || !lists.is_empty(), depth + 1, tape);
        let directive = self.source(around, place, &own, tape);
        let ty = in_lists(&format!("C{number}"), &lists);
        ConsumerField { name, ty, directive, below: Some(number), is_lookup: false }
    }

    fn new_type(&mut self) -> usize {
        self.types.push(ConsumerType::default());
        self.types.len() - 1
    }

    /// Where a field comes from: absolute or, inside an object of the same register, from there on.
    fn source(&self, around: Option<&Place>, place: &Place, field: &str, tape: &mut Tape<'_>) -> String {
        let RegisterSchema { key, schema_id, .. } = &self.registers[place.register];
        let inside = around.is_some_and(|around| around.register == place.register && around.path == place.path);
        let path = if inside && tape.once_in(3) { field.to_owned() } else { format!("{}.{field}", place.path) };
        format!("@sourceInfo(providerKey: \"{key}\", schemaId: \"{schema_id}\", providerField: \"{path}\")")
    }

    /// The consumer schema.
    pub fn consumer_sdl(&self) -> String {
        let mut sdl = String::from(
            "directive @sourceInfo(providerKey: String!, schemaId: String!, providerField: String!) on FIELD_DEFINITION\n\
             directive @dataOwner on ARGUMENT_DEFINITION\n\
             directive @lookup(root: String!, argument: String!, from: String!) on FIELD_DEFINITION\n\
             scalar Day\nenum Sex { FEMALE MALE }\ntype Query {\n",
        );
        for root in 0..self.roots {
            writeln!(sdl, "  root{root}(nic: String! @dataOwner): C{root}").unwrap();
        }
        sdl.push_str("}\n");
        for (number, ConsumerType { fields }) in self.types.iter().enumerate() {
            writeln!(sdl, "type C{number} {{").unwrap();
            for ConsumerField { name, ty, directive, .. } in fields {
                writeln!(sdl, "  {name}: {ty} {directive}").unwrap();
            }
            sdl.push_str("}\n");
        }
        sdl
    }

    /// The country of this world; its registers know nobody yet.
    pub fn country(&self) -> Country {
        let mut country = Country::new(&self.consumer_sdl());
        for register in &self.registers {
            let RegisterSchema { key, schema_id, .. } = register;
            country = country.register(key, schema_id, Register::new(&register.sdl()));
            for (root, own) in (0..self.roots).flat_map(|root| (0..register.roots).map(move |own| (root, own))) {
                country = country.maps(&format!("root{root}-nic"), key, schema_id, &format!("q{own}"), "nic");
            }
        }
        // Limits are another test's.
        country.with_config(|config| {
            for limit in ["cost", "foundPeople", "plannedFields", "aliases", "directives"] {
                config["limits"][limit] = 1_000_000.into();
            }
        })
    }
}

impl RegisterSchema {
    fn sdl(&self) -> String {
        let mut sdl = String::from("scalar Day\nenum Sex { FEMALE MALE }\ntype Query {\n");
        for root in 0..self.roots {
            writeln!(sdl, "  q{root}(nic: ID!): T{root}").unwrap();
        }
        sdl.push_str("}\n");
        for (number, fields) in self.types.iter().enumerate() {
            writeln!(sdl, "type T{number} {{\n  unused: Int").unwrap();
            for RegisterField { name, kind, lists } in fields {
                let named = match kind {
                    RegisterKind::Leaf(leaf) => (*leaf).to_owned(),
                    RegisterKind::Object(below) => format!("T{below}"),
                };
                writeln!(sdl, "  {name}: {}", in_lists(&named, lists)).unwrap();
            }
            sdl.push_str("}\n");
        }
        sdl
    }
}

/// `[[Int!]]` for `Int` and two lists, the inner one of which may hold no null.
fn in_lists(named: &str, lists: &[bool]) -> String {
    let wrap = |inner: String, nullable: &bool| if *nullable { format!("[{inner}]") } else { format!("[{inner}!]") };
    lists.iter().rev().fold(named.to_owned(), wrap)
}
