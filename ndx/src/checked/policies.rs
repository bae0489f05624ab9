//! Where the policies speak of applications and of fields, and the other way round.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use ndx_config::{Entry, Problem, did_you_mean};
use ndx_contracts::FieldRef;
use orchestration_engine::schema::{Composition, Inputs};
use policy_decision_point::{
    policy::{AccessControl, FieldPolicy},
    seed::Seed,
};

use super::{Checked, Finding, in_file, in_schema};

impl Checked {
    /// A grant is for an application and a purpose of the configuration.
    pub(super) fn grants(&mut self, root: &Entry<'_>, seed: &Seed, file: &Path) {
        let file = file.display().to_string();
        let applications = root.list("applications");
        let Some(granted) = seed.granted.as_ref().filter(|_| root.get("applications").is_some()) else { return };
        let known: BTreeMap<&str, Vec<&str>> = applications
            .iter()
            .filter_map(|one| {
                let purposes = one.list("purposes");
                Some((one.text_of("id")?, purposes.iter().filter_map(|purpose| purpose.text_of("id")).collect()))
            })
            .collect();
        for grant in granted {
            let (application, purpose) = (grant.application.as_str(), grant.purpose.as_str());
            let (at, message) = match known.get(application) {
                None => {
                    let names: Vec<&str> = known.keys().copied().collect();
                    let hint = did_you_mean(application, &names);
                    (
                        &grant.application_at,
                        format!("there is no application `{application}` in the configuration{hint}"),
                    )
                }
                Some(purposes) if !purposes.contains(&purpose) => {
                    let hint = did_you_mean(purpose, purposes);
                    (&grant.purpose_at, format!("application `{application}` has no purpose `{purpose}`{hint}"))
                }
                Some(_) => continue,
            };
            self.mistakes.push(in_file(&file, &Problem { message, ..at.clone() }));
        }
    }

    /// A field policy speaks of a field that there is.
    pub(super) fn policies(&mut self, composition: &Composition, seed: &Seed, file: &Path) {
        let file = file.display().to_string();
        for (field, at) in seed.spoken_of.iter().flatten() {
            if let Some(lacks) = composition.lacks(field) {
                let message = format!("this policy is never asked for: {lacks}");
                self.warnings.push(in_file(&file, &Problem { message, ..at.clone() }));
            }
        }
    }

    /// A field that consumers see can be had by somebody.
    pub(super) fn unreachable(&mut self, composition: &Composition, seed: &Seed, inputs: &Inputs) {
        let (Some(spoken_of), Some(granted)) = (&seed.spoken_of, &seed.granted) else { return };
        let granted: BTreeSet<&FieldRef> = granted.iter().flat_map(|one| &one.fields).collect();
        for leaf in composition.leaves.iter().filter(|leaf| composition.lacks(&leaf.field).is_none()) {
            let message = if !spoken_of.contains_key(&leaf.field) {
                format!("`{}` can never be had: no field policy speaks of `{}`", leaf.name, leaf.field)
            } else if !granted.contains(&leaf.field) {
                format!("`{}` can be had by nobody: no grant is for `{}`", leaf.name, leaf.field)
            } else {
                continue;
            };
            let (line, column) = leaf.place.unwrap_or((1, 1));
            self.warnings.push(Finding { file: inputs.consumer.display().to_string(), line, column, message });
        }
    }

    /// What belongs to citizens is only given about somebody.
    pub(super) fn subjects(&mut self, composition: &Composition, seed: &Seed, inputs: &Inputs) {
        for root in composition.root_fields.iter().filter(|root| !root.has_data_owner) {
            let owned: Vec<String> = root
                .fields
                .iter()
                .filter(|field| seed.set.fields.get(*field).is_some_and(belongs_to_citizen))
                .map(|field| format!("`{field}`"))
                .collect();
            if owned.is_empty() {
                continue;
            }
            let message = format!(
                "no argument of `{}` names the person whose consent is needed for {}; mark one with `@dataOwner`",
                root.name,
                owned.join(", ")
            );
            let (line, column) = root.place.unwrap_or((1, 1));
            self.mistakes.push(Finding { file: inputs.consumer.display().to_string(), line, column, message });
        }
    }

    /// A citizen who is asked for a field must be able to read what it is, in her own language.
    pub(super) fn labels(&mut self, composition: &Composition, seed: &Seed) {
        for one in &composition.unlabelled {
            let told = in_schema(&one.problem);
            if !one.personal && !seed.set.fields.get(&one.field).is_some_and(belongs_to_citizen) {
                continue;
            }
            if one.nameless {
                self.warnings.retain(|warning| *warning != told);
                self.mistakes.push(told);
            } else if !self.warnings.contains(&told) {
                self.warnings.push(told);
            }
        }
    }
}

fn belongs_to_citizen(policy: &FieldPolicy) -> bool {
    !policy.is_owner && policy.access == AccessControl::Restricted
}
