//! What programs ask over HTTP. One endpoint, one file; every mistake is JSON with a code.
//!
//! | Module | What it does |
//! | --- | --- |
//! | `error` | what a caller hears when something is wrong |
//! | `body` | JSON bodies in |
//! | `form` | the form of every answer: JSON, never kept |
//! | `cross_origin` | lets the pages of other portals call the citizens' API |
//! | `health` | the service is up |
//! | `keys` | the public keys with which receipts are verified |
//! | `requirement` | what a service may ask, and all that is wrong with it |
//! | `consents` | for services: where fields stand, and a request where the person must be asked |
//! | `standing` | for services: where fields stand of a person who is not to be asked |
//! | `withdrawn` | for services: what is not shared any more |
//! | `conditions` | `If-Match` and `Idempotency-Key` |
//! | `citizen` | who calls in her own name |
//! | `looked_at` | what other portals have shown |
//! | `mine` | for citizens: all consents |
//! | `one` | for citizens: one consent |
//! | `blocks` | for citizens: which applications cannot ask them |
//! | `answer` | for citizens: yes, no, stop |

mod error;
mod body;
mod form;
pub(crate) mod cross_origin;
pub(crate) mod health;
pub(crate) mod keys;
mod requirement;
pub(crate) mod consents;
pub(crate) mod standing;
pub(crate) mod withdrawn;
mod conditions;
mod citizen;
mod looked_at;
pub(crate) mod mine;
pub(crate) mod one;
pub(crate) mod blocks;
pub(crate) mod answer;

pub(crate) use self::{
    error::{ApiError, ErrorBody},
    form::{complete, is_for_programs, no_such_path},
    looked_at::{LookedAt, asked_at_once},
};
