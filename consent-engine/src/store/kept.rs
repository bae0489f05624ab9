//! Consents that were read lately, for a ledger that nobody else writes: most questions are about people who were asked
//! about a moment ago, and need no database then.
//!
//! INVARIANT: whoever looks after a change was made sees the change. A change takes its consent out before it is made and
//! after, and while any change is under way, or was since a reader began to read, what that reader read is not kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use moka::sync::Cache;
use ndx_contracts::{ApplicationId, Purpose};
use uuid::Uuid;

use crate::store::Recorded;

/// So many fields are kept, over all consents: a few tens of megabytes.
const MOST_FIELDS: u64 = 50_000;

/// By what a consent is found: the keyed hash of the person, the application and the purpose.
pub(super) type Key = (Vec<u8>, ApplicationId, Purpose);

/// The consents.
#[derive(Clone)]
pub(super) struct Kept(Arc<Inner>);

struct Inner {
    by_key: Cache<Key, Arc<Recorded>>,
    by_id: Cache<Uuid, Arc<Recorded>>,
    changes: Mutex<Changes>,
}

#[derive(Default)]
struct Changes {
    under_way: u64,
    made: u64,
}

/// A look at the ledger that begins: what it finds may be kept, if nothing has changed meanwhile.
pub(super) struct Look {
    kept: Kept,
    made_before: u64,
}

/// Consents that are being changed; the change has been made, or has failed, when this is dropped.
pub(super) struct Change {
    kept: Kept,
    consents: Vec<(Uuid, Key)>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Kept({} consents)", self.0.by_id.entry_count())
    }
}

impl Kept {
    /// Nothing yet; `most` fields at most.
    pub(super) fn new() -> Self {
        Self::of_at_most(MOST_FIELDS)
    }

    fn of_at_most(most: u64) -> Self {
        let fields = |recorded: &Recorded| recorded.consent.words.len().saturating_add(1);
        let weight = move |recorded: &Arc<Recorded>| u32::try_from(fields(recorded)).unwrap_or(u32::MAX);
        Self(Arc::new(Inner {
            by_key: Cache::builder().max_capacity(most).weigher(move |_, one| weight(one)).build(),
            by_id: Cache::builder().max_capacity(most).weigher(move |_, one| weight(one)).build(),
            changes: Mutex::default(),
        }))
    }

    pub(super) fn find(&self, hash: &[u8], application: &ApplicationId, purpose: &Purpose) -> Option<Arc<Recorded>> {
        self.0.by_key.get(&(hash.to_vec(), application.clone(), purpose.clone()))
    }

    pub(super) fn get(&self, id: Uuid) -> Option<Arc<Recorded>> {
        self.0.by_id.get(&id)
    }

    /// A look at the ledger begins.
    pub(super) fn look(&self) -> Look {
        Look { kept: self.clone(), made_before: self.changes().made }
    }

    /// A change of these consents begins.
    pub(super) fn change(&self, consents: Vec<(Uuid, Key)>) -> Change {
        let mut changes = self.changes();
        changes.under_way += 1;
        self.forget(&consents);
        drop(changes);
        Change { kept: self.clone(), consents }
    }

    /// Forgets everything, and keeps nothing any more.
    pub(super) fn close(&self) {
        self.changes().under_way += 1;
        self.0.by_key.invalidate_all();
        self.0.by_id.invalidate_all();
    }

    fn forget(&self, consents: &[(Uuid, Key)]) {
        for (id, key) in consents {
            self.0.by_id.invalidate(id);
            self.0.by_key.invalidate(key);
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.0.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Look {
    /// Keeps what was found, unless it may be old already.
    pub(super) fn found(self, recorded: &Arc<Recorded>) {
        let changes = self.kept.changes();
        if changes.under_way == 0 && changes.made == self.made_before {
            self.kept.0.by_key.insert(recorded.key(), Arc::clone(recorded));
            self.kept.0.by_id.insert(recorded.id, Arc::clone(recorded));
        }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        let mut changes = self.kept.changes();
        changes.under_way -= 1;
        changes.made += 1;
        self.kept.forget(&self.consents);
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use ndx_contracts::{FieldRef, Need, consent::RequiredField};

    use super::*;
    use crate::ledger::{AskedField, Consent};

    fn recorded(number: u128, version: u64) -> Arc<Recorded> {
        recorded_of(number, version, 0)
    }

    fn recorded_of(number: u128, version: u64, fields: usize) -> Arc<Recorded> {
        let at = DateTime::UNIX_EPOCH;
        let field = |number: usize| FieldRef::new("s", number.to_string());
        let required = |field| RequiredField {
            field,
            need: Need::Needed,
            display_name: "".into(),
            description: None,
            sensitive: false,
        };
        let words = |number| (field(number), AskedField::new(&required(field(number)), None));
        Arc::new(Recorded {
            id: Uuid::from_u128(number),
            application: "app".into(),
            purpose: "purpose".into(),
            created_at: at,
            changed_at: at,
            consent: Consent { version, words: (0..fields).map(words).collect(), ..Consent::default() },
            subject_hash: number.to_be_bytes().to_vec(),
        })
    }

    fn version(kept: &Kept, number: u128) -> Option<u64> {
        let by_id = kept.get(Uuid::from_u128(number)).map(|one| one.consent.version);
        let by_key = kept.find(&number.to_be_bytes(), &"app".into(), &"purpose".into());
        assert_eq!(by_key.map(|one| one.consent.version), by_id);
        by_id
    }

    #[test]
    fn what_was_read_is_kept_until_it_changes() {
        let kept = Kept::new();
        assert_eq!(version(&kept, 1), None);
        kept.look().found(&recorded(1, 1));
        kept.look().found(&recorded(2, 1));
        let change = kept.change(vec![(Uuid::from_u128(1), recorded(1, 1).key())]);
        assert_eq!((version(&kept, 1), version(&kept, 2)), (None, Some(1)), "only what changes is forgotten");
        drop(change);
        kept.look().found(&recorded(1, 2));
        assert_eq!(version(&kept, 1), Some(2));
    }

    #[test]
    fn what_was_read_while_something_changed_is_not_kept() {
        let kept = Kept::new();
        let change = |number| kept.change(vec![(Uuid::from_u128(number), recorded(number, 1).key())]);
        let before = kept.look();
        let under_way = change(1);
        before.found(&recorded(1, 1));
        assert_eq!(version(&kept, 1), None, "it began before the change");
        let during = kept.look();
        kept.look().found(&recorded(1, 1));
        assert_eq!(version(&kept, 1), None, "it ended before the change was made");
        let other = change(2);
        drop(under_way);
        during.found(&recorded(1, 1));
        assert_eq!(version(&kept, 1), None, "it began during the change");
        drop(other);
        kept.look().found(&recorded(1, 2));
        assert_eq!(version(&kept, 1), Some(2));
    }

    #[test]
    fn no_more_is_kept_than_is_allowed_and_nothing_after_the_end() {
        let kept = Kept::of_at_most(50);
        for number in 0..1000 {
            kept.look().found(&recorded_of(number, 1, 4));
        }
        kept.0.by_id.run_pending_tasks();
        kept.0.by_key.run_pending_tasks();
        assert!(kept.0.by_id.weighted_size() <= 50 && kept.0.by_key.weighted_size() <= 50);
        kept.look().found(&recorded_of(1, 1, 50));
        kept.0.by_id.run_pending_tasks();
        assert!(kept.0.by_id.weighted_size() <= 50);
        kept.close();
        kept.look().found(&recorded(2, 1));
        assert_eq!(version(&kept, 2), None);
        assert_eq!(format!("{:?}", Kept::new()), "Kept(0 consents)", "it names nobody");
    }

    #[test]
    fn many_who_look_while_one_changes_never_see_what_was_before() {
        let kept = Kept::new();
        let ledger = Arc::new(std::sync::atomic::AtomicU64::new(1));
        let order = std::sync::atomic::Ordering::SeqCst;
        let made = Arc::new(std::sync::atomic::AtomicU64::new(1));
        let readers = (0..4).map(|_| {
            let (kept, ledger, made) = (kept.clone(), Arc::clone(&ledger), Arc::clone(&made));
            std::thread::spawn(move || {
                let mut newest = 0;
                while newest < 500 {
                    let told = made.load(order);
                    let seen = kept.get(Uuid::from_u128(1)).unwrap_or_else(|| {
                        let look = kept.look();
                        let found = recorded(1, ledger.load(order));
                        look.found(&found);
                        found
                    });
                    assert!(seen.consent.version >= told, "{} after {told}", seen.consent.version);
                    assert!(seen.consent.version >= newest, "time does not go back");
                    newest = seen.consent.version;
                }
            })
        });
        let readers: Vec<_> = readers.collect();
        for number in 2..=500 {
            let change = kept.change(vec![(Uuid::from_u128(1), recorded(1, 1).key())]);
            ledger.store(number, order);
            drop(change);
            made.store(number, order);
        }
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    }
}
