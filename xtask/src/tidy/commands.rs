//! Commands that documents name exist: each `ndx …` and `cargo xtask …` is asked of the command line itself, each `./x.sh` of
//! the script.

mod shell;

use clap::{Arg, Command, CommandFactory as _};

use self::shell::Called;
use crate::{Arguments, Finding, documents::Document, tree::Tree};

pub fn check(tree: &Tree) -> anyhow::Result<Vec<Finding>> {
    let mut programs = Programs { ndx: ndx::command(), xtask: Arguments::command(), tree };
    programs.ndx.build();
    programs.xtask.build();
    let mut findings = Vec::new();
    for file in tree.ending(&[".md"]) {
        let document = Document::read(file.text);
        for said in document.spans.iter().chain(&document.blocks) {
            for called in shell::calls(&said.text) {
                if let Some(wrong) = programs.wrong(&called) {
                    findings.push(Finding::new(file.path, said.line + called.line, wrong));
                }
            }
        }
    }
    Ok(findings)
}

struct Programs<'a> {
    ndx: Command,
    xtask: Command,
    tree: &'a Tree,
}

impl Programs<'_> {
    /// What is wrong with a command that a document names, if anything.
    fn wrong(&self, called: &Called) -> Option<String> {
        match called.program.as_str() {
            "ndx" => unknown(&self.ndx, "ndx", &called.arguments),
            "cargo xtask" => unknown(&self.xtask, "cargo xtask", &called.arguments),
            script => self.unknown_to(script.trim_start_matches("./"), &called.arguments),
        }
    }

    fn unknown_to(&self, script: &str, arguments: &[String]) -> Option<String> {
        let Some(text) = self.tree.text(script) else {
            return Some(format!("there is no `./{script}`; name one that is there"));
        };
        let flags = arguments.iter().filter(|argument| argument.starts_with("--"));
        let gone = flags.map(|flag| flag.split('=').next().unwrap_or_default()).find(|flag| !text.contains(flag))?;
        Some(format!("`./{script}` knows no `{gone}`"))
    }
}

/// Walks the arguments down the tree of commands. What a document leaves open (`…`, `FILE`, `<id>`) is not judged.
fn unknown(program: &Command, name: &str, arguments: &[String]) -> Option<String> {
    let (mut command, mut name) = (program, name.to_owned());
    let mut arguments = arguments.iter().map(String::as_str).filter(|argument| *argument != "--").peekable();
    let mut place = 0;
    while let Some(argument) = arguments.next() {
        if let Some(flag) = argument.strip_prefix("--").filter(|flag| flag.starts_with(char::is_alphabetic)) {
            let (flag, given) = flag.split_once('=').map_or((flag, None), |(flag, value)| (flag, Some(value)));
            // The lines of the command, and those that hold everywhere.
            let known = command.get_arguments().chain(program.get_arguments());
            let Some(known) = known.into_iter().find(|known| known.get_long() == Some(flag)) else {
                return (!matches!(flag, "help" | "version")).then(|| format!("`{name}` knows no `--{flag}`"));
            };
            let value = given.or_else(|| known.get_action().takes_values().then(|| arguments.next()).flatten());
            if let Some(wrong) = value.and_then(|value| impossible(known, value)) {
                return Some(format!("`{name} --{flag}`: {wrong}"));
            }
        } else if !is_a_word(argument) && place == 0 && command.has_subcommands() {
            // Which command it is, is left open (`ndx serve $service`), and so is what it knows.
            return None;
        } else if !is_a_word(argument) || argument.starts_with('-') {
            // Once something is left open, nobody knows where the next word belongs.
            place = usize::MAX;
        } else if place == 0 && command.has_subcommands() {
            for choice in argument.split('|') {
                if command.find_subcommand(choice).is_none() {
                    return Some(format!("there is no `{name} {choice}`; `{name} --help` tells what there is"));
                }
            }
            let first = argument.split('|').next().unwrap_or_default();
            let Some(next) = command.find_subcommand(first) else { break };
            name = format!("{name} {first}");
            command = next;
        } else if let Some(positional) = command.get_positionals().nth(place) {
            for choice in argument.split('|') {
                if let Some(wrong) = impossible(positional, choice) {
                    return Some(format!("`{name}`: {wrong}"));
                }
            }
            place += 1;
        } else if place != usize::MAX && command.get_positionals().count() == 0 {
            return Some(format!("`{name}` takes no `{argument}`"));
        }
    }
    None
}

/// A value that an argument with a closed list of values does not have.
fn impossible(argument: &Arg, value: &str) -> Option<String> {
    let possible = argument.get_possible_values();
    let judged = !possible.is_empty() && is_a_word(value);
    (judged && !possible.iter().any(|one| one.matches(value, false)))
        .then(|| format!("there is no `{value}` for `{}`", argument.get_id()))
}

/// A word as one types it, not a place for one: `gateway`, not `NAME`, `<id>`, `…`, `$ID`.
fn is_a_word(text: &str) -> bool {
    let typed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_|./:".contains(c);
    text.chars().all(typed) && text.starts_with(|c: char| c.is_ascii_lowercase() || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    fn found(document: &str) -> Vec<(usize, String)> {
        let tree = planted(&[("README.md", document), ("init.sh", "case $1 in --detach) ;; esac")]);
        check(&tree).unwrap().into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    #[test]
    fn commands_that_exist_are_fine() {
        let document = "`ndx up` `ndx sandbox serve` `ndx sandbox serve fudi|rgd` `ndx sandbox …` `ndx serve $one --config x` `ndx` `ndx --help` `ndx/`\n\
                        `ndx --log info up` `cargo xtask generate --check` `./init.sh --detach`\n\n\
                        ```sh\nA=$(target/release/ndx service-token --as gateway \\\n  --for audit --data data) && ./init.sh\n```\n";
        assert_eq!(found(document), []);
    }

    #[test]
    fn commands_members_flags_and_values_that_do_not_exist_are_found() {
        for (said, told) in [
            ("`ndx upp`", "no `ndx upp`"),
            ("`ndx sandbox serve fudi|rdg`", "no `rdg`"),
            ("`ndx up --fast`", "no `--fast`"),
            ("`ndx service-token --for audits`", "no `audits`"),
            ("`cargo xtask tidy --all`", "no `--all`"),
            ("`./init.sh --gone`", "no `--gone`"),
            ("`./gone.sh`", "no `./gone.sh`"),
        ] {
            let found = found(said);
            assert!(found.len() == 1 && found[0].1.contains(told), "{said}: {found:?}");
        }
    }

    #[test]
    fn a_command_in_a_block_is_found_at_its_line_and_inside_another() {
        let document = "# A\n\n```sh\nndx up\nX=\"$(ndx sandbox gone \"$(echo a | jq '.b')\" --as x)\"\n```\n";
        let found = found(document);
        assert!(found.len() == 1 && found[0].0 == 5 && found[0].1.contains("`ndx sandbox gone`"), "{found:?}");
    }
}
