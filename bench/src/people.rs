//! The people whom the questions are about: numbered, each with an identity card number of twelve digits.

use std::ops::Range;

/// How long an identity card number is.
pub const LENGTH: usize = 12;

/// The number of the person with this number among ours.
pub fn nic(person: u64) -> String {
    format!("1990{:08}", person % 100_000_000)
}

/// Where the first identity card number stands in `text`: the first run of exactly twelve digits.
pub fn find_nic(text: &[u8]) -> Option<Range<usize>> {
    let mut start = 0;
    while start < text.len() {
        let rest = text.get(start..)?;
        let first = start + rest.iter().position(u8::is_ascii_digit)?;
        let run = text.get(first..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if run == LENGTH {
            return Some(first..first + run);
        }
        start = first + run;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_by_her_number() {
        let text = format!(r#"{{"query":"query Q1 {{ r0_person }}","variables":{{"a":"{}"}}}}"#, nic(7));
        let place = find_nic(text.as_bytes()).unwrap();
        assert_eq!(text.get(place), Some("199000000007"));
        assert_eq!(find_nic(b"1234567890123 123"), None);
    }
}
