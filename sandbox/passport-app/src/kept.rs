//! What is kept in memory for a browser: for so long, for so many. A restart forgets it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use ndx_clock::Clock;

/// Things under names that nobody can guess.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    limits: Limits,
    clock: Arc<dyn Clock>,
    all: Mutex<HashMap<String, Entry<T>>>,
}

/// How long and how many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// So long after it was last looked at.
    pub(crate) idle: TimeDelta,
    /// So long after it was put in, in any case.
    pub(crate) longest: TimeDelta,
    /// When there are more, the one that was looked at longest ago goes.
    pub(crate) most: usize,
}

#[derive(Debug)]
struct Entry<T> {
    since: DateTime<Utc>,
    seen: DateTime<Utc>,
    thing: T,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        Self { limits, clock, all: Mutex::default() }
    }

    pub(crate) fn keep(&self, name: String, thing: T) {
        let now = self.clock.now();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= self.limits.most {
            all.retain(|_, entry| self.limits.allow(entry, now));
        }
        if all.len() >= self.limits.most {
            let oldest = all.iter().min_by_key(|(_, entry)| entry.seen).map(|(name, _)| name.clone());
            oldest.and_then(|name| all.remove(&name));
        }
        all.insert(name, Entry { since: now, seen: now, thing });
    }

    /// What lies under `name`, which counts as looked at.
    pub(crate) fn find(&self, name: &str) -> Option<T> {
        let now = self.clock.now();
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.get_mut(name)?;
        if !self.limits.allow(entry, now) {
            all.remove(name);
            return None;
        }
        entry.seen = now;
        Some(entry.thing.clone())
    }

    /// What lies under `name`, and lies there no more.
    pub(crate) fn take(&self, name: &str) -> Option<T> {
        let found = self.find(name);
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        found
    }
}

impl Limits {
    fn allow<T>(&self, entry: &Entry<T>, now: DateTime<Utc>) -> bool {
        now < entry.seen + self.idle && now < entry.since + self.longest
    }
}

#[cfg(test)]
mod tests {
    use ndx_clock::ManualClock;

    use super::*;

    fn kept(most: usize) -> (Kept<u8>, Arc<ManualClock>) {
        let clock = ManualClock::at(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
        let limits = Limits { idle: TimeDelta::minutes(20), longest: TimeDelta::hours(1), most };
        (Kept::new(limits, Arc::clone(&clock) as Arc<dyn Clock>), clock)
    }

    #[test]
    fn goes_when_nobody_looked_and_in_any_case_in_the_end() {
        let (kept, clock) = kept(10);
        kept.keep("a".to_owned(), 1);
        kept.keep("b".to_owned(), 2);
        for _ in 0..3 {
            clock.advance(TimeDelta::minutes(19));
            assert_eq!(kept.find("a"), Some(1));
        }
        assert_eq!(kept.find("b"), None, "nobody looked");
        clock.advance(TimeDelta::minutes(4));
        assert_eq!(kept.find("a"), None, "an hour is over");
    }

    #[test]
    fn the_one_nobody_looked_at_makes_room() {
        let (kept, clock) = kept(2);
        kept.keep("a".to_owned(), 1);
        clock.advance(TimeDelta::seconds(1));
        kept.keep("b".to_owned(), 2);
        clock.advance(TimeDelta::seconds(1));
        kept.find("a");
        kept.keep("c".to_owned(), 3);
        assert_eq!([kept.find("a"), kept.find("b"), kept.find("c")], [Some(1), None, Some(3)]);
    }

    #[test]
    fn is_taken_once() {
        let (kept, _) = kept(2);
        kept.keep("a".to_owned(), 1);
        assert_eq!((kept.take("a"), kept.take("a")), (Some(1), None));
    }
}
