//! The ground on which an application may have somebody's data.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The ground on which an application may have a field. A copy shares the words: each request makes many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
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
}

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
    /// Whether the person sees in her history that it was used.
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
    /// Not yet: a law or a court keeps it back for a time.
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

    /// When it ends, when it does by itself.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::CourtOrder(order) => Some(order.until),
            Self::Consent | Self::StatutoryTask(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
