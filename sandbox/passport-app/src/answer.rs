//! Reads what the gateway answered. Pure: bytes in, an outcome out.
//!
//! INVARIANT: whatever is not understood becomes an outcome with which a person can go on by typing; never a value that no
//! register gave.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::item::Item;

/// What came of a question.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The registers were asked; this is what became of each item.
    Told(BTreeMap<Item, Told>),
    /// The person must share it first, at this address.
    Waiting { link: Url, until: Option<DateTime<Utc>> },
    /// The person said no; she can change her mind there.
    SaidNo { change: Option<Url> },
    /// The person stopped sharing; she can change her mind there.
    Stopped { change: Option<Url> },
    /// We asked for what we may not have.
    NotAllowed,
    /// The exchange does not answer now.
    NotNow,
    /// We asked in a way that the exchange does not understand.
    OurMistake,
}

/// What became of one item.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// What the register says.
    Verified(String),
    /// The person kept it to herself.
    KeptBack,
    /// The register has nothing about it.
    NoEntry,
    /// The register does not answer now.
    Silent,
    /// The register cannot tell it.
    Unusable,
}

impl Outcome {
    /// In a word, for the log: nothing about the person.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::Told(_) => "told",
            Self::Waiting { .. } => "waiting",
            Self::SaidNo { .. } => "said no",
            Self::Stopped { .. } => "stopped",
            Self::NotAllowed => "not allowed",
            Self::NotNow => "not now",
            Self::OurMistake => "our mistake",
        }
    }
}

#[derive(Deserialize)]
struct Reply {
    data: Option<Value>,
    #[serde(default)]
    errors: Vec<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    path: Vec<Value>,
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    #[serde(default)]
    code: String,
    consent_status: Option<String>,
    consent_portal_url: Option<Url>,
    consent_manage_url: Option<Url>,
    consent: Option<Asked>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    expires_at: Option<DateTime<Utc>>,
}

/// What `reply` says. Links lead to `portal` or nowhere.
pub(crate) fn read(reply: &[u8], portal: &Url) -> Outcome {
    let Ok(Reply { data, errors }) = serde_json::from_slice(reply) else { return Outcome::NotNow };
    if let Some(whole) = errors.iter().find_map(|error| error.of_the_whole(portal)) {
        return whole;
    }
    let root = data.as_ref().and_then(|data| data.get("personInfo"));
    // A null that nobody explains is the register's own word, but only where the question was answered.
    let explained = !errors.is_empty() && errors.iter().all(|error| !error.path.is_empty());
    if root.is_none() && !explained {
        return Outcome::OurMistake;
    }
    let root = root.unwrap_or(&Value::Null);
    Outcome::Told(Item::ALL.into_iter().map(|item| (item, told(item, root, &errors))).collect())
}

fn told(item: Item, root: &Value, errors: &[Refusal]) -> Told {
    let below = item.path().get(1..).unwrap_or_default();
    if let Some(value) = below.iter().try_fold(root, |value, step| value.get(step)).and_then(Value::as_str) {
        return Told::Verified(value.to_owned());
    }
    let code = errors.iter().find(|error| error.covers(item)).map(|error| error.extensions.code.as_str());
    match code {
        None => Told::NoEntry,
        Some("FIELD_NOT_SHARED") => Told::KeptBack,
        Some("PROVIDER_TIMEOUT" | "PROVIDER_UNAVAILABLE" | "PROVIDER_QUOTA") => Told::Silent,
        Some(_) => Told::Unusable,
    }
}

impl Refusal {
    /// What this means for the whole question; `None` when it is about a part of it.
    fn of_the_whole(&self, portal: &Url) -> Option<Outcome> {
        let ours = |url: &Option<Url>| url.clone().filter(|url| url.origin() == portal.origin());
        let said = &self.extensions;
        let change = || ours(&said.consent_manage_url);
        match (said.code.as_str(), said.consent_status.as_deref()) {
            ("PDP_NOT_ALLOWED", _) => Some(Outcome::NotAllowed),
            ("CE_NOT_APPROVED", Some("rejected")) => Some(Outcome::SaidNo { change: change() }),
            ("CE_NOT_APPROVED", Some("revoked")) => Some(Outcome::Stopped { change: change() }),
            ("CONSENT_WITHDRAWN", _) => Some(Outcome::Stopped { change: change() }),
            ("CE_NOT_APPROVED", _) => Some(match ours(&said.consent_portal_url) {
                Some(link) => {
                    let until = said.consent.as_ref().and_then(|asked| asked.expires_at);
                    Outcome::Waiting { link, until }
                }
                // An address elsewhere is nowhere to send a person.
                None => Outcome::OurMistake,
            }),
            (code, _) if code.starts_with("PROVIDER_") || code == "FIELD_NOT_SHARED" => None,
            ("RATE_LIMITED" | "INTERNAL_ERROR", _) => Some(Outcome::NotNow),
            (code, _) if code.ends_with("_UNAVAILABLE") => Some(Outcome::NotNow),
            _ => Some(Outcome::OurMistake),
        }
    }

    /// Whether it says why `item`, or something in which it stands, is missing.
    fn covers(&self, item: Item) -> bool {
        !self.path.is_empty()
            && self.path.len() <= item.path().len()
            && self.path.iter().zip(item.path()).all(|(step, own)| step.as_str() == Some(*own))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(reply: &Value) -> Outcome {
        read(reply.to_string().as_bytes(), &Url::parse("http://127.0.0.1:8081").unwrap())
    }

    fn refused(extensions: &Value) -> Outcome {
        outcome(&json!({"data": null, "errors": [{"message": "no", "path": ["personInfo"], "extensions": extensions}]}))
    }

    #[test]
    fn each_item_is_verified_or_says_why_not() {
        let error = |path: Value, code: &str| json!({"path": path, "extensions": {"code": code, "provider": "rgd"}});
        let person = json!({
            "fullName": "Nayana Perera", "otherNames": "", "address": null, "profession": null, "name": "Nayana Perera",
            "dateOfBirth": "1995-05-03", "sex": null, "birthInfo": null,
        });
        let errors = [
            error(json!(["personInfo", "profession"]), "FIELD_NOT_SHARED"),
            error(json!(["personInfo", "birthInfo"]), "PROVIDER_TIMEOUT"),
            error(json!(["personInfo", "sex"]), "PROVIDER_BAD_DATA"),
        ];
        let Outcome::Told(told) = outcome(&json!({"data": {"personInfo": person}, "errors": errors})) else {
            panic!("the registers were asked")
        };
        let is = |item: Item, wanted: &Told| assert!(told[&item] == *wanted, "{item:?}");
        is(Item::FullName, &Told::Verified("Nayana Perera".to_owned()));
        is(Item::OtherNames, &Told::Verified(String::new()));
        is(Item::Address, &Told::NoEntry);
        is(Item::Profession, &Told::KeptBack);
        is(Item::Sex, &Told::Unusable);
        for item in [Item::BirthPlace, Item::District, Item::BirthCertificate] {
            is(item, &Told::Silent);
        }
    }

    #[test]
    fn a_person_whom_no_register_knows_types_everything_in() {
        let Outcome::Told(told) = outcome(&json!({"data": {"personInfo": null}})) else { panic!("it was answered") };
        assert!(told.len() == Item::ALL.len() && told.values().all(|one| *one == Told::NoEntry));
    }

    #[test]
    fn each_refusal_of_the_whole_is_an_outcome_of_its_own() {
        let portal = |path: &str| format!("http://127.0.0.1:8081{path}");
        let asked = json!({
            "code": "CE_NOT_APPROVED", "consentStatus": "pending", "consentPortalUrl": portal("/c/1"),
            "consent": {"id": "1", "expiresAt": "2026-11-21T06:00:00Z"},
        });
        let until = "2026-11-21T06:00:00Z".parse().ok();
        assert!(refused(&asked) == Outcome::Waiting { link: portal("/c/1").parse().unwrap(), until });
        let change = Some(Url::parse(&portal("/my/1")).unwrap());
        for (status, wanted) in [
            ("rejected", Outcome::SaidNo { change: change.clone() }),
            ("revoked", Outcome::Stopped { change: change.clone() }),
        ] {
            let said = json!({"code": "CE_NOT_APPROVED", "consentStatus": status, "consentManageUrl": portal("/my/1")});
            assert!(refused(&said) == wanted, "{status}");
        }
        for (code, wanted) in [
            ("PDP_NOT_ALLOWED", Outcome::NotAllowed),
            ("CONSENT_WITHDRAWN", Outcome::Stopped { change: None }),
            ("CE_UNAVAILABLE", Outcome::NotNow),
            ("KEYS_UNAVAILABLE", Outcome::NotNow),
            ("RATE_LIMITED", Outcome::NotNow),
            ("INTERNAL_ERROR", Outcome::NotNow),
            ("VARIABLES_INVALID", Outcome::OurMistake),
            ("SOMETHING_NEW", Outcome::OurMistake),
        ] {
            assert!(refused(&json!({"code": code})) == wanted, "{code}");
        }
        let Outcome::Told(told) = refused(&json!({"code": "PROVIDER_UNAVAILABLE"})) else { panic!("it was answered") };
        assert!(told.values().all(|one| *one == Told::Silent));
    }

    #[test]
    fn a_link_that_leads_elsewhere_is_not_followed() {
        for link in ["https://evil.example/c/1", "javascript:alert(1)", "http://127.0.0.1:8082/c/1"] {
            let said = json!({"code": "CE_NOT_APPROVED", "consentStatus": "pending", "consentPortalUrl": link});
            assert!(refused(&said) == Outcome::OurMistake, "{link}");
            let said = json!({"code": "CE_NOT_APPROVED", "consentStatus": "revoked", "consentManageUrl": link});
            assert!(refused(&said) == Outcome::Stopped { change: None }, "{link}");
        }
    }

    #[test]
    fn what_is_no_answer_means_not_now_or_our_mistake() {
        let portal = Url::parse("http://127.0.0.1:8081").unwrap();
        for text in ["", "<html>", "[]", r#"{"errors": 1}"#] {
            assert!(read(text.as_bytes(), &portal) == Outcome::NotNow, "{text}");
        }
        assert!(outcome(&json!({"data": null})) == Outcome::OurMistake);
        assert!(outcome(&json!({})) == Outcome::OurMistake);
    }
}
