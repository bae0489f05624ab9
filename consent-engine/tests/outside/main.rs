//! The service seen from outside: one program, so that it is linked once.
//!
//! | Module | What it tests |
//! | --- | --- |
//! | `support` | a running portal, an identity provider, browsers |
//! | `beside` | the services that the pages ask, kept in memory |
//! | `ledger` | the pure rules |
//! | `engine` | the engine over a real file |
//! | `many_engines` | several engines on one PostgreSQL |
//! | `faults` | a ledger that fails |
//! | `internal_api` | what other services hear |
//! | `citizens_api` | what a citizen's own portal hears |
//! | `reload` | a configuration that is replaced |
//! | `described` | what the APIs say of themselves |
//! | `openid` | signing in at a provider that lies |
//! | `signing_in` | signing in at the portal, and out |
//! | `portal` | the pages |
//! | `history` | the pages about who got somebody's information, and the notice |
//! | `guarded` | what the pages keep from strangers and other sites |
//! | `components` | the component templates, against the examples of their makers |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it cannot go on"
)]

mod beside;

mod support;

mod ledger;

mod engine;

mod many_engines;

mod faults;

mod internal_api;

mod citizens_api;

mod reload;

mod described;

mod openid;

mod signing_in;

mod portal;

mod history;

mod guarded;

mod components;
