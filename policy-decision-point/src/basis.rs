//! What a legal basis must say. Pure: from what somebody wrote, every mistake in it, each with its place.

use chrono::{DateTime, Utc};
use ndx_contracts::{Days, LegalBasis};
use serde_json::{Map, Value};

/// A word that stands for a basis, or the key of an object that is one.
const CONSENT: &str = "consent";
/// The longest law, court or reference, in characters.
const LONGEST: usize = 200;
/// What may stand under `display`.
const DISPLAYS: [&str; 3] = ["now", "later", "never"];

/// One of the other bases: its key, and what it must say.
struct Form {
    key: &'static str,
    words: [&'static str; 2],
    /// Whether it must end.
    ends: bool,
}

const FORMS: [Form; 2] = [
    Form { key: "statutoryTask", words: ["law", "section"], ends: false },
    Form { key: "courtOrder", words: ["court", "reference"], ends: true },
];

/// A mistake: the keys that lead to it, and what is wrong there.
pub type Mistake = (Vec<String>, String);

/// Reads a basis from what was written.
///
/// # Errors
/// With every mistake in it.
pub fn read(written: &Value) -> Result<LegalBasis, Vec<Mistake>> {
    let mistakes = mistakes(written);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    serde_json::from_value(written.clone()).map_err(|_| vec![(Vec::new(), forms())])
}

/// Why an order that ends `until` cannot be the basis of something that begins `from`.
pub fn ended(basis: &LegalBasis, from: DateTime<Utc>) -> Option<&'static str> {
    let until = basis.until()?;
    (until <= from).then_some("the court's order ends before the grant begins, so the grant would never hold")
}

fn forms() -> String {
    "a basis is `\"consent\"`, `{\"statutoryTask\": {\"law\", \"section\"}}` or \
     `{\"courtOrder\": {\"court\", \"reference\", \"until\"}}`; the last two may say `\"display\"`, and a task that is displayed `later` says `\"shownAfter\"`"
        .to_owned()
}

fn mistakes(written: &Value) -> Vec<Mistake> {
    if written.as_str() == Some(CONSENT) {
        return Vec::new();
    }
    let Some(object) = written.as_object() else { return vec![(Vec::new(), forms())] };
    let form = FORMS.iter().find(|form| object.contains_key(form.key));
    let (Some(form), 1) = (form, object.len()) else { return vec![(Vec::new(), forms())] };
    let at = |key: &str| vec![form.key.to_owned(), key.to_owned()];
    let Some(said) = object.get(form.key).and_then(Value::as_object) else {
        return vec![(vec![form.key.to_owned()], "this must be an object".to_owned())];
    };
    let mut mistakes = Vec::new();
    for key in form.words {
        if let Some(wrong) = wrong_words(said.get(key)) {
            mistakes.push((at(key), wrong));
        }
    }
    if form.ends
        && let Some(wrong) = wrong_time(said.get("until"))
    {
        mistakes.push((at("until"), wrong));
    }
    if let Some(display) = said.get("display")
        && !display.as_str().is_some_and(|word| DISPLAYS.contains(&word))
    {
        mistakes.push((at("display"), format!("`display` must be one of: {}", DISPLAYS.join(", "))));
    }
    if !form.ends
        && let Some(wrong) = wrong_days(said)
    {
        mistakes.push((at("shownAfter"), wrong));
    }
    mistakes.extend(unknown(form, said).map(|key| (at(key), unknown_key(form, key))));
    mistakes
}

fn wrong_words(value: Option<&Value>) -> Option<String> {
    let Some(value) = value else { return Some("this is missing".to_owned()) };
    let fits = |text: &str| {
        let begins = text.chars().next().is_some_and(|first| first > ' ' && !('\u{7f}'..='\u{a0}').contains(&first));
        begins && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
    };
    let rule = "this must be a text of 1 to 200 characters, none of them a control character, that does not begin with a space";
    (!value.as_str().is_some_and(fits)).then(|| rule.to_owned())
}

fn wrong_time(value: Option<&Value>) -> Option<String> {
    let Some(value) = value else { return Some("this is missing: an order has an end".to_owned()) };
    let fits = value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok());
    (!fits).then(|| "this must be a time as in RFC 3339, like 2027-01-31T12:00:00Z".to_owned())
}

/// An order is seen when it has ended; how long after its use a task is seen must be said.
fn wrong_days(said: &Map<String, Value>) -> Option<String> {
    let is_later = said.get("display").and_then(Value::as_str) == Some("later");
    match (said.get("shownAfter"), is_later) {
        (None, false) => None,
        (None, true) => Some("this is missing: say after how many days people see it, like `P365D`".to_owned()),
        (Some(_), false) => Some("this belongs to `\"display\": \"later\"`".to_owned()),
        (Some(days), true) => {
            let fits = days.as_str().is_some_and(|text| Days::parse(text).is_some());
            (!fits).then(|| "this must be a number of days from 1 to 99999, like `P365D`".to_owned())
        }
    }
}

fn known(form: &Form) -> Vec<&'static str> {
    let own = if form.ends { ["until", "display"] } else { ["display", "shownAfter"] };
    form.words.into_iter().chain(own).collect()
}

fn unknown<'v>(form: &Form, said: &'v Map<String, Value>) -> impl Iterator<Item = &'v str> {
    let known = known(form);
    said.keys().map(String::as_str).filter(move |key| !known.contains(key))
}

fn unknown_key(form: &Form, key: &str) -> String {
    let known = known(form);
    let hint = ndx_config::did_you_mean(key, &known);
    format!("this key is not known{hint}; the keys here are {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    use ndx_contracts::Display;
    use serde_json::json;

    use super::*;

    fn told(written: Value) -> Vec<String> {
        let mistakes = read(&written).unwrap_err();
        mistakes.into_iter().map(|(place, what)| format!("{}: {what}", place.join("."))).collect()
    }

    #[test]
    fn each_basis_is_read() {
        assert_eq!(read(&json!("consent")), Ok(LegalBasis::Consent));
        let task = read(&json!({"statutoryTask": {"law": "Elections Act", "section": "9"}})).unwrap();
        assert_eq!(task.display(), Display::Now);
        let order = json!({"courtOrder": {
            "court": "High Court", "reference": "HC 1", "until": "2027-01-01T05:30:00+05:30", "display": "never"}});
        let order = read(&order).unwrap();
        assert_eq!((order.display(), order.until().unwrap().timestamp()), (Display::Never, 1_798_761_600));
    }

    #[test]
    fn c19_a_claim_without_law_reference_or_end_is_refused_with_all_its_mistakes_at_once() {
        let task = told(json!({"statutoryTask": {"law": " ", "sektion": "9", "display": "perhaps"}}));
        assert_eq!(task.len(), 4, "{task:#?}");
        for (told, words) in task.iter().zip(["law: this must", "section: this is missing", "display", "did you mean"])
        {
            assert!(told.starts_with("statutoryTask.") && told.contains(words), "{words}: {told}");
        }
        let order = told(json!({"courtOrder": {"court": 1, "until": "tomorrow"}}));
        assert_eq!(order.len(), 3, "{order:#?}");
        let nothing = told(json!({"courtOrder": {}}));
        assert_eq!(nothing.len(), 3, "{nothing:#?}");
    }

    #[test]
    fn l7_a_task_that_is_shown_later_says_after_how_long() {
        let task = |rest: Value| {
            let mut task = json!({"law": "Police Act", "section": "3"});
            task.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            read(&json!({ "statutoryTask": task }))
        };
        let said = task(json!({"display": "later", "shownAfter": "P365D"})).unwrap();
        assert_eq!(said.display(), Display::Later);
        for (wrong, words) in [
            (json!({"display": "later"}), "this is missing: say after how many days"),
            (json!({"display": "later", "shownAfter": "P1Y"}), "number of days from 1 to 99999"),
            (json!({"display": "later", "shownAfter": 7}), "number of days from 1 to 99999"),
            (json!({"display": "never", "shownAfter": "P7D"}), "this belongs to `\"display\": \"later\"`"),
            (json!({"shownAfter": "P7D"}), "this belongs to `\"display\": \"later\"`"),
        ] {
            let mistakes = task(wrong).unwrap_err();
            assert_eq!(mistakes.len(), 1);
            assert_eq!(mistakes[0].0, ["statutoryTask", "shownAfter"]);
            assert!(mistakes[0].1.contains(words), "{mistakes:?}");
        }
        let order = json!({"courtOrder": {"court": "c", "reference": "r", "until": "2027-01-01T00:00:00Z",
            "display": "later", "shownAfter": "P7D"}});
        assert!(told(order)[0].contains("this key is not known"));
    }

    #[test]
    fn what_is_no_basis_is_told_what_one_is() {
        let both = json!({"statutoryTask": {"law": "x", "section": "1"}, "courtOrder": {}});
        for wrong in [json!("because"), json!(null), json!([]), json!({}), json!({"consent": {}}), both] {
            assert!(told(wrong.clone())[0].contains("statutoryTask"), "{wrong}");
        }
        assert_eq!(told(json!({"courtOrder": "HC 1"})), ["courtOrder: this must be an object"]);
    }

    #[test]
    fn an_order_that_ends_before_its_grant_begins_is_none() {
        let order = json!({"courtOrder": {"court": "c", "reference": "r", "until": "2027-01-01T00:00:00Z"}});
        let order = read(&order).unwrap();
        assert!(ended(&order, "2027-01-01T00:00:00Z".parse().unwrap()).is_some());
        assert!(ended(&order, "2026-12-31T23:59:59Z".parse().unwrap()).is_none());
        assert!(ended(&LegalBasis::Consent, DateTime::<Utc>::MAX_UTC).is_none());
    }
}
