//! The record of one consent: the ledger's history in the words that the person saw.
//!
//! INVARIANT: what was signed once is told in the same words for ever, whatever the registration says by now.

use chrono::{DateTime, Utc};
use ndx_contracts::{MemberId, Need, Words};
use ndx_receipt::{
    Record,
    record::{
        ConsentType, Evidence, Information, Issuer, LawfulBasis, Notice, Party, PartyRole, Principal, Processing,
        Purpose, SchemaVersion, Service, Sharing, SignIn, Withdrawal,
    },
};

use crate::{
    config::Config,
    evidence::history::{History, Item},
    ledger::{Action, Entry, Illegal, Shown},
    store::Recorded,
};

/// What a record is made of.
pub(super) struct Making<'a> {
    /// The registration of today.
    pub(super) config: &'a Config,
    /// The consent.
    pub(super) recorded: &'a Recorded,
    /// All that happened to it.
    pub(super) entries: &'a [Entry],
    /// Whom it is about.
    pub(super) principal: Principal,
    /// The records that were signed before, in their order.
    pub(super) earlier: &'a [Earlier],
    /// Who signs.
    pub(super) key_id: &'a str,
    /// When.
    pub(super) issued_at: DateTime<Utc>,
}

/// A record that was signed before.
pub(super) struct Earlier {
    /// The number of the action that it was signed with.
    pub(super) seq: u64,
    /// The record.
    pub(super) record: Record,
    /// Its name in later ones.
    pub(super) evidence: Evidence,
}

impl Making<'_> {
    /// The record; `None` when the person never said yes.
    pub(super) fn record(self) -> Result<Option<Record>, Illegal> {
        let signed = |seq| self.signed(seq).map(|earlier| earlier.evidence.clone());
        let Some(history) = History::of(self.entries, self.issued_at, signed)? else { return Ok(None) };
        let shown = self.entries.iter().rev().find_map(answered);
        let at_the_yes = self.signed(history.given.0).map(|earlier| &earlier.record);
        let mut parties = Parties::default();
        let mut processing = match at_the_yes {
            Some(record) => self.as_signed(record, &mut parties),
            None => self.as_registered(shown.flatten(), &mut parties),
        };
        processing.pii_information =
            history.items.iter().map(|item| self.information(item, &processing.language, &mut parties)).collect();
        processing.privacy_notice = shown.flatten().map(notice);
        let ends = |sharing: &Sharing| match sharing {
            Sharing::Shared { until, .. } | Sharing::Ended { until, .. } => Some(*until),
            Sharing::Refused {} => None,
        };
        let version = self.recorded.consent.version;
        Ok(Some(Record {
            schema_version: SchemaVersion::First,
            record_id: self.recorded.id,
            record_version: version,
            receipt_id: Record::receipt_id(self.recorded.id, version, self.issued_at),
            issued_at: self.issued_at,
            issuer: Issuer {
                name: self.config.name.in_language(&processing.language).to_owned(),
                address: self.config.address(""),
            },
            key_id: self.key_id.to_owned(),
            pii_principal: self.principal,
            state: history.state,
            given_at: history.given.1,
            ends_at: history.items.iter().filter_map(|item| ends(&item.sharing)).max().unwrap_or(history.given.1),
            pii_processing: processing,
            parties: parties.0,
            events: history.events,
        }))
    }

    /// The record that was signed with the action of this number.
    fn signed(&self, seq: u64) -> Option<&Earlier> {
        self.earlier.iter().find(|earlier| earlier.seq == seq)
    }

    /// Who gets it and why, in the words that were signed with the yes.
    fn as_signed(&self, record: &Record, parties: &mut Parties) -> Processing {
        for id in &record.pii_processing.pii_controllers {
            parties.add(PartyRole::Controller, id, record.party(id).cloned());
        }
        Processing { pii_information: Vec::new(), ..record.pii_processing.clone() }
    }

    /// The same, in the words that the person sees now. Where the registration is gone, its ids have to do.
    fn as_registered(&self, shown: Option<&Shown>, parties: &mut Parties) -> Processing {
        let (config, recorded) = (self.config, self.recorded);
        let language = shown.map_or(config.first_language(), |shown| &shown.language);
        let said = |words: &Words| words.in_language(language).to_owned();
        let application = config.application(&recorded.application);
        let purpose = config.purpose(&recorded.application, &recorded.purpose);
        let bodies: Vec<String> = application.map(|one| one.member.to_string()).into_iter().collect();
        if let Some(application) = application {
            self.member(PartyRole::Controller, &application.member, language, parties);
        }
        Processing {
            privacy_notice: None,
            language: language.to_owned(),
            service: Service {
                id: recorded.application.to_string(),
                name: application.map_or_else(|| recorded.application.to_string(), |one| said(&one.name)),
            },
            purpose: Purpose {
                id: recorded.purpose.to_string(),
                description: purpose.map_or_else(|| recorded.purpose.to_string(), |one| said(&one.text)),
                reference: recorded.consent.reference.as_ref().map(ToString::to_string),
            },
            lawful_basis: LawfulBasis::Consent,
            consent_type: ConsentType::Explicit,
            pii_information: Vec::new(),
            storage_locations: bodies.clone(),
            pii_controllers: bodies,
            retention_period: purpose.map(|one| said(&one.retention)).unwrap_or_default(),
            recipient_third_parties: Vec::new(),
            withdrawal_method: Withdrawal {
                address: config.manage_link(recorded.id),
                other_way: config.other_way.as_ref().map(said),
            },
            authority_party: said(&config.complaints),
        }
    }

    /// One item: in the words that were signed when the person decided about it, else in those of today.
    fn information(&self, item: &Item, language: &str, parties: &mut Parties) -> Information {
        let id = item.asked.field.to_string();
        let earlier = self.signed(item.decided).map(|earlier| &earlier.record);
        let told = earlier.and_then(|record| {
            record
                .pii_processing
                .pii_information
                .iter()
                .find(|told| told.pii_attribute_id == id)
                .map(|told| (record, told))
        });
        if let Some((record, told)) = told {
            if let Some(source) = &told.source {
                parties.add(PartyRole::Source, source, record.party(source).cloned());
            }
            return Information { sharing: item.sharing.clone(), ..told.clone() };
        }
        if let Some(provider) = &item.asked.provider {
            self.member(PartyRole::Source, provider, language, parties);
        }
        let purpose = self.config.purpose(&self.recorded.application, &self.recorded.purpose);
        let reason = purpose.and_then(|purpose| purpose.reason(&item.asked.field));
        let said = |words: &Words| words.in_language(language).to_owned();
        Information {
            pii_attribute_id: id,
            pii_type: said(&item.asked.display_name),
            form: item.asked.description.as_ref().map(said),
            reason: reason.map(said),
            pii_optional: item.asked.need == Need::Optional,
            source: item.asked.provider.as_ref().map(ToString::to_string),
            sharing: item.sharing.clone(),
        }
    }

    fn member(&self, role: PartyRole, id: &MemberId, language: &str, parties: &mut Parties) {
        let member = self.config.member(id).map(|member| Party {
            party_id: id.to_string(),
            party_name: member.name.in_language(language).to_owned(),
            party_role: Vec::new(),
            party_contact: member.contact.in_language(language).to_owned(),
        });
        parties.add(role, id.as_str(), member);
    }
}

/// The bodies that a record names, each once.
#[derive(Default)]
struct Parties(Vec<Party>);

impl Parties {
    /// Adds a body in this role. Of one that nobody knows any more, the id has to do.
    fn add(&mut self, role: PartyRole, id: &str, party: Option<Party>) {
        if let Some(known) = self.0.iter_mut().find(|known| known.party_id == id) {
            if !known.party_role.contains(&role) {
                known.party_role.push(role);
            }
            return;
        }
        let unknown = || Party {
            party_id: id.to_owned(),
            party_name: id.to_owned(),
            party_role: Vec::new(),
            party_contact: String::new(),
        };
        self.0.push(Party { party_role: vec![role], ..party.unwrap_or_else(unknown) });
    }
}

/// Of a yes, or of sharing less: what the person saw, where that was written down.
fn answered(entry: &Entry) -> Option<Option<&Shown>> {
    match &entry.action {
        Action::Granted { shown, .. } | Action::Narrowed { shown, .. } => Some(shown.as_ref()),
        _ => None,
    }
}

fn notice(shown: &Shown) -> Notice {
    Notice {
        sha256: shown.text_hash.clone(),
        language: shown.language.clone(),
        sign_in: SignIn { at: Some(shown.sign_in.at), acr: shown.sign_in.acr.clone(), amr: shown.sign_in.amr.clone() },
    }
}
