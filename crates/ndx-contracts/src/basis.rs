//! The ground on which an application may have somebody's data.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{AdditionalProperties, ObjectBuilder, OneOfBuilder, Type},
    },
};

/// The ground on which an application may have a field. A copy shares the words: each request makes many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LegalBasis {
    /// The person whom it is about has shared it.
    Consent,
    /// A law gives the body a task for which it needs it. Nobody is asked.
    StatutoryTask(Arc<StatutoryTask>),
    /// A court has ordered it. Nobody is asked.
    CourtOrder(Arc<CourtOrder>),
}

/// A task that a law gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatutoryTask {
    /// The law: `Elections Act 2011`.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x20\x7F-\xA0][^\x00-\x1F\x7F-\x9F]*$")]
    pub law: String,
    /// The section that gives the task: `section 9`.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x20\x7F-\xA0][^\x00-\x1F\x7F-\x9F]*$")]
    pub section: String,
    /// Whether the person sees in her history that it was used.
    #[serde(default, skip_serializing_if = "Display::is_now")]
    #[schema(default = "now")]
    pub display: Display,
    /// How long after a use the person sees it, where she sees it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, pattern = "^P[1-9][0-9]{0,4}D$", example = "P365D")]
    pub shown_after: Option<Days>,
}

/// A number of days, written as ISO 8601 has it: `P365D`. At least one, and fewer than a hundred thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days(u32);

/// What a court has ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CourtOrder {
    /// The court: `High Court of Lumina`.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x20\x7F-\xA0][^\x00-\x1F\x7F-\x9F]*$")]
    pub court: String,
    /// Under which the court knows it: `HC 214/2026`.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\x00-\x20\x7F-\xA0][^\x00-\x1F\x7F-\x9F]*$")]
    pub reference: String,
    /// When it ends; nothing is given on its ground from then on.
    pub until: DateTime<Utc>,
    /// Whether the person sees in her history that it was used; `later` is when the order has ended.
    #[serde(default, skip_serializing_if = "Display::is_now")]
    #[schema(default = "now")]
    pub display: Display,
}

/// Whether a person sees in her history that her data was used on a ground.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Display {
    /// At once.
    #[default]
    Now,
    /// Not yet: a law keeps it back for so many days, or a court until its order has ended.
    Later,
    /// A law or a court keeps it back for good.
    Never,
}

impl Display {
    /// Whether it is seen at once.
    pub fn is_now(&self) -> bool {
        *self == Self::Now
    }
}

impl PartialSchema for LegalBasis {
    /// As serde reads it, which takes no second member beside the one that names the ground.
    fn schema() -> RefOr<Schema> {
        let named = |name: &str, said: &str, ground: &str| {
            ObjectBuilder::new()
                .description(Some(said))
                .property(name, Ref::from_schema_name(ground))
                .required(name)
                .additional_properties(Some(AdditionalProperties::FreeForm(false)))
        };
        let consent = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["consent"]));
        let law = "A law gives the body a task for which it needs it. Nobody is asked.";
        OneOfBuilder::new()
            .description(Some("The ground on which an application may have a field."))
            .item(consent.description(Some("The person whom it is about has shared it.")))
            .item(named("statutoryTask", law, "StatutoryTask"))
            .item(named("courtOrder", "A court has ordered it. Nobody is asked.", "CourtOrder"))
            .into()
    }
}

impl ToSchema for LegalBasis {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((StatutoryTask::name().into_owned(), StatutoryTask::schema()));
        StatutoryTask::schemas(schemas);
        schemas.push((CourtOrder::name().into_owned(), CourtOrder::schema()));
        CourtOrder::schemas(schemas);
    }
}

impl LegalBasis {
    /// Whether the person is asked.
    pub fn asks(&self) -> bool {
        *self == Self::Consent
    }

    /// Whether the person sees in her history that it was used.
    pub fn display(&self) -> Display {
        match self {
            Self::Consent => Display::Now,
            Self::StatutoryTask(task) => task.display,
            Self::CourtOrder(order) => order.display,
        }
    }

    /// From when on the person sees in her history that it was used at `used`; `None` when she never does. A task that does
    /// not say after how long it is seen is never seen.
    pub fn shown_from(&self, used: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match (self.display(), self) {
            (Display::Now, _) => Some(used),
            (Display::Later, Self::CourtOrder(order)) => Some(order.until.max(used)),
            (Display::Later, Self::StatutoryTask(task)) => used.checked_add_signed(task.shown_after?.length()),
            (Display::Later, Self::Consent) | (Display::Never, _) => None,
        }
    }

    /// When it ends, when it does by itself.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::CourtOrder(order) => Some(order.until),
            Self::Consent | Self::StatutoryTask(_) => None,
        }
    }
}

impl Days {
    /// Reads `P365D`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix('P')?.strip_suffix('D')?;
        let is_plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
        let days = number.parse().ok().filter(|days| is_plain && (1..=99_999).contains(days))?;
        Some(Self(days))
    }

    /// As long as that.
    pub fn length(self) -> TimeDelta {
        TimeDelta::days(self.0.into())
    }
}

impl TryFrom<String> for Days {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no number of days such as `P365D`"))
    }
}

impl From<Days> for String {
    fn from(days: Days) -> Self {
        format!("P{}D", days.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l7_what_is_shown_later_is_shown_when_the_order_has_ended_or_after_the_days_that_the_law_says() {
        let used: DateTime<Utc> = "2026-11-21T05:00:00Z".parse().unwrap();
        let shown = |text: &str| {
            let basis: LegalBasis = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_str::<LegalBasis>(&serde_json::to_string(&basis).unwrap()).unwrap(), basis);
            basis.shown_from(used).map(|from| from.to_rfc3339())
        };
        let at = |text: &str| Some(text.to_owned());
        assert_eq!(shown(r#""consent""#), at("2026-11-21T05:00:00+00:00"));
        let task = |rest: &str| shown(&format!(r#"{{"statutoryTask":{{"law":"x","section":"1"{rest}}}}}"#));
        assert_eq!(task(""), at("2026-11-21T05:00:00+00:00"));
        assert_eq!(task(r#","display":"later","shownAfter":"P365D""#), at("2027-11-21T05:00:00+00:00"));
        assert_eq!(task(r#","display":"later""#), None, "as it was recorded before there were days");
        assert_eq!(task(r#","display":"never""#), None);
        let order = |until: &str, display: &str| {
            let said = format!(r#""court":"c","reference":"r","until":"{until}","display":"{display}""#);
            shown(&format!(r#"{{"courtOrder":{{{said}}}}}"#))
        };
        assert_eq!(order("2027-01-01T00:00:00Z", "later"), at("2027-01-01T00:00:00+00:00"));
        assert_eq!(order("2026-01-01T00:00:00Z", "later"), at("2026-11-21T05:00:00+00:00"), "it had ended before");
        assert_eq!(order("2027-01-01T00:00:00Z", "never"), None);
        for wrong in ["P0D", "P1Y", "P-1D", "1D", "P1", "P01D", "P100000D", "P1DT1H", "P+1D", "PD"] {
            assert_eq!(Days::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_basis_reads_what_was_written_before_there_were_others() {
        assert_eq!(serde_json::from_str::<LegalBasis>(r#""consent""#).unwrap(), LegalBasis::Consent);
    }

    #[test]
    fn a_basis_reads_what_it_writes_and_leaves_out_what_is_usual() {
        let text = r#"{"statutoryTask":{"law":"Elections Act 2011","section":"section 9"}}"#;
        let task: LegalBasis = serde_json::from_str(text).unwrap();
        assert_eq!((task.display(), task.until()), (Display::Now, None));
        assert_eq!(serde_json::to_string(&task).unwrap(), text);
        let text = r#"{"courtOrder":{"court":"High Court","reference":"HC 1","until":"2027-01-01T00:00:00Z","display":"later"}}"#;
        let order: LegalBasis = serde_json::from_str(text).unwrap();
        assert_eq!(order.display(), Display::Later);
        assert_eq!(order.until().unwrap().to_rfc3339(), "2027-01-01T00:00:00+00:00");
        assert_eq!(serde_json::to_string(&order).unwrap(), text);
        for wrong in
            [r#""because""#, r#"{"statutoryTask":{"law":"x"}}"#, &text.replace("\"court\"", "\"more\":1,\"court\"")]
        {
            assert!(serde_json::from_str::<LegalBasis>(wrong).is_err(), "{wrong}");
        }
    }
}
