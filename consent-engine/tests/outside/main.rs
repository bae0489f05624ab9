//! The service seen from outside: one program, so that it is linked once.
//!
//! | Module | What it tests |
//! | --- | --- |
//! | `support` | a running portal, an identity provider, browsers |
//! | `stepped` | a real ledger, step by step |
//! | `ledger` | the pure rules |
//! | `state_machine` | every action in every state |
//! | `engine` | the engine over a real file |
//! | `coverage` | what a consent covers, and in which words |
//! | `derived` | the table of current consents |
//! | `many_engines` | several engines on one PostgreSQL |
//! | `interleavings` | stops, answers and looks in every order |
//! | `limits` | how often people are asked, and whom they block |
//! | `evidence` | what people decide is signed, and their receipts prove it |
//! | `evidence_keys` | the keys that sign what people decided |
//! | `faults` | a ledger that fails |
//! | `outbox` | what applications are told, by one engine or several, to receivers that are well or not |
//! | `internal_api` | what other services hear |
//! | `citizens_api` | what a citizen's own portal hears |
//! | `sent_again` | answers bound to what was seen, and sent twice |
//! | `reload` | a configuration that is replaced |
//! | `described` | what the APIs say of themselves |
//! | `openid` | signing in at a provider that lies |
//! | `signing_in` | signing in at the portal, and out |
//! | `portal` | the pages |
//! | `receipts` | receipts as people see them, and the page that checks them |
//! | `guarded` | what the pages keep from strangers and other sites |
//! | `components` | the component templates, against the examples of their makers |

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it cannot go on"
)]

mod support;

mod stepped;

mod ledger;

mod state_machine;

mod engine;

mod coverage;

mod derived;

mod many_engines;

mod interleavings;

mod limits;

mod evidence;

mod evidence_keys;

mod faults;

mod outbox;

mod internal_api;

mod citizens_api;

mod sent_again;

mod reload;

mod described;

mod openid;

mod signing_in;

mod portal;

mod receipts;

mod guarded;

mod components;
