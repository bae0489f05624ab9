//! The service seen from outside: one program, so that it is linked once.
//!
//! | Module | What it tests |
//! | --- | --- |
//! | `support` | a running portal, an identity provider, browsers |
//! | `ledger` | the pure rules |
//! | `engine` | the engine over a real file |
//! | `internal_api` | what other services hear |
//! | `openid` | signing in at a provider that lies |
//! | `signing_in` | signing in at the portal, and out |
//! | `portal` | the pages |
//! | `components` | the component templates, against the examples of their makers |

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails where it cannot go on")]

mod support;

mod ledger;

mod engine;

mod internal_api;

mod openid;

mod signing_in;

mod portal;

mod components;
