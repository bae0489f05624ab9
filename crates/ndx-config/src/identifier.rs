//! The one way in which an identifier of a person is written.
//!
//! The gateway applies it to what an application sends, the portal to what an identity provider says of who signed in: were
//! they to differ, nobody could answer a request about herself.

use ndx_contracts::Subject;
use regex::Regex;

use crate::sections::{CanonicalStep, Identifier};

/// Makes the canonical form, and knows which texts are one.
#[derive(Debug, Clone)]
pub struct CanonicalForm {
    pattern: Regex,
    steps: Vec<CanonicalStep>,
}

impl CanonicalForm {
    /// The form that is configured; `None` when its pattern is not a regular expression.
    pub fn new(configured: &Identifier) -> Option<Self> {
        let pattern = Regex::new(&format!("^(?:{})$", configured.pattern)).ok()?;
        Some(Self { pattern, steps: configured.canonical.clone() })
    }

    /// The person that `written` names; `None` when nobody could have this identifier.
    pub fn subject(&self, written: &str) -> Option<Subject> {
        let canonical = self.steps.iter().fold(written.to_owned(), |text, step| match step {
            CanonicalStep::Trim => text.trim().to_owned(),
            CanonicalStep::Uppercase => text.to_uppercase(),
        });
        self.pattern.is_match(&canonical).then(|| Subject::from_canonical(canonical))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_one_canonical_form() {
        let form = CanonicalForm::new(&Identifier {
            pattern: "[0-9]{9}[VX]|[0-9]{12}".to_owned(),
            canonical: vec![CanonicalStep::Trim, CanonicalStep::Uppercase],
        });
        let form = form.unwrap();
        assert_eq!(form.subject(" 861234567v ").unwrap().expose(), "861234567V");
        assert_eq!(form.subject("199512345678").unwrap().expose(), "199512345678");
        for nobody in ["", "86123456V", "199512345678\n1", "nayana@example.org", "1995123456789"] {
            assert_eq!(form.subject(nobody), None, "{nobody}");
        }
    }
}
