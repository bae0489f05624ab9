//! The provider as browsers and programs see it.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod browser_clients;
mod keys;
mod logout;
mod second_factor;
mod sign_in;
mod support;
mod tokens;
mod trials;
mod userinfo;
