//! ISO 8601 durations, as far as they have one length: days, hours, minutes, seconds (`P30D`, `PT1H`, `P1DT12H`).

use std::borrow::Cow;

use chrono::TimeDelta;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// A span of time that keeps the way it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoDuration {
    text: String,
    length: TimeDelta,
}

impl IsoDuration {
    /// Reads `P[nD][T[nH][nM][nS]]`; at least one part, none negative, at most 100 years.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix('P')?;
        let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
        let mut seconds: i64 = 0;
        let mut parts = 0;
        for (section, units) in
            [(Some(date), [('D', 86_400), ('D', 0), ('D', 0)]), (time, [('H', 3_600), ('M', 60), ('S', 1)])]
        {
            let mut number = String::new();
            let mut allowed = units.into_iter();
            for c in section.unwrap_or_default().chars() {
                if c.is_ascii_digit() {
                    number.push(c);
                    continue;
                }
                let (_, each) = allowed.find(|(unit, each)| *unit == c && *each > 0)?;
                seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(each)?)?;
                number.clear();
                parts += 1;
            }
            if !number.is_empty() {
                return None;
            }
        }
        let length = TimeDelta::try_seconds(seconds)?;
        let fits = parts > 0 && time != Some("") && length <= TimeDelta::days(36_525);
        fits.then(|| Self { text: text.to_owned(), length })
    }

    /// So many seconds.
    pub fn of_seconds(seconds: u32) -> Self {
        Self { text: format!("PT{seconds}S"), length: TimeDelta::seconds(seconds.into()) }
    }

    /// Its length.
    pub fn length(&self) -> TimeDelta {
        self.length
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<'de> Deserialize<'de> for IsoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is not a duration such as `PT1H` or `P30D`")))
    }
}

impl JsonSchema for IsoDuration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "An ISO 8601 duration of days, hours, minutes and seconds, such as `P30D` or `PT1H`.";
        json_schema!({ "description": description, "type": "string", "format": "duration" })
    }
}

impl Serialize for IsoDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_days_hours_minutes_and_seconds() {
        for (text, seconds) in [("PT1H", 3600), ("P7D", 604_800), ("P1DT12H", 129_600), ("PT90M", 5400), ("PT0S", 0)] {
            assert_eq!(IsoDuration::parse(text).unwrap().length().num_seconds(), seconds, "{text}");
        }
    }

    #[test]
    fn refuses_what_has_no_one_length_or_no_sense() {
        for text in ["", "P", "PT", "P1M", "P1Y", "1D", "P1", "P-1D", "PT1M1H", "P1D1D", "P99999999999D", "P1DT"] {
            assert_eq!(IsoDuration::parse(text), None, "{text}");
        }
    }
}
