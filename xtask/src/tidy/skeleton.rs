//! Every service has the same rooms, so who knows one knows four.

use crate::{Finding, tree::Tree};

/// A service and the rooms that it has no use for, each with the reason.
struct Service {
    folder: &'static str,
    without: &'static [(&'static str, &'static str)],
}

const ROOMS: [&str; 6] = ["lib", "error", "state", "store", "api", "server"];

const SERVICES: [Service; 4] = [
    Service {
        folder: "orchestration-engine",
        without: &[
            ("store", "it keeps nothing between two requests"),
            ("api", "it has one endpoint, whose line is `pipeline`"),
        ],
    },
    Service { folder: "consent-engine", without: &[] },
    Service { folder: "policy-decision-point", without: &[] },
    Service { folder: "audit-service", without: &[] },
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for service in SERVICES {
        for room in ROOMS {
            let src = format!("{}/src/{room}", service.folder);
            let there = tree.holds(&format!("{src}.rs")) || tree.holds(&format!("{src}/mod.rs"));
            if !there && !service.without.iter().any(|(without, _)| *without == room) {
                let message = format!("every service has `src/{room}`; this one has none");
                findings.push(Finding::new(format!("{}/src/lib.rs", service.folder), 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::planted;

    #[test]
    fn a_service_without_a_room_is_found() {
        let rooms = |service: &str, rooms: &[&str]| -> Vec<String> {
            rooms.iter().map(|room| format!("{service}/src/{room}.rs")).collect()
        };
        let files = [
            rooms("orchestration-engine", &["lib", "error", "state", "server"]),
            rooms("consent-engine", &["lib", "error", "state", "store/mod", "api/mod", "server"]),
            rooms("policy-decision-point", &["lib", "error", "state", "store", "api", "server"]),
            rooms("audit-service", &["lib", "state", "store", "api", "server"]),
        ]
        .concat();
        let files: Vec<(&str, &str)> = files.iter().map(|path| (path.as_str(), "")).collect();
        let found = check(&planted(&files));
        assert_eq!(
            found,
            [Finding::new("audit-service/src/lib.rs", 1, "every service has `src/error`; this one has none")]
        );
    }
}
