//! Field policies and grants, and the actions that change them. The policies in force are the fold of all actions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use ndx_contracts::{ApplicationId, FieldRef, LegalBasis, Need, Purpose};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What holds for one field, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldPolicy {
    /// The field.
    pub field: FieldRef,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The form in which it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which of several registers holds it.
    #[serde(default)]
    pub source: Source,
    /// Whether the provider itself owns it, so that no citizen has to be asked.
    pub is_owner: bool,
    /// Whether it is open to all who have a grant.
    pub access: AccessControl,
    /// Whose it is, when it is not the provider's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
}

/// Which of several registers holds a field. The exchange has one source a field: it is kept for those who ask.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The one that is asked first.
    #[default]
    Primary,
    /// The one that is asked when the first has no answer.
    Fallback,
}

/// Whether a field is open to all who have a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccessControl {
    /// It is.
    Public,
    /// Its owner must have shared it.
    Restricted,
}

/// Whose a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// The person it is about.
    Citizen,
}

/// One application may ask for one field for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grant {
    /// Who.
    pub application: ApplicationId,
    /// What for.
    pub purpose: Purpose,
    /// Which field.
    pub field: FieldRef,
    /// On what ground.
    pub basis: LegalBasis,
    /// Whether the application needs it.
    pub need: Need,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; without end when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// What a grant is known by: an application has at most one for a field and a purpose.
pub type GrantKey = (ApplicationId, Purpose, FieldRef);

impl Grant {
    /// What it is known by.
    pub fn key(&self) -> GrantKey {
        (self.application.clone(), self.purpose.clone(), self.field.clone())
    }

    /// Its name in a decision's reasons.
    pub fn id(&self) -> String {
        format!("grant:{}/{}/{}", self.application, self.purpose, self.field)
    }
}

/// One step in the history of the policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "action", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum Action {
    /// A field policy is new or changed.
    FieldPolicyPut {
        /// As it is now.
        policy: FieldPolicy,
    },
    /// A field has no policy any more.
    FieldPolicyRemoved {
        /// Which.
        field: FieldRef,
    },
    /// A grant is new or changed.
    GrantPut {
        /// As it is now.
        grant: Grant,
    },
    /// A grant has ended for good.
    GrantRemoved {
        /// Whose.
        application: ApplicationId,
        /// What for.
        purpose: Purpose,
        /// Which field.
        field: FieldRef,
    },
}

/// The policies in force.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySet {
    /// The number of the last action.
    pub version: u64,
    /// What holds for each field.
    pub fields: BTreeMap<FieldRef, FieldPolicy>,
    /// Who may ask for what.
    pub grants: BTreeMap<GrantKey, Grant>,
}

impl PolicySet {
    /// Folds one more action in.
    pub fn apply(&mut self, number: u64, action: Action) {
        self.version = number;
        match action {
            Action::FieldPolicyPut { policy } => drop(self.fields.insert(policy.field.clone(), policy)),
            Action::FieldPolicyRemoved { field } => drop(self.fields.remove(&field)),
            Action::GrantPut { grant } => drop(self.grants.insert(grant.key(), grant)),
            Action::GrantRemoved { application, purpose, field } => {
                drop(self.grants.remove(&(application, purpose, field)));
            }
        }
    }

    /// The actions that lead from these policies to `wanted`; none when they say the same.
    pub fn difference(&self, wanted: &Self) -> Vec<Action> {
        let new_fields = wanted.fields.values().filter(|policy| self.fields.get(&policy.field) != Some(*policy));
        let gone_fields = self.fields.keys().filter(|field| !wanted.fields.contains_key(*field));
        let new_grants = wanted.grants.iter().filter(|(key, grant)| self.grants.get(*key) != Some(*grant));
        let gone_grants = self.grants.keys().filter(|key| !wanted.grants.contains_key(*key)).cloned();
        let mut actions: Vec<_> = new_fields.map(|policy| Action::FieldPolicyPut { policy: policy.clone() }).collect();
        actions.extend(gone_fields.map(|field| Action::FieldPolicyRemoved { field: field.clone() }));
        actions.extend(new_grants.map(|(_, grant)| Action::GrantPut { grant: grant.clone() }));
        actions.extend(gone_grants.map(|(application, purpose, field)| Action::GrantRemoved {
            application,
            purpose,
            field,
        }));
        actions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn grant(application: &str, field: &str) -> Grant {
        Grant {
            application: application.into(),
            purpose: "p".into(),
            field: FieldRef::new("s", field),
            basis: LegalBasis::Consent,
            need: Need::Needed,
            from: DateTime::UNIX_EPOCH,
            until: None,
        }
    }

    fn set(grants: &[Grant]) -> PolicySet {
        let grants = grants.iter().map(|grant| (grant.key(), grant.clone())).collect();
        PolicySet { grants, ..PolicySet::default() }
    }

    #[test]
    fn the_difference_leads_from_one_set_to_the_other_and_is_empty_between_equals() {
        let changed = Grant { need: Need::Optional, ..grant("a", "x") };
        let (old, new) = (set(&[grant("a", "x"), grant("b", "y")]), set(&[changed, grant("c", "z")]));
        let mut folded = old.clone();
        for (number, action) in (1..).zip(old.difference(&new)) {
            folded.apply(number, action);
        }
        assert_eq!(folded.grants, new.grants);
        assert_eq!(folded.version, 3);
        assert!(new.difference(&new).is_empty());
    }

    #[test]
    fn an_action_from_before_fields_had_a_source_still_parses() {
        let text = r#"{"action":"FIELD_POLICY_PUT","policy":{"field":{"schemaId":"s","fieldName":"x"},"isOwner":true,"access":"public"}}"#;
        let Action::FieldPolicyPut { policy } = serde_json::from_str(text).unwrap() else { panic!("{text}") };
        assert_eq!(policy.source, Source::Primary);
    }

    #[test]
    fn a_grant_from_before_there_were_other_bases_still_parses_and_is_written_as_it_was() {
        let text = r#"{"action":"GRANT_PUT","grant":{"application":"a","purpose":"p","field":{"schemaId":"s","fieldName":"x"},"basis":"consent","need":"needed","from":"2026-01-01T00:00:00Z"}}"#;
        let action: Action = serde_json::from_str(text).unwrap();
        let Action::GrantPut { grant } = &action else { panic!("{text}") };
        assert_eq!(grant.basis, LegalBasis::Consent);
        assert_eq!(serde_json::to_string(&action).unwrap(), text);
    }

    #[test]
    fn an_action_with_an_unknown_field_does_not_parse() {
        let text = serde_json::to_string(&Action::FieldPolicyRemoved { field: FieldRef::new("s", "x") }).unwrap();
        assert!(serde_json::from_str::<Action>(&text).is_ok());
        assert!(serde_json::from_str::<Action>(&text.replace("\"action\"", "\"more\":1,\"action\"")).is_err());
    }
}
