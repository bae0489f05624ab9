//! Compares a file with its JSON Schema and tells every difference in words.
//!
//! A misspelt key hides what stands under it. So what was clearly meant is put in its place, in memory only, and the
//! file is looked at again, until nothing new is found.

mod words;

use serde_json::{Map, Value};

use self::words::{Mistake, Repair};
use crate::{
    Document, Problem,
    document::{Place, child},
    format::FORMATS,
};

/// More misspelt words than a file can have and still be meant.
const MOST_REPAIRS: usize = 1_000;

impl Document {
    /// Every difference to `schema`, each at its key or value. Misspelt keys and words are put right in memory, so that what
    /// stands below them is read too; the file's own text stays as it is.
    pub fn compare(&mut self, schema: &Value) -> Vec<Problem> {
        let mut options = jsonschema::options().should_validate_formats(true);
        for format in FORMATS {
            options = options.with_format(format.name, format.is);
        }
        let Ok(validator) = options.build(schema) else {
            return vec![self.at(0, "the JSON Schema of this file is not one")];
        };
        let mut found: Vec<Problem> = Vec::new();
        for (at, key) in std::mem::take(&mut self.doubles) {
            found.push(self.at(at, format!("`{key}` is written twice in one object; remove one")));
        }
        for _ in 0..MOST_REPAIRS {
            let mistakes = words::tell(validator.iter_errors(&self.value), schema);
            let Some((mistake, repair)) = first_repair(&mistakes) else {
                found.extend(mistakes.iter().map(|mistake| self.told(mistake)));
                break;
            };
            found.push(self.told(mistake));
            self.repair(repair);
        }
        found.sort();
        found.dedup();
        found
    }

    fn told(&self, mistake: &Mistake) -> Problem {
        if mistake.on_key {
            self.on_key(&mistake.pointer, &mistake.message)
        } else {
            self.on_value(&mistake.pointer, &mistake.message)
        }
    }

    fn repair(&mut self, repair: &Repair) {
        match repair {
            Repair::Key { around, written, meant } => {
                if let Some(object) = self.value.pointer_mut(around).and_then(Value::as_object_mut) {
                    let renamed = |(key, value)| (if key == *written { meant.clone() } else { key }, value);
                    *object = std::mem::take(object).into_iter().map(renamed).collect::<Map<_, _>>();
                }
                let (old, new) = (child(around, written), child(around, meant));
                let below = |pointer: &String| *pointer == old || pointer.starts_with(&format!("{old}/"));
                let moved: Vec<(String, Place)> = self.places.extract_if(|pointer, _| below(pointer)).collect();
                let moved = moved
                    .into_iter()
                    .filter_map(|(pointer, place)| Some((format!("{new}{}", pointer.strip_prefix(&old)?), place)));
                self.places.extend(moved);
            }
            Repair::Word { pointer, meant } => {
                if let Some(value) = self.value.pointer_mut(pointer) {
                    *value = Value::String(meant.clone());
                }
            }
        }
    }
}

fn first_repair(mistakes: &[Mistake]) -> Option<(&Mistake, &Repair)> {
    mistakes.iter().find_map(|mistake| Some((mistake, mistake.repair.as_ref()?)))
}
