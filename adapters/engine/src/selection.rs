//! Reads a value out of JSON: a path, then a few functions. It always ends, and it never loops.

use serde_json::Value;

/// The value is not of the kind that a function takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongKind;

/// `$.a.b[0]`: where a value stands. What is not there is `null`.
#[derive(Debug, Clone)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, Clone)]
enum Step {
    Member(String),
    Item(usize),
}

/// `$.a | trim | split(" ")`: a path and functions.
#[derive(Debug, Clone)]
pub(crate) struct Selection {
    path: Path,
    functions: Vec<Function>,
}

#[derive(Debug, Clone)]
enum Function {
    Trim,
    Upper,
    Lower,
    BlankIsNull,
    Int,
    Split(String),
    Join(String),
    First,
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a path such as `$.name` or `$.names[0]`");
        let mut steps = Vec::new();
        for (position, part) in text.split('.').enumerate() {
            let (name, items) = part.split_once('[').map_or((part, None), |(name, items)| (name, Some(items)));
            let is_name =
                |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
            match (position, name) {
                (0, "$") => {}
                (1.., name) if is_name(name) => steps.push(Step::Member(name.to_owned())),
                _ => return Err(wrong()),
            }
            if let Some(items) = items {
                for item in items.strip_suffix(']').ok_or_else(wrong)?.split("][") {
                    steps.push(Step::Item(item.parse().map_err(|_| wrong())?));
                }
            }
        }
        Ok(Self(steps))
    }

    pub(crate) fn member(name: &str) -> Self {
        Self(vec![Step::Member(name.to_owned())])
    }

    pub(crate) fn find<'v>(&self, value: &'v Value) -> &'v Value {
        let found = self.0.iter().try_fold(value, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Item(index) => value.get(index),
        });
        found.unwrap_or(&Value::Null)
    }
}

impl Selection {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = split_outside_quotes(text).into_iter();
        let path = Path::parse(parts.next().unwrap_or_default().trim())?;
        let functions = parts.map(|part| Function::parse(part.trim())).collect::<Result<_, _>>()?;
        Ok(Self { path, functions })
    }

    /// The member of this name, as it is.
    pub(crate) fn member(name: &str) -> Self {
        Self { path: Path::member(name), functions: Vec::new() }
    }

    pub(crate) fn read(&self, from: &Value) -> Result<Value, WrongKind> {
        self.functions.iter().try_fold(self.path.find(from).clone(), |value, function| function.apply(value))
    }
}

impl Function {
    fn parse(text: &str) -> Result<Self, String> {
        let (name, argument) = match text.split_once('(') {
            None => (text, None),
            Some((name, rest)) => {
                let argument =
                    rest.strip_suffix(')').and_then(|quoted| serde_json::from_str::<String>(quoted.trim()).ok());
                (name, Some(argument.ok_or_else(|| format!("`{name}` takes one text in double quotes"))?))
            }
        };
        match (name, argument) {
            ("trim", None) => Ok(Self::Trim),
            ("upper", None) => Ok(Self::Upper),
            ("lower", None) => Ok(Self::Lower),
            ("blank_is_null", None) => Ok(Self::BlankIsNull),
            ("int", None) => Ok(Self::Int),
            ("first", None) => Ok(Self::First),
            ("split", Some(by)) if !by.is_empty() => Ok(Self::Split(by)),
            ("join", Some(with)) => Ok(Self::Join(with)),
            _ => Err(format!(
                "`{text}` is not a function; there are `trim`, `upper`, `lower`, `blank_is_null`, `int`, `first`, \
                 `split(\"…\")`, `join(\"…\")`"
            )),
        }
    }

    fn apply(&self, value: Value) -> Result<Value, WrongKind> {
        match (self, value) {
            (_, Value::Null) => Ok(Value::Null),
            (Self::Trim, Value::String(text)) => Ok(text.trim().into()),
            (Self::Upper, Value::String(text)) => Ok(text.to_uppercase().into()),
            (Self::Lower, Value::String(text)) => Ok(text.to_lowercase().into()),
            (Self::BlankIsNull, Value::String(text)) if text.trim().is_empty() => Ok(Value::Null),
            (Self::BlankIsNull, other) => Ok(other),
            (Self::Int, Value::String(text)) => text.trim().parse::<i64>().map(Value::from).map_err(|_| WrongKind),
            (Self::Int, Value::Number(number)) if number.is_i64() => Ok(Value::Number(number)),
            (Self::Split(by), Value::String(text)) => {
                Ok(text.split(by.as_str()).filter(|part| !part.is_empty()).map(Value::from).collect())
            }
            (Self::Join(with), Value::Array(items)) => {
                let texts = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>().ok_or(WrongKind)?;
                Ok(texts.join(with).into())
            }
            (Self::First, Value::Array(items)) => Ok(items.into_iter().next().unwrap_or(Value::Null)),
            _ => Err(WrongKind),
        }
    }
}

/// Splits at `|`, except within double quotes.
fn split_outside_quotes(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for letter in text.chars() {
        match letter {
            '|' if !quoted => parts.push(std::mem::take(&mut part)),
            _ => part.push(letter),
        }
        quoted ^= letter == '"' && !escaped;
        escaped = quoted && letter == '\\' && !escaped;
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(selection: &str) -> Result<Value, WrongKind> {
        let value = json!({"name": " Ann ", "blank": " ", "names": "A|B  C", "list": ["x", "y"], "year": "1990", "a": {"b": [1, 2]}});
        Selection::parse(selection).unwrap().read(&value)
    }

    #[test]
    fn reads_members_items_and_nothing() {
        assert_eq!(read("$.a.b[1]"), Ok(json!(2)));
        assert_eq!(read("$.list[0]"), Ok(json!("x")));
        assert_eq!(read("$.a.c.d"), Ok(Value::Null));
        assert_eq!(read("$.list[9] | trim"), Ok(Value::Null));
    }

    #[test]
    fn applies_functions_in_order() {
        assert_eq!(read("$.name | trim | upper"), Ok(json!("ANN")));
        assert_eq!(read("$.blank | blank_is_null"), Ok(Value::Null));
        assert_eq!(read(r#"$.names | split("|")"#), Ok(json!(["A", "B  C"])));
        assert_eq!(read(r#"$.names | split(" ") | first | lower"#), Ok(json!("a|b")));
        assert_eq!(read(r#"$.list | join(", ")"#), Ok(json!("x, y")));
        assert_eq!(read("$.year | int"), Ok(json!(1990)));
    }

    #[test]
    fn a_value_of_another_kind_is_an_error_and_no_guess() {
        for selection in ["$.name | int", "$.a | trim", "$.name | first", r#"$.a.b | join("")"#] {
            assert_eq!(read(selection), Err(WrongKind), "{selection}");
        }
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for bad in [
            "",
            "name",
            "$name",
            "$.",
            "$..a",
            "$.a[",
            "$.a[x]",
            "$.a | eval",
            "$.a | split",
            "$.a | split(x)",
            "$.a |",
        ] {
            assert!(Selection::parse(bad).is_err(), "{bad}");
        }
    }
}
