//! Finds the calls of our own programs in a line or a block of shell. It knows quotes, `$(…)`, pipes and lists, which is all
//! that documents use.

/// A call of one of our programs.
#[derive(Debug, PartialEq, Eq)]
pub struct Called {
    /// `ndx`, `cargo xtask` or `./NAME.sh`.
    pub program: String,
    /// What stands after it.
    pub arguments: Vec<String>,
    /// How many lines below the beginning of the text.
    pub line: usize,
}

/// Every call in `text`.
pub fn calls(text: &str) -> Vec<Called> {
    let mut called = Vec::new();
    for (line, command) in commands(text) {
        let words = shlex::split(&command).unwrap_or_default();
        called.extend(call(&words).map(|(program, arguments)| Called { program, arguments, line }));
    }
    called
}

/// The program of ours that a command runs, itself or through another (`sudo`, `docker compose run …`).
fn call(words: &[String]) -> Option<(String, Vec<String>)> {
    for (place, word) in words.iter().enumerate() {
        let after = |count: usize| words.get(place + count..).unwrap_or_default().to_vec();
        if (word == "ndx" || word.ends_with("/ndx")) && words.len() > place + 1 {
            return Some(("ndx".to_owned(), after(1)));
        }
        if word == "cargo" && words.get(place + 1).is_some_and(|next| next == "xtask") {
            return Some(("cargo xtask".to_owned(), after(2)));
        }
        if word.starts_with("./") && word.ends_with(".sh") && !word.contains('*') {
            return Some((word.clone(), after(1)));
        }
    }
    None
}

/// The single commands of a text, each with the line at which it begins; what `$(…)` holds is a command of its own, and a
/// value in the one around it.
fn commands(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    // One for each `$(` that is open: what was read so far, and the quotation mark that is open.
    let mut open: Vec<Piece> = vec![Piece::default()];
    let mut line = 0;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let depth = open.len();
        let Some(piece) = open.last_mut() else { break };
        match c {
            '\\' if characters.peek() == Some(&'\n') => {
                characters.next();
                line += 1;
                piece.text.push(' ');
            }
            '$' if piece.quote != Some('\'') && characters.peek() == Some(&'(') => {
                characters.next();
                piece.text.push_str("$VALUE");
                open.push(Piece { line, ..Piece::default() });
            }
            ')' if piece.quote.is_none() && depth > 1 => found.extend(open.pop().map(Piece::command)),
            '\'' | '"' => {
                piece.quote = match piece.quote {
                    None => Some(c),
                    Some(quote) if quote == c => None,
                    other => other,
                };
                piece.text.push(c);
            }
            '\n' | ';' | '|' | '&' if piece.quote.is_none() && !piece.is_a_choice(c, characters.peek()) => {
                line += usize::from(c == '\n');
                found.push(std::mem::replace(piece, Piece { line, ..Piece::default() }).command());
            }
            other => {
                line += usize::from(other == '\n');
                piece.text.push(other);
            }
        }
    }
    found.extend(open.into_iter().rev().map(Piece::command));
    found
}

#[derive(Debug, Default)]
struct Piece {
    line: usize,
    text: String,
    quote: Option<char>,
}

impl Piece {
    fn command(self) -> (usize, String) {
        (self.line, self.text)
    }

    /// `gateway|consent` in a document is a choice, `a | b` a pipe.
    fn is_a_choice(&self, c: char, next: Option<&char>) -> bool {
        c == '|' && self.text.ends_with(char::is_alphanumeric) && next.is_some_and(|next| next.is_alphanumeric())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_calls_in_lists_pipes_and_values() {
        let text =
            "cd x && A=1 ndx up\necho \"$(target/ndx plan 'a | b' | jq .)\" | ./x.sh --y \\\n --z; cargo xtask tidy";
        let called: Vec<_> = calls(text).into_iter().map(|c| (c.line, c.program, c.arguments.join(" "))).collect();
        let expected =
            [(0, "ndx", "up"), (1, "ndx", "plan a | b"), (1, "./x.sh", "--y --z"), (2, "cargo xtask", "tidy")];
        assert_eq!(called, expected.map(|(line, program, rest)| (line, program.to_owned(), rest.to_owned())));
    }

    #[test]
    fn prose_and_names_are_no_calls() {
        for text in ["ndx", "ndx-config", "`ndx/`", "cargo test", "(", "'"] {
            assert_eq!(calls(text), []);
        }
    }
}
