//! Guesses what somebody meant who misspelt a word.

/// The known word that is so near to the one written that it was surely meant: of what follows their common beginning, one
/// letter in four may be wrong, and always one.
pub fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let written = written.to_lowercase();
    let near = |word: &&'a str| {
        let lower = word.to_lowercase();
        let common = written.chars().zip(lower.chars()).take_while(|(a, b)| a == b).count();
        let rest = written.chars().count().max(lower.chars().count()).saturating_sub(common);
        let distance = strsim::damerau_levenshtein(&written, &lower);
        (distance <= 1.max(rest / 4)).then_some((distance, *word))
    };
    known.iter().filter_map(near).min().map(|(_, word)| word)
}

/// `; did you mean `x`?` for the end of a message, or nothing where nothing is near.
pub fn did_you_mean(written: &str, known: &[&str]) -> String {
    nearest(written, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn what_was_surely_meant_is_found_and_nothing_else() {
        for (written, known, meant) in [
            ("coolDwon", "coolDown", true),
            ("tokenURL", "tokenUrl", true),
            ("foundatonalIdArgNam", "foundationalIdArgName", true),
            ("person.fulName", "person.fullName", true),
            ("getPersonInfo.brNo", "getPersonInfo.name", false),
            ("rgd", "die", false),
            ("url", "listen", false),
        ] {
            assert_eq!(nearest(written, &[known]).is_some(), meant, "{written} {known}");
        }
    }
}
