//! A real ledger, step by step: before and after each of its steps something is done, which can make it wait or fail.

use std::{fmt::Debug, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use consent_engine::{
    History, Recorded,
    ledger::{Entry, Event},
    store::{
        Asking, Before, Block, Call, ConsentStore, EvidenceKeyStore, Found, Lapsed, Outbox, Person, Scope, Session,
        SessionStore, SqlStore, Writing,
    },
};
use ndx_contracts::{ApplicationId, Purpose, Subject, TraceId};
use ndx_receipt::{KeySet, SigningKey};
use ndx_store::{Keyring, StoreError};
use uuid::Uuid;

/// What is about to be done, or was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Read,
    Write,
    Done,
}

/// What is done at each step.
#[async_trait]
pub trait AtEachStep: Debug + Send + Sync {
    async fn at(&self, step: Step) -> Result<(), StoreError>;
}

/// The ledger, and what is done at each of its steps.
#[derive(Debug)]
pub struct Stepped {
    pub inner: SqlStore,
    pub steps: Arc<dyn AtEachStep>,
}

struct SteppedWriting {
    inner: Box<dyn Writing>,
    steps: Arc<dyn AtEachStep>,
}

/// Does one step between the two moments at which something may happen.
macro_rules! step {
    ($steps:expr, $step:ident, $done:expr) => {{
        $steps.at(Step::$step).await?;
        let done = $done.await?;
        $steps.at(Step::Done).await?;
        Ok(done)
    }};
}

#[async_trait]
impl SessionStore for Stepped {
    async fn begin_session(&self, person: &Person, now: DateTime<Utc>) -> Result<String, StoreError> {
        self.inner.begin_session(person, now).await
    }

    async fn session(&self, id: &str, now: DateTime<Utc>) -> Result<Option<Session>, StoreError> {
        assert_ne!(id, "bug", "the double panics for this session");
        self.inner.session(id, now).await
    }

    async fn end_session(&self, id: &str) -> Result<(), StoreError> {
        self.inner.end_session(id).await
    }

    async fn end_sessions_of(&self, subject: &Subject) -> Result<(), StoreError> {
        self.inner.end_sessions_of(subject).await
    }

    fn csrf(&self, id: &str) -> String {
        self.inner.csrf(id)
    }
}

#[async_trait]
impl EvidenceKeyStore for Stepped {
    async fn signing_key(&self, now: DateTime<Utc>) -> Result<SigningKey, StoreError> {
        self.inner.signing_key(now).await
    }

    async fn published_keys(&self) -> Result<KeySet, StoreError> {
        self.inner.published_keys().await
    }
}

#[async_trait]
impl ConsentStore for Stepped {
    async fn find(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<Found<Option<Arc<Recorded>>>, StoreError> {
        step!(self.steps, Read, self.inner.find(subject, application, purpose))
    }

    async fn get(&self, ids: &[Uuid]) -> Result<Found<Vec<Arc<Recorded>>>, StoreError> {
        step!(self.steps, Read, self.inner.get(ids))
    }

    async fn all_of(&self, subject: &Subject) -> Result<Found<Vec<Recorded>>, StoreError> {
        step!(self.steps, Read, self.inner.all_of(subject))
    }

    async fn history(&self, id: Uuid) -> Result<Option<History>, StoreError> {
        step!(self.steps, Read, self.inner.history(id))
    }

    fn is_about(&self, recorded: &Recorded, subject: &Subject) -> bool {
        self.inner.is_about(recorded, subject)
    }

    fn call(&self, subject: &Subject, key: &str, what: &str) -> Call {
        self.inner.call(subject, key, what)
    }

    async fn before(&self, call: &Call) -> Result<Before, StoreError> {
        step!(self.steps, Read, self.inner.before(call))
    }

    async fn warns(&self, asking: &Asking, scope: Scope) -> Result<bool, StoreError> {
        step!(self.steps, Write, self.inner.warns(asking, scope))
    }

    async fn set_block(
        &self,
        subject: &Subject,
        application: &ApplicationId,
        blocked: bool,
        trace_id: &TraceId,
    ) -> Result<bool, StoreError> {
        step!(self.steps, Write, self.inner.set_block(subject, application, blocked, trace_id))
    }

    async fn blocks_of(&self, subject: &Subject) -> Result<Vec<Block>, StoreError> {
        step!(self.steps, Read, self.inner.blocks_of(subject))
    }

    async fn lapsed(&self, after: Option<Lapsed>, most: u32) -> Result<Vec<Lapsed>, StoreError> {
        step!(self.steps, Read, self.inner.lapsed(after, most))
    }

    async fn begin(&self) -> Result<Box<dyn Writing>, StoreError> {
        self.steps.at(Step::Write).await?;
        let inner = self.inner.begin().await?;
        Ok(Box::new(SteppedWriting { inner, steps: Arc::clone(&self.steps) }))
    }

    fn outbox(&self) -> Outbox {
        self.inner.outbox()
    }

    fn keys(&self) -> &Keyring {
        self.inner.keys()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl Writing for SteppedWriting {
    async fn now(&mut self) -> Result<DateTime<Utc>, StoreError> {
        step!(self.steps, Write, self.inner.now())
    }

    async fn hold(&mut self, id: Uuid) -> Result<Option<History>, StoreError> {
        step!(self.steps, Write, self.inner.hold(id))
    }

    async fn hold_or_make(
        &mut self,
        subject: &Subject,
        application: &ApplicationId,
        purpose: &Purpose,
    ) -> Result<History, StoreError> {
        step!(self.steps, Write, self.inner.hold_or_make(subject, application, purpose))
    }

    async fn append(&mut self, recorded: &Recorded, entries: &[Entry]) -> Result<(), StoreError> {
        step!(self.steps, Write, self.inner.append(recorded, entries))
    }

    async fn announce(&mut self, event: &Event) -> Result<(), StoreError> {
        step!(self.steps, Write, self.inner.announce(event))
    }

    async fn before(&mut self, call: &Call) -> Result<Before, StoreError> {
        step!(self.steps, Write, self.inner.before(call))
    }

    async fn keep(&mut self, call: &Call, answer: &str) -> Result<Before, StoreError> {
        step!(self.steps, Write, self.inner.keep(call, answer))
    }

    async fn count(&mut self, asking: &Asking, scope: Scope) -> Result<u64, StoreError> {
        step!(self.steps, Write, self.inner.count(asking, scope))
    }

    async fn waiting(&mut self, asking: &Asking) -> Result<u64, StoreError> {
        step!(self.steps, Write, self.inner.waiting(asking))
    }

    async fn is_blocked(&mut self, asking: &Asking) -> Result<bool, StoreError> {
        step!(self.steps, Write, self.inner.is_blocked(asking))
    }

    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.steps.at(Step::Write).await?;
        self.inner.commit().await?;
        self.steps.at(Step::Done).await
    }
}
