//! Telling applications what became of their consents, and recording what ends though nobody asks.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `signature` | signs what is sent, as Standard Webhooks has it |
//! | `pause` | how long to wait after a try that failed |
//! | `sending` | one try: what is sent, and what its answer means |
//! | `courier` | takes events from the outbox, a few of each application at a time, and sees to it that each is sent |
//! | `upkeep` | records what has ended, and forgets what was delivered long ago |
//!
//! INVARIANT: nobody who decides about a consent waits for this, and no application waits for another one's receiver.

mod signature;

mod pause;

mod sending;

pub(crate) mod courier;

pub(crate) mod upkeep;
