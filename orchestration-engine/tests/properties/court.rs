//! The judges of a world: what the application may see, what each person has shared, both off a tape; and a record.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, OnceLock},
};

use async_trait::async_trait;
use ndx_contracts::{
    Display, FieldRef, JudgeError, LegalBasis, Need, StatutoryTask,
    audit::{AuditLog, AuditRecord},
    consent::{ConsentAnswer, ConsentEngine, ConsentRequirement, ConsentStatus, StandingConsent},
    policy::{Decision, DecisionRequest, DenyReason, Effect, FieldDecision, PolicyDecisionPoint},
};
use ndx_test_gateway::Register;
use uuid::Uuid;

use crate::{tape::Tape, world::PEOPLE};

/// What a person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// It is shared.
    Covered,
    /// It was left out.
    Declined,
    /// It was never answered.
    Missing,
}

/// The judges. A field's fate hangs on its name, so that nothing need be known of the schema.
#[derive(Debug, Default)]
pub struct Court {
    /// 0 to 255, for each kind of fate.
    seeds: [u8; 4],
    /// How each person stands as a whole.
    statuses: BTreeMap<&'static str, ConsentStatus>,
    /// Every field that policy was asked about, request by request.
    pub asked: Mutex<Vec<Vec<FieldRef>>>,
    /// The people of whom consent was asked.
    pub opened: Mutex<BTreeSet<String>>,
    /// What was recorded.
    pub records: Mutex<Vec<Recorded>>,
    /// The registers, by schema: to know what they had been asked when something was recorded.
    registers: OnceLock<Vec<(String, Register)>>,
}

/// A record, and what had been asked before it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The record.
    pub record: AuditRecord,
    /// How many requests each register had got, by schema.
    pub requests: BTreeMap<String, usize>,
}

impl Court {
    pub fn draw(tape: &mut Tape<'_>) -> Self {
        let status = |tape: &mut Tape<'_>| match tape.pick(10) {
            7 => ConsentStatus::Pending,
            8 => ConsentStatus::Rejected,
            9 => ConsentStatus::Revoked,
            _ => ConsentStatus::Approved,
        };
        let statuses = PEOPLE.map(|person| (person, status(tape))).into();
        let seeds = [(); 4].map(|()| u8::try_from(tape.pick(256)).unwrap());
        Self { seeds, statuses, ..Self::default() }
    }

    /// Watches what these registers are asked.
    pub fn watches(&self, registers: Vec<(String, Register)>) {
        self.registers.set(registers).unwrap();
    }

    /// A number that is the same for the same field and the same kind of fate.
    fn fate(&self, kind: usize, field: &FieldRef, person: &str) -> usize {
        let text = format!("{field}{person}");
        let hash = text.bytes().fold(u64::from(self.seeds[kind]), |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
        });
        if self.seeds[kind] == 0 { 0 } else { usize::try_from(hash % 1000).unwrap() }
    }

    /// What policy says of a field.
    pub fn effect(&self, field: &FieldRef) -> Effect {
        let need = Need::Optional;
        match self.fate(0, field, "") {
            0..=399 => Effect::Permit { need },
            400..=994 => Effect::PermitWithConsent { need },
            _ => Effect::Deny { reason: DenyReason::NotGranted },
        }
    }

    /// The ground of what is permitted without consent: the law for half of it, the rest is open.
    pub fn law(&self, field: &FieldRef) -> Option<LegalBasis> {
        let task = StatutoryTask {
            law: "Elections Act".into(),
            section: "9".into(),
            display: Display::Now,
            shown_after: None,
        };
        (self.fate(0, field, "") < 200).then(|| LegalBasis::StatutoryTask(task.into()))
    }

    /// What a person says of a field.
    pub fn shared(&self, field: &FieldRef, person: &str) -> Shared {
        match self.statuses[person] {
            ConsentStatus::Approved => match self.fate(1, field, person) {
                0..=799 => Shared::Covered,
                800..=949 => Shared::Declined,
                _ => Shared::Missing,
            },
            _ => Shared::Missing,
        }
    }

    fn answer(&self, requirement: &ConsentRequirement) -> ConsentAnswer {
        let person = requirement.subject.expose();
        let those = |wanted: Shared| {
            let fields = requirement.fields.iter().map(|one| one.field.clone());
            fields.filter(|field| self.shared(field, person) == wanted).collect::<Vec<_>>()
        };
        let missing = those(Shared::Missing);
        let status = match self.statuses[person] {
            ConsentStatus::Approved if !missing.is_empty() => ConsentStatus::Pending,
            status => status,
        };
        let number = PEOPLE.iter().position(|known| *known == person).unwrap();
        ConsentAnswer {
            consent_id: Uuid::from_u128(number as u128),
            version: 1,
            status,
            portal_url: (status == ConsentStatus::Pending).then(|| "http://portal.example/c/1".to_owned()),
            manage_url: None,
            covered: those(Shared::Covered),
            declined: those(Shared::Declined),
            missing,
            expires_at: None,
        }
    }
}

#[async_trait]
impl PolicyDecisionPoint for Court {
    async fn decide(&self, request: &DecisionRequest) -> Result<Decision, JudgeError> {
        self.asked.lock().unwrap().push(request.fields.clone());
        let decided = |field: &FieldRef| FieldDecision {
            field: field.clone(),
            effect: self.effect(field),
            basis: self.law(field),
            determined_by: Vec::new(),
        };
        Ok(Decision { policy_version: 1, fields: request.fields.iter().map(decided).collect() })
    }
}

#[async_trait]
impl ConsentEngine for Court {
    async fn require(&self, requirement: &ConsentRequirement) -> Result<ConsentAnswer, JudgeError> {
        self.opened.lock().unwrap().insert(requirement.subject.expose().to_owned());
        Ok(self.answer(requirement))
    }

    async fn standing(&self, requirement: &ConsentRequirement) -> Result<Option<ConsentAnswer>, JudgeError> {
        let known = PEOPLE.contains(&requirement.subject.expose());
        Ok(known.then(|| self.answer(requirement)))
    }

    async fn withdrawn(&self, _: &[StandingConsent]) -> Result<Vec<StandingConsent>, JudgeError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl AuditLog for Court {
    async fn append(&self, record: AuditRecord) -> Result<(), JudgeError> {
        let registers = self.registers.get().unwrap().iter();
        let requests = registers.map(|(schema_id, register)| (schema_id.clone(), register.requests().len())).collect();
        self.records.lock().unwrap().push(Recorded { record, requests });
        Ok(())
    }
}
