//! What the consent engine takes from the exchange's configuration.

use std::collections::BTreeMap;

use chrono::{FixedOffset, TimeDelta};
use ndx_config::{Application, ApplicationPurpose, CanonicalStep, Exchange, Identifier, IdentityProvider, Member};
use ndx_contracts::{ApplicationId, MemberId, Purpose, SchemaId, Subject};
use regex::Regex;
use url::Url;
use uuid::Uuid;

/// All that the consent engine and its portal are told.
#[derive(Debug, Clone)]
pub struct Config {
    /// How long a request waits for an answer.
    pub request_lifetime: TimeDelta,
    /// How long after a "no" or a "stop" the application cannot ask again.
    pub cool_down: TimeDelta,
    /// Where citizens reach the portal.
    pub portal: Url,
    /// What the pages call the exchange.
    pub name: String,
    /// The country's time.
    pub offset: FixedOffset,
    /// The body to complain to, and how.
    pub complaints: String,
    /// Where citizens sign in.
    pub identity_provider: IdentityProvider,
    link: String,
    identifier: CanonicalForm,
    applications: BTreeMap<ApplicationId, Application>,
    members: BTreeMap<MemberId, Member>,
    keepers: BTreeMap<SchemaId, MemberId>,
}

/// What the configuration's own check would have refused.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The country's time.
    #[error("`utcOffset` is not like `+05:30`")]
    Offset,
    /// The claim has no rule.
    #[error("`identifiers` has no rule for the claim `{0}`")]
    NoIdentifier(String),
    /// The rule is not a regular expression.
    #[error("the pattern of an identifier is not a regular expression")]
    Pattern(#[from] regex::Error),
}

impl Config {
    /// The parts of `exchange` that this service needs.
    ///
    /// # Errors
    /// When a part cannot be used; never for a configuration that was loaded and checked.
    pub fn of(exchange: &Exchange) -> Result<Self, ConfigError> {
        let portal = &exchange.portal;
        let claim = &portal.identity_provider.citizen_claim;
        let rule = exchange.identifiers.get(claim).ok_or_else(|| ConfigError::NoIdentifier(claim.clone()))?;
        let keepers = exchange.providers.iter().map(|one| (one.schema_id.clone(), one.member.clone()));
        Ok(Self {
            request_lifetime: exchange.consent.request_lifetime.length(),
            cool_down: exchange.consent.cool_down.length(),
            portal: exchange.services.consent.url.clone(),
            name: portal.name.clone(),
            offset: portal.utc_offset.parse().map_err(|_| ConfigError::Offset)?,
            complaints: portal.complaints.clone(),
            identity_provider: portal.identity_provider.clone(),
            link: portal.link.clone(),
            identifier: CanonicalForm::of(rule)?,
            applications: exchange.applications.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            members: exchange.members.iter().map(|one| (one.id.clone(), one.clone())).collect(),
            keepers: keepers.collect(),
        })
    }

    /// The application with this id.
    pub fn application(&self, id: &ApplicationId) -> Option<&Application> {
        self.applications.get(id)
    }

    /// The purpose `purpose` of the application `id`.
    pub fn purpose(&self, id: &ApplicationId, purpose: &Purpose) -> Option<&ApplicationPurpose> {
        self.application(id)?.purposes.iter().find(|one| one.id == *purpose)
    }

    /// The body with this id.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.get(id)
    }

    /// The body that keeps the data of this schema.
    pub fn keeper(&self, schema: &SchemaId) -> Option<&MemberId> {
        self.keepers.get(schema)
    }

    /// The person with this identifier, in its canonical form; `None` when it cannot be anybody's.
    pub fn subject(&self, identifier: &str) -> Option<Subject> {
        self.identifier.canonical(identifier).map(Subject::from_canonical)
    }

    /// The address of `path` in the portal, which begins with a slash.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.portal.as_str().trim_end_matches('/'))
    }

    /// The link at which the person answers.
    pub fn answer_link(&self, consent: Uuid) -> String {
        self.link.replace("{portal}", &self.address("")).replace("{id}", &consent.to_string())
    }

    /// The link at which the person sees and changes what she decided.
    pub fn manage_link(&self, consent: Uuid) -> String {
        self.address(&format!("/my/{consent}"))
    }
}

/// The one way in which an identifier is written here.
#[derive(Debug, Clone)]
struct CanonicalForm {
    steps: Vec<CanonicalStep>,
    pattern: Regex,
}

impl CanonicalForm {
    fn of(rule: &Identifier) -> Result<Self, regex::Error> {
        let pattern = Regex::new(&format!("^(?:{})$", rule.pattern))?;
        Ok(Self { steps: rule.canonical.clone(), pattern })
    }

    fn canonical(&self, written: &str) -> Option<String> {
        let canonical = self.steps.iter().fold(written.to_owned(), |text, step| match step {
            CanonicalStep::Trim => text.trim().to_owned(),
            CanonicalStep::Uppercase => text.to_uppercase(),
        });
        self.pattern.is_match(&canonical).then_some(canonical)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_one_canonical_form() {
        let rule = Identifier {
            pattern: "[0-9]{9}[VX]|[0-9]{12}".to_owned(),
            canonical: vec![CanonicalStep::Trim, CanonicalStep::Uppercase],
        };
        let form = CanonicalForm::of(&rule).unwrap();
        assert_eq!(form.canonical(" 861234567v ").as_deref(), Some("861234567V"));
        assert_eq!(form.canonical("199512345678").as_deref(), Some("199512345678"));
        for nobody in ["", "86123456V", "199512345678\n1", "nayana@example.org", "1995123456789"] {
            assert_eq!(form.canonical(nobody), None, "{nobody}");
        }
    }
}
