//! Structured logs on standard error. Nothing that a citizen owns is ever logged: no identifier, no value, no token.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// Logs from now on: as JSON lines, or as plain text for a person at a terminal. `filter` is a `tracing` directive such
/// as `info` or `info,orchestration_engine=debug`; one that cannot be read means `info`.
pub fn start(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // Starting twice (in tests) keeps the first.
    let started = if json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        // Colours are for a person's eyes, not for a file.
        let layer = fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
        registry.with(layer.with_target(false)).try_init()
    };
    drop(started);
}
