//! What a command prints for whoever asked.

use std::io::Write as _;

/// Prints `text`. That nobody reads on, as in `ndx plan … | head -1`, is no mistake.
pub fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
