//! What a register is told of a request besides the question: its trace, what the data is for, and on which ground it may be
//! had. Purpose and ground are structured fields (RFC 9651), so that no word that somebody wrote into a configuration can
//! become anything else than a value. Nothing in them is about the person.

use std::collections::{BTreeSet, HashMap};

use http::{HeaderName, HeaderValue};
use ndx_contracts::{Display, LegalBasis, Purpose, TraceId};
use sfv::{Date, ItemSerializer, KeyRef, ListSerializer, RefBareItem, StringRef, TokenRef};

use crate::consent::ConsentedPlan;

/// What the data is for: `passport-application`.
pub const PURPOSE: HeaderName = HeaderName::from_static("x-ndx-purpose");
/// On which grounds: `consent, statutory-task;law="Elections Act 2011";section="section 9"`.
pub const LEGAL_BASIS: HeaderName = HeaderName::from_static("x-ndx-legal-basis");

/// What a register is told of a request.
#[derive(Debug, Clone)]
pub struct Told<'a> {
    /// The trace that the request belongs to.
    pub trace_id: &'a TraceId,
    /// What the data is for.
    pub purpose: Option<HeaderValue>,
    /// The grounds on which it may be had; none where all of it is open.
    pub basis: Option<HeaderValue>,
}

impl<'a> From<&'a TraceId> for Told<'a> {
    /// Of a request that is for nobody's data.
    fn from(trace_id: &'a TraceId) -> Self {
        Self { trace_id, purpose: None, basis: None }
    }
}

/// The purposes of all applications, each written once for all requests.
#[derive(Debug, Default)]
pub struct Purposes(HashMap<Purpose, HeaderValue>);

impl<'a> FromIterator<&'a Purpose> for Purposes {
    fn from_iter<I: IntoIterator<Item = &'a Purpose>>(purposes: I) -> Self {
        Self(purposes.into_iter().filter_map(|one| Some((one.clone(), written_purpose(one)?))).collect())
    }
}

impl Purposes {
    /// As a register is told it.
    pub fn written(&self, purpose: &Purpose) -> Option<HeaderValue> {
        self.0.get(purpose).cloned().or_else(|| written_purpose(purpose))
    }
}

fn written_purpose(purpose: &Purpose) -> Option<HeaderValue> {
    let text = purpose.as_str();
    let item = TokenRef::from_str(text).map_or_else(|_| words(text), RefBareItem::Token);
    HeaderValue::try_from(ItemSerializer::new().bare_item(item).finish()).ok()
}

/// The grounds on which `plan` asks the provider with this number in `stage`.
pub fn grounds(plan: &ConsentedPlan, stage: usize, provider: usize) -> Option<HeaderValue> {
    // Most requests: nothing is gathered, and nothing is written anew.
    if plan.permitted().rests_on_consent_alone() {
        return Some(HeaderValue::from_static("consent"));
    }
    let mut grounds = BTreeSet::new();
    for (_, instance, root) in plan.of_stage(stage) {
        let asked = root.sources.iter().filter(|source| source.provider == provider && instance.releases(source));
        grounds.extend(asked.filter_map(|source| plan.permitted().permission(source.field)?.basis()));
    }
    HeaderValue::try_from(written(&grounds)?).ok()
}

fn written(grounds: &BTreeSet<LegalBasis>) -> Option<String> {
    let mut list = ListSerializer::new();
    for ground in grounds {
        let mut item = list.bare_item(
            TokenRef::from_str(match ground {
                LegalBasis::Consent => "consent",
                LegalBasis::StatutoryTask(_) => "statutory-task",
                LegalBasis::CourtOrder(_) => "court-order",
            })
            .ok()?,
        );
        match ground {
            LegalBasis::Consent => {}
            LegalBasis::StatutoryTask(task) => {
                item = item.parameter(KeyRef::from_str("law").ok()?, words(&task.law));
                item = item.parameter(KeyRef::from_str("section").ok()?, words(&task.section));
            }
            LegalBasis::CourtOrder(order) => {
                item = item.parameter(KeyRef::from_str("court").ok()?, words(&order.court));
                item = item.parameter(KeyRef::from_str("reference").ok()?, words(&order.reference));
                let until = order.until.timestamp().try_into().ok().map(Date::from_unix_seconds)?;
                item = item.parameter(KeyRef::from_str("until").ok()?, until);
            }
        }
        // Whoever keeps a record of one's own must not show sooner what is kept back here.
        let display = match ground.display() {
            Display::Now => continue,
            Display::Later => "later",
            Display::Never => "never",
        };
        item = item.parameter(KeyRef::from_str("display").ok()?, TokenRef::from_str(display).ok()?);
        // An order says itself when it ends.
        if let LegalBasis::StatutoryTask(task) = ground
            && let Some(days) = task.shown_after
        {
            item.parameter(KeyRef::from_str("shown-after").ok()?, words(&String::from(days)));
        }
    }
    list.finish()
}

/// Words as a string where they are ASCII, else as a display string.
fn words(text: &str) -> RefBareItem<'_> {
    StringRef::from_str(text).map_or(RefBareItem::DisplayString(text), RefBareItem::String)
}

#[cfg(test)]
mod tests {
    use ndx_contracts::{CourtOrder, Days, StatutoryTask};

    use super::*;

    fn task(law: &str) -> LegalBasis {
        LegalBasis::StatutoryTask(
            StatutoryTask { law: law.into(), section: "9".into(), display: Display::Now, shown_after: None }.into(),
        )
    }

    #[test]
    fn a_purpose_is_a_token_or_a_quoted_value() {
        let purposes: Purposes = [Purpose::from("passport-application")].iter().collect();
        let told = |purpose: &str| purposes.written(&purpose.into()).unwrap();
        assert_eq!(told("passport-application"), "passport-application");
        assert_eq!(told("a purpose, with \"marks\""), r#""a purpose, with \"marks\"""#);
        assert_eq!(told("weiß\r\nx: y"), r#"%"wei%c3%9f%0d%0ax: y""#);
    }

    #[test]
    fn grounds_are_a_list_in_which_every_word_is_a_value() {
        let order = CourtOrder {
            court: "High Court".into(),
            reference: "HC 1".into(),
            until: "2027-01-01T00:00:00Z".parse().unwrap(),
            display: Display::Never,
        };
        let grounds = [LegalBasis::Consent, task("Elections \"Act\", x=1"), LegalBasis::CourtOrder(order.into())];
        assert_eq!(
            written(&grounds.into()).unwrap(),
            r#"consent, statutory-task;law="Elections \"Act\", x=1";section="9", court-order;court="High Court";reference="HC 1";until=@1798761600;display=never"#
        );
        let later = StatutoryTask {
            law: "Police Act".into(),
            section: "3".into(),
            display: Display::Later,
            shown_after: Days::parse("P90D"),
        };
        assert_eq!(
            written(&[LegalBasis::StatutoryTask(later.into())].into()).unwrap(),
            r#"statutory-task;law="Police Act";section="3";display=later;shown-after="P90D""#
        );
        let written = written(&[task("Wählergesetz\r\nX-Evil: 1")].into()).unwrap();
        assert_eq!(written, r#"statutory-task;law=%"W%c3%a4hlergesetz%0d%0aX-Evil: 1";section="9""#);
        assert!(HeaderValue::try_from(written).is_ok());
    }

    #[test]
    fn what_is_open_has_no_ground() {
        assert_eq!(written(&BTreeSet::new()), None);
    }
}
