//! The one program of the exchange.
fn main() {}
