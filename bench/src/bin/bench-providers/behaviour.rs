//! How one provider behaves, and what it remembers of those who asked it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use bench::provider::{Answer, Shape};
use bytes::Bytes;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;

/// How a provider answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Behaviour {
    /// It waits so long first.
    delay_ms: Option<u64>,
    /// Its list is about so long.
    bytes: Option<usize>,
    /// It fails.
    failure: Option<Failure>,
    /// It is slow or fails only every so many requests; always when absent.
    every: Option<u64>,
}

/// A way to fail.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// 503.
    Status,
    /// The connection ends.
    Reset,
    /// JSON that breaks off.
    Malformed,
}

/// One provider.
pub struct Provider {
    shape: Shape,
    answer: RefCell<Answer>,
    behaviour: RefCell<Behaviour>,
    asked: Cell<u64>,
    /// The first request since it was last told to listen.
    kept: RefCell<Option<(HeaderMap, Bytes)>>,
    listens: Cell<bool>,
}

impl Provider {
    pub fn new(shape: Shape) -> Self {
        Self {
            shape,
            answer: RefCell::new(Answer::new(shape)),
            behaviour: RefCell::default(),
            asked: Cell::new(0),
            kept: RefCell::default(),
            listens: Cell::new(false),
        }
    }

    pub fn behave(&self, behaviour: Behaviour) {
        let shape = match (self.shape, behaviour.bytes) {
            (Shape::Records(_), Some(bytes)) => Shape::Records(bytes),
            (shape, _) => shape,
        };
        self.answer.replace(Answer::new(shape));
        self.behaviour.replace(behaviour);
    }

    /// Keeps the next request.
    pub fn listen(&self) {
        self.kept.take();
        self.listens.set(true);
    }

    /// Counts a request; returns its number.
    pub fn count(&self, head: &http::request::Parts, body: &Bytes) -> u64 {
        let number = self.asked.get() + 1;
        self.asked.set(number);
        if self.listens.replace(false) {
            self.kept.replace(Some((head.headers.clone(), body.clone())));
        }
        number
    }

    /// How long to wait, and whether to fail, in this turn.
    pub fn turn(&self, number: u64) -> (Option<u64>, Option<Failure>) {
        let behaviour = self.behaviour.borrow();
        let misbehaves = behaviour.every.is_none_or(|every| number.is_multiple_of(every.max(1)));
        if misbehaves { (behaviour.delay_ms, behaviour.failure) } else { (None, None) }
    }

    pub fn answer(&self, body: &[u8]) -> Option<Vec<u8>> {
        self.answer.borrow().body(body)
    }

    pub fn asked(&self) -> u64 {
        self.asked.get()
    }

    /// The request that was kept; null when there was none.
    pub fn kept(&self) -> serde_json::Value {
        let kept = self.kept.borrow();
        let Some((headers, body)) = &*kept else { return serde_json::Value::Null };
        let headers: BTreeMap<_, _> =
            headers.iter().map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes()))).collect();
        json!({"headers": headers, "body": String::from_utf8_lossy(body)})
    }
}
