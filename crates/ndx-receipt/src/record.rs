//! What is signed: one consent at one moment, in the structure of ISO/IEC TS 27560:2023.
//!
//! INVARIANT: a record is written in one way only. What is read and written again is the same to the last byte, and what
//! is not known here is an error.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One consent at one moment: what was shown, what was decided, what has happened since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The form of this record.
    pub schema_version: SchemaVersion,
    /// The consent.
    pub record_id: Uuid,
    /// The number of the last event that this record knows.
    pub record_version: u64,
    /// This very record: `{record_id}.{record_version}.{issued_at in milliseconds}`.
    pub receipt_id: String,
    /// When it was signed.
    pub issued_at: DateTime<Utc>,
    /// Who signed it.
    pub issuer: Issuer,
    /// With which key: the same as the signature's `kid`.
    pub key_id: String,
    /// Whom it is about.
    pub pii_principal: Principal,
    /// What stood at `issued_at`.
    pub state: State,
    /// When the person last said yes.
    pub given_at: DateTime<Utc>,
    /// When the last of it ends, or has ended.
    pub ends_at: DateTime<Utc>,
    /// What is done with which information, by whom and why.
    pub pii_processing: Processing,
    /// The bodies that it names.
    pub parties: Vec<Party>,
    /// All that has happened, in its order.
    pub events: Vec<Event>,
}

impl Record {
    /// The name of the record that is issued at `issued_at`.
    pub fn receipt_id(record_id: Uuid, record_version: u64, issued_at: DateTime<Utc>) -> String {
        format!("{record_id}.{record_version}.{}", issued_at.timestamp_millis())
    }

    /// The body with this id.
    pub fn party(&self, id: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.party_id == id)
    }
}

/// The forms that a record can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchemaVersion {
    /// The first, after ISO/IEC TS 27560:2023.
    #[serde(rename = "ndx-consent-record/1 (ISO/IEC TS 27560:2023)")]
    First,
}

/// The exchange.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// What people call it.
    pub name: String,
    /// Where people reach it.
    pub address: String,
}

/// The person whom the record is about, so that nobody else learns who it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// A keyed hash of the person's identifier and the record's id: only the exchange can make it again, and no two
    /// consents have the same.
    pub pii_principal_id: String,
    /// The last characters of the person's identifier.
    pub id_ending: String,
}

/// What stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Shared as the person last said yes.
    Given,
    /// Shared, but less than she last said yes to.
    Narrowed,
    /// Not shared any more: the person has stopped.
    Withdrawn,
    /// Not shared any more: the time has passed.
    Expired,
}

/// What is done with which information, by whom and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Processing {
    /// What the person saw when she decided. Absent where another portal showed it, or it was not written down.
    pub privacy_notice: Option<Notice>,
    /// The language of the texts of this record (BCP 47).
    pub language: String,
    /// The application that asks.
    pub service: Service,
    /// What for.
    pub purpose: Purpose,
    /// On what ground.
    pub lawful_basis: LawfulBasis,
    /// How the person said so.
    pub consent_type: ConsentType,
    /// The information, each item with what the person decided about it.
    pub pii_information: Vec<Information>,
    /// The bodies that get it, by their ids.
    pub pii_controllers: Vec<String>,
    /// The bodies that store what they get; the exchange keeps no copy.
    pub storage_locations: Vec<String>,
    /// How long they keep it, in their own words.
    pub retention_period: String,
    /// Whom they may hand it on to.
    pub recipient_third_parties: Vec<String>,
    /// How the person sees it and stops it.
    pub withdrawal_method: Withdrawal,
    /// The body to complain to, and how.
    pub authority_party: String,
}

/// What the person saw, and how she had signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The SHA-256 of the very bytes of the page's main part, hexadecimal.
    pub sha256: String,
    /// Its language (BCP 47).
    pub language: String,
    /// How the person had signed in.
    pub sign_in: SignIn,
}

/// A sign-in at the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// When.
    pub at: Option<DateTime<Utc>>,
    /// How strong, in the identity provider's words (`acr`).
    pub acr: Option<String>,
    /// By which means (`amr`).
    pub amr: Vec<String>,
}

/// The application that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
}

/// What the information is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Its id, under which the application is registered for it.
    pub id: String,
    /// The words that were shown.
    pub description: String,
    /// The number of the case at the application, where it named one. Records that were signed before this was kept, and
    /// without a case, have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// On what ground information is shared. Only what a person decides about has a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LawfulBasis {
    /// The person said yes.
    Consent,
}

/// How a person says yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentType {
    /// By an act that means nothing else: a button of its own.
    Explicit,
}

/// One item of information.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Information {
    /// The field: the schema and the path in it.
    pub pii_attribute_id: String,
    /// What it was called when the person was asked.
    pub pii_type: String,
    /// The form of it that was shown.
    pub form: Option<String>,
    /// Why it is wanted, in the words that were shown.
    pub reason: Option<String>,
    /// Whether the person could leave it out.
    pub pii_optional: bool,
    /// The body that it comes from, by its id.
    pub source: Option<String>,
    /// What became of it.
    pub sharing: Sharing,
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sharing {
    /// It can be got.
    Shared {
        /// From when.
        since: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
    /// The person left it out.
    Refused {},
    /// It could be got, and cannot any more.
    Ended {
        /// From when.
        since: DateTime<Utc>,
        /// Until when.
        until: DateTime<Utc>,
    },
}

/// How the person sees what she shares, and stops it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// The page.
    pub address: String,
    /// The way without the page, where the country has one.
    pub other_way: Option<String>,
}

/// A body that a record names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its id.
    pub party_id: String,
    /// Its name.
    pub party_name: String,
    /// What it does here.
    pub party_role: Vec<PartyRole>,
    /// How people reach it.
    pub party_contact: String,
}

/// What a body does in the processing that a record tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// It gets the information.
    Controller,
    /// The information comes from it.
    Source,
}

/// One thing that has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// 1, 2, 3, … within the record.
    pub seq: u64,
    /// When.
    pub event_time: DateTime<Utc>,
    /// What.
    pub event_state: EventState,
    /// By whom.
    pub entity: Entity,
    /// About which items.
    pub pii_attribute_ids: Vec<String>,
    /// Until when it holds: of a request, until when it can be answered; of a yes, until when it shares.
    pub valid_until: Option<DateTime<Utc>>,
    /// The record that was signed when it happened, where it is another than this one.
    pub signed: Option<Evidence>,
}

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventState {
    /// The person was asked.
    Requested,
    /// She said yes.
    Given,
    /// She said no to all that was asked.
    Refused,
    /// She shares less, or for less time.
    Narrowed,
    /// She has stopped.
    Withdrawn,
    /// Something has ended by itself.
    Expired,
    /// Another record has taken this one's place.
    Superseded,
}

/// Who did something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entity {
    /// The person.
    Principal,
    /// The application's body.
    Controller,
    /// Nobody: time has passed, or the exchange has put it in order.
    Issuer,
}

/// A record that was signed earlier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The key with which it was signed.
    pub key_id: String,
    /// The SHA-256 of its compact JWS, hexadecimal.
    pub sha256: String,
}
