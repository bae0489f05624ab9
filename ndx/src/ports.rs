//! The ports of the sandbox, and moving them elsewhere.
//!
//! Farajaland's files name each address with its usual port. When a port is moved, every `127.0.0.1:<usual port>` in them
//! is rewritten as the file is read, so that all parts find each other at their new places.

use std::{collections::BTreeMap, str::FromStr};

const LOOPBACK: &str = "127.0.0.1:";

/// The parts and their usual ports.
pub const USUAL: [(&str, u16); 9] = [
    ("gateway", 4000),
    ("consent", 8081),
    ("policy", 8082),
    ("audit", 3001),
    ("fudi", 8090),
    ("rgd", 8080),
    ("drp-adapter", 9090),
    ("drp-api", 9091),
    ("passport-app", 3000),
];

/// One part at another port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    name: &'static str,
    port: u16,
}

impl FromStr for Moved {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || USUAL.map(|(name, _)| name).join(", ");
        let (name, port) = text.split_once('=').ok_or("write it as NAME=NUMBER, e.g. gateway=4100")?;
        let known = USUAL.iter().find(|(usual, _)| *usual == name);
        let (name, _) = known.ok_or_else(|| format!("there is no part `{name}`; the parts are {}", names()))?;
        let port = port.parse().ok().filter(|port| *port > 0);
        Ok(Self { name, port: port.ok_or("a port is a number from 1 to 65535")? })
    }
}

/// Where each part listens.
#[derive(Debug, Clone)]
pub struct Ports(BTreeMap<&'static str, u16>);

impl Ports {
    /// The usual ports, but for those that are moved.
    pub fn new(moved: &[Moved]) -> Self {
        let mut ports = BTreeMap::from(USUAL);
        ports.extend(moved.iter().map(|one| (one.name, one.port)));
        Self(ports)
    }

    /// The port of a part.
    pub fn of(&self, name: &str) -> u16 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Where the part with the usual port `usual` listens; `usual` itself when no part has it.
    pub fn moved(&self, usual: u16) -> u16 {
        USUAL.iter().find(|(_, port)| *port == usual).map_or(usual, |(name, _)| self.of(name))
    }

    /// Rewrites every address in `text` that names a usual port. All at once, so that two parts can change places.
    pub fn rewrite(&self, text: &str) -> String {
        let mut parts = text.split(LOOPBACK);
        let mut rewritten = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (port, rest) = part.split_at(digits);
            let port = port.parse().map_or_else(|_| port.to_owned(), |usual| self.moved(usual).to_string());
            rewritten.push_str(LOOPBACK);
            rewritten.push_str(&port);
            rewritten.push_str(rest);
        }
        rewritten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewrites_whole_ports_only_and_all_at_once() {
        let moved: Vec<Moved> = ["gateway=3001", "audit=4000"].iter().map(|text| text.parse().unwrap()).collect();
        let text = r#""http://127.0.0.1:4000/", 127.0.0.1:3001 127.0.0.1:40001 127.0.0.1: 127.0.0.1:8090/x"#;
        let expected = r#""http://127.0.0.1:3001/", 127.0.0.1:4000 127.0.0.1:40001 127.0.0.1: 127.0.0.1:8090/x"#;
        assert_eq!(Ports::new(&moved).rewrite(text), expected);
    }

    #[test]
    fn says_which_parts_there_are() {
        assert!(Moved::from_str("gatway=1").unwrap_err().contains("the parts are gateway, consent"));
        assert!(Moved::from_str("gateway=0").is_err());
        assert!(Moved::from_str("gateway").is_err());
    }
}
