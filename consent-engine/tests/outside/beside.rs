//! The services that the pages ask, kept in memory: what was recorded, and what is granted.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use consent_engine::Neighbours;
use ndx_contracts::{
    ApplicationId, FieldRef, JudgeError, LegalBasis, Purpose, Subject,
    audit::ProviderName,
    history::{Complaint, ComplaintReceipt, HistoryPage, HistoryQuestion, SubjectHistory, Use, UseResult, UsedField},
    policy::{GrantedField, Grants},
};
use uuid::Uuid;

/// What the services beside know.
#[derive(Debug, Default)]
pub struct Beside {
    /// Whom each use was about, and what it was; the newest last.
    pub uses: Mutex<Vec<(Subject, Use)>>,
    pub complaints: Mutex<Vec<Complaint>>,
    pub granted: Mutex<Vec<GrantedField>>,
    pub some_not_shown: AtomicBool,
    /// Whether the record was not looked through to its end.
    pub behind: AtomicBool,
    /// Whether they answer nobody.
    pub down: AtomicBool,
    /// Whether the record keeps everybody waiting.
    pub silent: AtomicBool,
    /// The consent that uses are recorded under; some unknown one, while there is none.
    pub consent: Mutex<Option<Uuid>>,
    /// How often the record was asked.
    pub asked: AtomicUsize,
}

impl Beside {
    pub fn neighbours(self: &Arc<Self>) -> Neighbours {
        Neighbours { history: self.clone(), grants: self.clone() }
    }

    fn up(&self) -> Result<(), JudgeError> {
        if self.down.load(Ordering::Relaxed) { Err(JudgeError::Timeout { judge: "the one beside" }) } else { Ok(()) }
    }

    /// The passport application asked about `nic`, for fields with these outcomes and grounds. Returns the use's id.
    pub fn used(&self, nic: &str, at: &str, result: UseResult, fields: &[(&str, &str, Option<LegalBasis>)]) -> Uuid {
        let mut uses = self.uses.lock().unwrap();
        let id = Uuid::from_u128(uses.len() as u128 + 1);
        let used = |(name, outcome, basis): &(&str, &str, Option<LegalBasis>)| {
            let (schema, name) = name.split_once(':').unwrap();
            UsedField { field: FieldRef::new(schema, name), outcome: (*outcome).to_owned(), basis: basis.clone() }
        };
        let one = Use {
            id,
            at: at.parse::<DateTime<Utc>>().unwrap(),
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
            application: "passport-app".into(),
            member: "die".into(),
            reference: None,
            purpose: "passport-application".into(),
            result,
            fields: fields.iter().map(used).collect(),
            providers: vec![ProviderName { provider_key: "drp".into(), schema_id: "drp-schema-v1".into() }],
            consents: vec![self.consent.lock().unwrap().unwrap_or(Uuid::from_u128(77))],
        };
        uses.push((Subject::from_canonical(nic), one));
        id
    }
}

#[async_trait]
impl SubjectHistory for Beside {
    async fn history(&self, question: &HistoryQuestion) -> Result<HistoryPage, JudgeError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.up()?;
        if self.silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let HistoryQuestion { person, id, body, consent, from, until, limit, offset } = question;
        let uses = self.uses.lock().unwrap();
        let wanted = uses.iter().rev().filter(|(subject, one)| {
            subject == person
                && id.is_none_or(|id| id == one.id)
                && body.as_ref().is_none_or(|body| *body == one.member)
                && consent.is_none_or(|consent| one.consents.contains(&consent))
                && from.is_none_or(|from| one.at >= from)
                && until.is_none_or(|until| one.at < until)
        });
        let wanted: Vec<Use> = wanted.map(|(_, one)| one.clone()).collect();
        let page = wanted.iter().skip(*offset as usize).take(*limit as usize).cloned().collect();
        let some_not_shown = self.some_not_shown.load(Ordering::Relaxed);
        let behind = u64::from(self.behind.load(Ordering::Relaxed));
        Ok(HistoryPage { uses: page, total: wanted.len() as u64, some_not_shown, behind })
    }

    async fn complain(&self, complaint: &Complaint) -> Result<Option<ComplaintReceipt>, JudgeError> {
        self.up()?;
        let uses = self.uses.lock().unwrap();
        if !uses.iter().any(|(subject, one)| *subject == complaint.person && one.id == complaint.about) {
            return Ok(None);
        }
        self.complaints.lock().unwrap().push(complaint.clone());
        Ok(Some(ComplaintReceipt { id: Uuid::from_u128(99), received_at: DateTime::UNIX_EPOCH }))
    }
}

#[async_trait]
impl Grants for Beside {
    async fn granted(&self, _: &ApplicationId, _: &Purpose) -> Result<Vec<GrantedField>, JudgeError> {
        self.up()?;
        Ok(self.granted.lock().unwrap().clone())
    }
}
