//! Makes inputs from inputs: cuts, copies, splices, words of the language, numbers at the edges, bytes that are no text.

/// What the languages are made of, and what has broken readers before.
const WORDS: [&str; 58] = [
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ":",
    "!",
    "=",
    "$",
    "@",
    "...",
    "&",
    "|",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    ",",
    "\n",
    "null",
    "true",
    "query",
    "fragment F on Person",
    "...F",
    "... on Person",
    "__typename",
    "__schema { types { name } }",
    "@skip(if: true)",
    "@include(if: $v)",
    "$v: Boolean = true",
    "person(nic: \"1\")",
    "mother { name }",
    "siblings { name }",
    "type Query",
    "extend type",
    "interface",
    "union",
    "enum",
    "input",
    "scalar",
    "directive",
    "implements",
    "@sourceInfo",
    "@lookup",
    "providerField: \"citizen.home\"",
    "from: \"motherNic\"",
    "-0",
    "2147483648",
    "1e999",
    "-9223372036854775809",
    "\\u0000",
    "\\ud800",
    "\u{202e}",
    "\u{feff}",
    "{\"a\":",
    "[[[[[[[[",
    "{a{a{a{a{a{",
];
const LARGEST: usize = 20_000;

/// Makes inputs; the same seed makes the same ones.
#[derive(Debug, Clone)]
pub struct Mutator {
    state: u64,
    kept: Vec<Vec<u8>>,
}

impl Mutator {
    /// Begins with `seeds`.
    pub fn new(seed: u64, seeds: Vec<Vec<u8>>) -> Self {
        Self { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, kept: seeds }
    }

    /// One of `count` numbers (xorshift64*).
    fn pick(&mut self, count: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let number = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0) % count.max(1)
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let chosen = self.pick(self.kept.len());
        let mut input = self.kept[chosen].clone();
        for _ in 0..=self.pick(6) {
            self.change(&mut input);
        }
        input.truncate(LARGEST);
        // Some are begun with again, so that changes add up.
        if self.pick(50) == 0 {
            let place = self.pick(400);
            if self.kept.len() < 400 { self.kept.push(input.clone()) } else { self.kept[place] = input.clone() }
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.pick(input.len() + 1);
        let end = (at + self.pick(64)).min(input.len());
        match self.pick(9) {
            0 => drop(input.drain(at..end)),
            1 => {
                let copy = input[at..end].to_vec();
                let to = self.pick(input.len() + 1);
                drop(input.splice(to..to, copy));
            }
            2 => {
                let times = 1 + self.pick(200);
                let copy = input[at..end].repeat(times);
                drop(input.splice(at..at, copy));
            }
            3 | 4 => {
                let word = WORDS[self.pick(WORDS.len())];
                drop(input.splice(at..at, word.bytes()));
            }
            5 => {
                let word = WORDS[self.pick(WORDS.len())];
                drop(input.splice(at..end, word.bytes()));
            }
            6 => {
                let other = self.pick(self.kept.len());
                let other = self.kept[other].clone();
                let from = self.pick(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
            7 if at < input.len() => input[at] = u8::try_from(self.pick(256)).unwrap_or(0),
            _ if at < input.len() => input[at] ^= 1 << self.pick(8),
            _ => input.truncate(at),
        }
    }
}
