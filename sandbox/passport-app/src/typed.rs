//! What a person types in herself, and what is wrong with it. Pure.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::item::Item;

/// Longer than this is no answer to any of the questions.
const LONGEST: usize = 200;
/// Nobody who applies was born before.
const FIRST_YEAR: i32 = 1900;

/// The field that no register can fill.
pub(crate) const TELEPHONE: &str = "telephone";
/// The three fields of a date.
const DATE: [&str; 3] = ["date-of-birth-day", "date-of-birth-month", "date-of-birth-year"];
/// The answers to [`Item::Sex`].
pub(crate) const SEXES: [&str; 2] = ["Female", "Male"];

/// What stands in the fields, by their names in the form; as typed, but for blanks around it.
#[derive(Clone, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Typed(BTreeMap<&'static str, String>);

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// The key of the item, or the field's name.
    pub(crate) key: &'static str,
    /// The id to which the summary leads.
    pub(crate) id: &'static str,
    /// What to do.
    pub(crate) words: String,
}

impl Typed {
    /// What a form brought for the fields of `items`, and for those that no register fills; nothing else of it is taken.
    pub(crate) fn read<'f>(form: impl Fn(&str) -> Option<&'f str>, items: &[Item]) -> Self {
        let names = items.iter().flat_map(|item| fields(*item)).chain([TELEPHONE]);
        Self(names.map(|name| (name, form(name).unwrap_or_default().trim().to_owned())).collect())
    }

    /// What stands in the field `name`.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Everything that is wrong, in the order of the page; `today` is the last day on which somebody can be born.
    pub(crate) fn mistakes(&self, items: &[Item], today: NaiveDate) -> Vec<Mistake> {
        let found = items.iter().filter_map(|item| {
            let words = match item {
                Item::DateOfBirth => self.wrong_date(today),
                Item::Sex => (!SEXES.contains(&self.get(item.key()))).then(|| "Choose female or male".to_owned()),
                _ => self.wrong_text(*item),
            };
            let key = item.key();
            Some(Mistake { key, id: fields(*item).first().copied().unwrap_or(key), words: words? })
        });
        let mut found: Vec<Mistake> = found.collect();
        found.extend(self.wrong_telephone().map(|words| Mistake { key: TELEPHONE, id: TELEPHONE, words }));
        found
    }

    fn wrong_text(&self, item: Item) -> Option<String> {
        let (typed, what) = (self.get(item.key()), item.label().to_lowercase());
        if typed.is_empty() {
            return item.is_needed().then(|| format!("Enter your {what}"));
        }
        too_long(typed).then(|| format!("Your {what} must be {LONGEST} characters or fewer"))
    }

    fn wrong_date(&self, today: NaiveDate) -> Option<String> {
        let [day, month, year] = DATE.map(|name| self.get(name).parse::<u32>().ok());
        if DATE.iter().all(|name| self.get(name).is_empty()) {
            return Some("Enter your date of birth".to_owned());
        }
        let date = || NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?);
        match date() {
            None => Some("Your date of birth must be a real date, such as 27 3 1995".to_owned()),
            Some(date) if date > today => Some("Your date of birth must be in the past".to_owned()),
            Some(date) if date.year() < FIRST_YEAR => Some("Write the year of your birth with four digits".to_owned()),
            Some(_) => None,
        }
    }

    fn wrong_telephone(&self) -> Option<String> {
        let typed = self.get(TELEPHONE);
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        let possible = typed.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c));
        if typed.is_empty() {
            Some("Enter a telephone number".to_owned())
        } else if !possible || !(7..=15).contains(&digits) {
            Some("Enter a telephone number, such as 011 555 0101".to_owned())
        } else {
            None
        }
    }
}

fn too_long(text: &str) -> bool {
    text.chars().count() > LONGEST
}

/// The fields of an item, by their names in the form.
fn fields(item: Item) -> Vec<&'static str> {
    if item == Item::DateOfBirth { DATE.to_vec() } else { vec![item.key()] }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ITEMS: [Item; 4] = [Item::FullName, Item::Profession, Item::DateOfBirth, Item::Sex];

    fn typed(fields: &[(&str, &str)]) -> Typed {
        Typed::read(|wanted| fields.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value), &ITEMS)
    }

    fn told(fields: &[(&str, &str)]) -> Vec<(&'static str, String)> {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        typed(fields).mistakes(&ITEMS, today).into_iter().map(|mistake| (mistake.id, mistake.words)).collect()
    }

    #[test]
    fn tells_every_mistake_at_once_in_the_order_of_the_page() {
        let told = told(&[("telephone", "call me")]);
        let words: Vec<(&str, &str)> = told.iter().map(|(id, words)| (*id, words.as_str())).collect();
        assert_eq!(
            words,
            [
                ("full-name", "Enter your full name"),
                ("date-of-birth-day", "Enter your date of birth"),
                ("sex", "Choose female or male"),
                ("telephone", "Enter a telephone number, such as 011 555 0101"),
            ]
        );
    }

    #[test]
    fn what_is_right_is_taken() {
        let right = [
            ("full-name", " Bako Renshaw "),
            ("date-of-birth-day", "28"),
            ("date-of-birth-month", "10"),
            ("date-of-birth-year", "1978"),
            ("sex", "Male"),
            ("telephone", "+94 11 555 0101"),
        ];
        assert_eq!(told(&right), []);
        assert_eq!(typed(&right).get("full-name"), "Bako Renshaw");
    }

    #[test]
    fn a_date_that_no_calendar_has_is_none() {
        let date = |day, month, year| {
            let fields = [("date-of-birth-day", day), ("date-of-birth-month", month), ("date-of-birth-year", year)];
            told(&fields).into_iter().find(|(id, _)| *id == "date-of-birth-day").map(|(_, words)| words)
        };
        assert_eq!(date("29", "2", "2024"), None);
        for (day, month, year, words) in [
            ("31", "2", "1995", "must be a real date"),
            ("-3", "2", "1995", "must be a real date"),
            ("3", "2", "99999999999", "must be a real date"),
            ("", "2", "1995", "must be a real date"),
            ("22", "11", "2026", "must be in the past"),
            ("3", "2", "95", "four digits"),
        ] {
            let told = date(day, month, year).unwrap();
            assert!(told.contains(words), "{told}");
        }
    }

    #[test]
    fn nobody_is_called_by_three_hundred_letters() {
        let told = told(&[("full-name", &"ä".repeat(300))]);
        assert_eq!(told.first().unwrap().1, "Your full name must be 200 characters or fewer");
    }
}
