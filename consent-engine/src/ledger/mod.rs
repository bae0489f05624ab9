//! The ledger's own rules. Nothing here does I/O or knows a clock: time comes in as an argument.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `action` | what is written down |
//! | `notice` | in which words something was asked for, as hashes |
//! | `consent` | what a list of actions amounts to, and what of it holds when |
//! | `fold` | how it comes to that, and which action is possible when |
//! | `event` | what an application is told of an action |
//! | `steps` | what to write when an application asks, or a person changes her mind |

mod action;
mod notice;
mod consent;
mod event;
mod fold;
mod steps;

pub use self::{
    action::{Action, AskedBy, AskedField, Entry, Offered, Shown, SignedIn},
    consent::{Answer, Consent, Ended, Refusal, RefusalKind, Request, Said, Share},
    event::{Event, EventData, EventKind, EventStatus},
    fold::{Illegal, fold},
    notice::Notice,
    steps::{Coverage, asking, asking_in_new_words, coverage, reopening, superseding},
};
