//! Ports that no other test has.

use std::{
    fs::{File, OpenOptions},
    net::TcpListener,
};

/// The parts that listen.
const NAMES: [&str; 9] =
    ["gateway", "consent", "policy", "audit", "fudi", "rgd", "drp-adapter", "drp-api", "passport-app"];
/// The exchange once more, of which no file names anything.
const SECOND: [&str; 4] = ["second-gateway", "second-consent", "second-policy", "second-audit"];
/// Below the ports that the system gives to outgoing connections.
const FIRST: u16 = 12_000;
const SLOTS: u16 = 400;

/// A range of ports, ours as long as this value lives: its file is locked.
#[derive(Debug)]
pub struct Ports {
    first: u16,
    _lock: File,
}

impl Ports {
    /// Takes a range that nobody has and nobody listens on.
    pub fn take() -> Self {
        let folder = std::env::temp_dir().join("ndx-test-ports");
        std::fs::create_dir_all(&folder).unwrap();
        for slot in 0..SLOTS {
            let file = folder.join(slot.to_string());
            let lock = OpenOptions::new().create(true).truncate(false).write(true).open(file).unwrap();
            let first = FIRST + slot * 20;
            let free = |port| TcpListener::bind(("127.0.0.1", port)).is_ok();
            if lock.try_lock().is_ok() && (first..first + 14).all(free) {
                return Self { first, _lock: lock };
            }
        }
        panic!("no free ports");
    }

    /// The port of a part.
    pub fn of(&self, name: &str) -> u16 {
        let second = SECOND.iter().position(|known| *known == name).map(|place| place + 10);
        let place = second.or_else(|| NAMES.iter().position(|known| *known == name));
        self.first + u16::try_from(place.unwrap_or_else(|| panic!("there is no part `{name}`"))).unwrap()
    }

    /// A port of the range that no part has.
    pub fn spare(&self) -> u16 {
        self.first + 9
    }

    /// `--port NAME=N` for every part.
    pub fn arguments(&self) -> Vec<String> {
        NAMES.iter().flat_map(|name| ["--port".to_owned(), format!("{name}={}", self.of(name))]).collect()
    }

    /// The same, with these parts at the ports of the second ones.
    pub fn arguments_for_second(&self, parts: &[&str]) -> Vec<String> {
        let place = |part: &str| if parts.contains(&part) { self.of(&format!("second-{part}")) } else { self.of(part) };
        NAMES.iter().flat_map(|part| ["--port".to_owned(), format!("{part}={}", place(part))]).collect()
    }
}
