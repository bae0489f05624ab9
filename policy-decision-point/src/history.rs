//! The history of the policies, and its fold: what is in force, and who made each entry what it is. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ndx_contracts::FieldRef;
use serde::{Deserialize, Serialize};

use crate::policy::{Action, GrantKey, PolicySet};

/// Who made a change: the seed files, or a service on behalf of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(example = "service:gateway")]
pub struct Author(String);

impl Author {
    /// The files that the configuration names.
    pub fn seed() -> Self {
        Self("seed".to_owned())
    }

    /// A service that called the API.
    pub fn service(name: &str) -> Self {
        Self(format!("service:{name}"))
    }

    /// As the history tells it.
    pub(crate) fn recorded(text: String) -> Self {
        Self(text)
    }

    /// As it is recorded.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One action in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// Its place in the history: 1, 2, 3, …
    #[schema(minimum = 1)]
    pub number: u64,
    /// When.
    #[serde(rename = "recordedAt")]
    pub at: DateTime<Utc>,
    /// Who.
    #[serde(rename = "recordedBy")]
    pub by: Author,
    /// What.
    pub action: Action,
}

/// What an action is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// A field policy.
    Field(FieldRef),
    /// A grant.
    Grant(GrantKey),
}

impl Entry {
    fn of(action: &Action) -> Self {
        match action {
            Action::FieldPolicyPut { policy } => Self::Field(policy.field.clone()),
            Action::FieldPolicyRemoved { field } => Self::Field(field.clone()),
            Action::GrantPut { grant } => Self::Grant(grant.key()),
            Action::GrantRemoved { application, purpose, field } => {
                Self::Grant((application.clone(), purpose.clone(), field.clone()))
            }
        }
    }
}

/// What the history tells about one entry; kept when the entry is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Since when it has been there.
    pub since: DateTime<Utc>,
    /// When it was last changed, or removed.
    pub changed: DateTime<Utc>,
    /// Who did that.
    pub by: Author,
}

/// An action is missing from the history, or stands there twice.
#[derive(Debug, thiserror::Error)]
#[error("the history has {found} after {last}")]
pub struct OutOfOrder {
    last: u64,
    found: u64,
}

/// The fold of the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    set: PolicySet,
    marks: BTreeMap<Entry, Mark>,
}

impl Policies {
    /// What is in force.
    pub fn set(&self) -> &PolicySet {
        &self.set
    }

    /// The number of the last action.
    pub fn version(&self) -> u64 {
        self.set.version
    }

    /// What the history tells about `entry`.
    pub fn mark(&self, entry: &Entry) -> Option<&Mark> {
        self.marks.get(entry)
    }

    /// Folds the next action in.
    ///
    /// # Errors
    /// When it is not the next.
    pub fn fold(&mut self, recorded: Recorded) -> Result<(), OutOfOrder> {
        let Recorded { number, at, by, action } = recorded;
        if number != self.set.version + 1 {
            return Err(OutOfOrder { last: self.set.version, found: number });
        }
        let entry = Entry::of(&action);
        let stands = match &entry {
            Entry::Field(field) => self.set.fields.contains_key(field),
            Entry::Grant(key) => self.set.grants.contains_key(key),
        };
        let since = self.marks.get(&entry).filter(|_| stands).map_or(at, |mark| mark.since);
        self.marks.insert(entry, Mark { since, changed: at, by });
        self.set.apply(number, action);
        Ok(())
    }

    /// The actions by which the seed files lead to `wanted`; none when they say the same as before. The files speak only
    /// of what nobody else has touched: an entry whose last action was not the seed's own stays as it was left, removed
    /// ones too.
    pub fn seeded(&self, wanted: &PolicySet) -> Vec<Action> {
        let seed = Author::seed();
        let own = |entry: Entry| self.marks.get(&entry).is_none_or(|mark| mark.by == seed);
        let actions = self.set.difference(wanted).into_iter();
        actions.filter(|action| own(Entry::of(action))).collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use ndx_contracts::{LegalBasis, Need};
    use proptest::prelude::*;

    use super::*;
    use crate::policy::{AccessControl, FieldPolicy, Grant, Source};

    fn field(name: &str) -> FieldPolicy {
        FieldPolicy {
            field: FieldRef::new("s", name),
            display_name: None,
            description: None,
            source: Source::Primary,
            is_owner: true,
            access: AccessControl::Public,
            owner: None,
        }
    }

    fn grant(name: &str, need: Need) -> Grant {
        Grant {
            application: "app".into(),
            purpose: "p".into(),
            field: FieldRef::new("s", name),
            basis: LegalBasis::Consent,
            need,
            from: DateTime::UNIX_EPOCH,
            until: None,
        }
    }

    fn set(fields: &[FieldPolicy], grants: &[Grant]) -> PolicySet {
        PolicySet {
            version: 0,
            fields: fields.iter().map(|one| (one.field.clone(), one.clone())).collect(),
            grants: grants.iter().map(|one| (one.key(), one.clone())).collect(),
        }
    }

    fn done(policies: &mut Policies, by: &Author, actions: Vec<Action>) {
        for action in actions {
            let number = policies.version() + 1;
            let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(i64::try_from(number).unwrap());
            policies.fold(Recorded { number, at, by: by.clone(), action }).unwrap();
        }
    }

    #[test]
    fn the_seed_changes_and_removes_what_is_its_own() {
        let mut policies = Policies::default();
        let first = set(&[field("a"), field("b")], &[grant("a", Need::Needed)]);
        let actions = policies.seeded(&first);
        done(&mut policies, &Author::seed(), actions);
        assert_eq!(policies.seeded(&first), []);
        let second = set(&[field("a")], &[grant("a", Need::Optional)]);
        let actions = policies.seeded(&second);
        done(&mut policies, &Author::seed(), actions);
        assert_eq!((&policies.set().fields, &policies.set().grants), (&second.fields, &second.grants));
    }

    #[test]
    fn the_seed_leaves_what_people_changed_removed_or_added() {
        let mut policies = Policies::default();
        let wanted = set(&[field("a"), field("b")], &[grant("a", Need::Needed)]);
        let actions = policies.seeded(&wanted);
        done(&mut policies, &Author::seed(), actions);
        let (application, purpose, gone) = grant("a", Need::Needed).key();
        let people = Author::service("portal");
        let changed = FieldPolicy { access: AccessControl::Restricted, ..field("b") };
        let actions = vec![
            Action::GrantRemoved { application, purpose, field: gone },
            Action::FieldPolicyPut { policy: changed.clone() },
            Action::FieldPolicyPut { policy: field("c") },
        ];
        done(&mut policies, &people, actions);
        assert_eq!(policies.seeded(&wanted), [], "neither back, nor as it was, nor away");
        assert_eq!(policies.set().fields.get(&changed.field), Some(&changed));
        let more = set(&[field("b"), field("d")], &[]);
        let actions = policies.seeded(&more);
        assert_eq!(actions.len(), 2, "`d` comes, `a` goes: {actions:?}");
    }

    #[test]
    fn an_entry_that_comes_back_is_new() {
        let (mut policies, by) = (Policies::default(), Author::seed());
        let entry = Entry::Field(field("a").field);
        done(&mut policies, &by, vec![Action::FieldPolicyPut { policy: field("a") }]);
        let changed = FieldPolicy { source: Source::Fallback, ..field("a") };
        done(&mut policies, &by, vec![Action::FieldPolicyPut { policy: changed }]);
        let mark = policies.mark(&entry).unwrap().clone();
        assert_eq!((mark.since.timestamp(), mark.changed.timestamp()), (1, 2));
        done(&mut policies, &by, vec![Action::FieldPolicyRemoved { field: field("a").field }]);
        done(&mut policies, &by, vec![Action::FieldPolicyPut { policy: field("a") }]);
        assert_eq!(policies.mark(&entry).unwrap().since.timestamp(), 4);
    }

    #[test]
    fn a_gap_in_the_history_is_not_read_over() {
        let recorded = |number| Recorded {
            number,
            at: DateTime::UNIX_EPOCH,
            by: Author::seed(),
            action: Action::FieldPolicyPut { policy: field("a") },
        };
        let mut policies = Policies::default();
        assert!(policies.fold(recorded(2)).is_err());
        policies.fold(recorded(1)).unwrap();
        assert!(policies.fold(recorded(1)).is_err());
        assert_eq!(policies.version(), 1);
    }

    proptest! {
        #[test]
        fn whatever_happened_the_seed_settles_at_once_and_touches_only_its_own(
            steps in proptest::collection::vec((any::<bool>(), 0..4u8, 0..3usize), 0..30),
            wanted in proptest::collection::vec((0..3usize, any::<bool>()), 0..4),
        ) {
            let names = ["a", "b", "c"];
            let mut policies = Policies::default();
            for (seed, kind, name) in steps {
                let name = names[name];
                let (application, purpose, gone) = grant(name, Need::Needed).key();
                let action = match kind {
                    0 => Action::FieldPolicyPut { policy: field(name) },
                    1 => Action::FieldPolicyRemoved { field: field(name).field },
                    2 => Action::GrantPut { grant: grant(name, Need::Needed) },
                    _ => Action::GrantRemoved { application, purpose, field: gone },
                };
                let by = if seed { Author::seed() } else { Author::service("portal") };
                done(&mut policies, &by, vec![action]);
            }
            let fields: Vec<_> = wanted.iter().map(|(name, _)| field(names[*name])).collect();
            let grants: Vec<_> = wanted.iter().filter(|(_, also)| *also).map(|(name, _)| grant(names[*name], Need::Optional)).collect();
            let wanted = set(&fields, &grants);
            let before = policies.clone();
            let actions = policies.seeded(&wanted);
            done(&mut policies, &Author::seed(), actions);
            prop_assert_eq!(policies.seeded(&wanted), Vec::new());
            for (entry, mark) in before.marks.iter().filter(|(_, mark)| mark.by != Author::seed()) {
                prop_assert_eq!(policies.mark(entry), Some(mark));
            }
        }
    }
}
