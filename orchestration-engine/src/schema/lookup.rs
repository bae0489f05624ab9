//! A field that leads from one record to another person's: answered as if that person had been asked for.

use apollo_compiler::ast::DirectiveList;

/// `mother: PersonInfo @lookup(root: "personInfo", argument: "nic", from: "motherNic")`: as if the consumer had asked
/// `personInfo(nic: …)` with what `motherNic` of the same record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookup {
    /// The root field that is asked.
    pub root: String,
    /// Its argument, which names the person.
    pub argument: String,
    /// The field beside this one that holds the argument's value, or a list of values.
    pub from: String,
}

impl Lookup {
    /// Reads `@lookup(root, argument, from)`; `None` when there is none or it lacks an argument.
    pub fn from_directives(directives: &DirectiveList) -> Option<Self> {
        let directive = directives.get("lookup")?;
        let text = |name| Some(directive.specified_argument_by_name(name)?.as_str()?.trim().to_owned());
        Some(Self { root: text("root")?, argument: text("argument")?, from: text("from")? })
    }
}
