//! The service seen from outside: one program, so that it is linked once.
//!
//! | Module | What it tests |
//! | --- | --- |
//! | `support` | a running portal, an identity provider |
//! | `browser` | browsers in front of it |
//! | `stepped` | a real ledger, step by step |
//! | `beside` | the services that the pages ask, kept in memory |
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
//! | `other_portals` | portals of others, which name no version |
//! | `sent_again` | answers bound to what was seen, and sent twice |
//! | `reload` | a configuration that is replaced |
//! | `described` | what the APIs say of themselves |
//! | `openid` | signing in at a provider that lies |
//! | `signing_in` | signing in at the portal, and out |
//! | `portal` | the pages |
//! | `returning` | the way back to the application |
//! | `surely` | what is sensitive needs a surer sign-in |
//! | `kept` | what was filled in outlives a session |
//! | `less` | sharing less than before |
//! | `shown` | an answer is kept with what was shown |
//! | `reference` | the application's own case |
//! | `languages` | the words of the pages in each language |
//! | `receipts` | receipts as people see them, and the page that checks them |
//! | `used` | when what a person shares was used, and what she was told |
//! | `blocks` | whom people do not let ask them |
//! | `history` | the pages about who got somebody's information, and the notice |
//! | `guarded` | what the pages keep from strangers and other sites |

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails where it cannot go on"
)]

mod beside;

mod browser;

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

mod other_portals;

mod sent_again;

mod reload;

mod described;

mod openid;

mod signing_in;

mod portal;

mod used;

mod blocks;

mod history;

mod returning;

mod surely;

mod kept;

mod less;

mod shown;

mod reference;

mod languages;

mod receipts;

mod guarded;
