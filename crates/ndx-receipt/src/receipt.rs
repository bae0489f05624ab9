//! A receipt as a person holds it: the record to read, its signature, and what was signed earlier about the same consent.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use crate::{
    key_set::KeySet,
    record::{Evidence, Record},
    refusal::Refusal,
    signature::{Signed, digest, verify_signature},
};

/// No receipt has more bytes.
pub const LARGEST: usize = 512 * 1024;

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// What it says.
    pub record: Record,
    /// The compact JWS over exactly that.
    pub signature: String,
    /// The compact JWS of each record that `record` names as signed earlier, in its order.
    pub earlier: Vec<String>,
}

/// What a receipt proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genuine {
    /// The record, and who signed it.
    pub signed: Signed,
    /// Whether a record was shown beside the signature. It is then the one that was signed.
    pub shown: bool,
    /// What was signed earlier and lay beside it.
    pub earlier: Vec<Signed>,
    /// How many the record names that did not lie beside it: a bare signature brings none.
    pub earlier_missing: usize,
}

impl Receipt {
    /// Its text, as a person saves it.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}

/// Verifies a receipt in the form in which it is saved, or the bare JWS of one.
///
/// # Errors
/// When it proves nothing, with the reason.
pub fn verify(text: &str, keys: &KeySet) -> Result<Genuine, Refusal> {
    if text.len() > LARGEST {
        return Err(Refusal::TooLong);
    }
    let text = text.trim();
    if !text.starts_with('{') {
        let signed = verify_signature(text, keys)?;
        let earlier_missing = named_by(&signed.record).count();
        return Ok(Genuine { signed, shown: false, earlier: Vec::new(), earlier_missing });
    }
    // The signature first: a record that nobody signed is not looked at.
    let unread: Unread = serde_json::from_str(text).map_err(|error| Refusal::NotAReceipt(error.to_string()))?;
    let signed = verify_signature(&unread.signature, keys)?;
    if !shows(unread.record.get(), &signed.record) {
        return Err(Refusal::OtherRecord);
    }
    let earlier = earlier(&signed.record, &unread.earlier, keys)?;
    Ok(Genuine { signed, shown: true, earlier, earlier_missing: 0 })
}

/// A receipt whose record is not trusted yet. It is kept as it was written: a name that stands in it twice is found out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unread {
    record: Box<RawValue>,
    signature: String,
    earlier: Vec<String>,
}

/// Whether `text` is `record` to the letter, white space between its parts aside. Read as a record, nothing in it stands
/// twice; read as text, nothing in it is written in another way.
fn shows(text: &str, record: &Record) -> bool {
    let read: Result<Record, _> = serde_json::from_str(text);
    let (written, signed): (Result<Value, _>, _) = (serde_json::from_str(text), serde_json::to_value(record));
    read.is_ok_and(|read| read == *record)
        && written.ok().is_some_and(|written| signed.is_ok_and(|signed| signed == written))
}

fn named_by(record: &Record) -> impl Iterator<Item = (u64, &Evidence)> {
    record.events.iter().filter_map(|event| Some((event.seq, event.signed.as_ref()?)))
}

/// The earlier records: those that `record` names, each once, in its order, and no other.
fn earlier(record: &Record, jws: &[String], keys: &KeySet) -> Result<Vec<Signed>, Refusal> {
    if named_by(record).count() != jws.len() {
        return Err(Refusal::OtherEarlier);
    }
    let mut all = Vec::with_capacity(jws.len());
    for (number, (jws, (seq, named))) in jws.iter().zip(named_by(record)).enumerate() {
        let wrong = |refusal| Refusal::Earlier(number + 1, Box::new(refusal));
        let signed = verify_signature(jws, keys).map_err(wrong)?;
        let is_the_one = digest(jws) == named.sha256
            && signed.record.key_id == named.key_id
            && signed.record.record_id == record.record_id
            && signed.record.record_version == seq;
        if !is_the_one {
            return Err(Refusal::OtherEarlier);
        }
        all.push(signed);
    }
    Ok(all)
}
