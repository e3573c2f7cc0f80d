//! Words that deny, in English, Spanish and Catalan: "this is not sponsored" tells no tie.
//!
//! It knows only words; what is denied, and what follows from it, is its callers' business.

const DENYING: [&str; 34] = [
    "no", "not", "never", "nope", "nah", "non", "none", "nobody", "nothing", "neither", "nor",
    "without", "cannot", "false", "wrong", "hardly", "n", "sin", "nunca", "jamás", "jamas",
    "nadie", "nada", "ningún", "ninguno", "ninguna", "tampoco", "falso", "cap", "sense", "mai",
    "ningú", "res", "fals",
];

/// Whether a word denies, whatever its case and the marks around it.
pub fn denies(word: &str) -> bool {
    let word = word.to_lowercase().replace('’', "'");
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    DENYING.contains(&word) || word.ends_with("n't")
}

/// Whether an answer begins with a denial.
pub fn begins(answer: &str) -> bool {
    answer.split_whitespace().next().is_some_and(denies)
}

/// Whether one of the words denies.
pub fn within(words: &str) -> bool {
    words.split_whitespace().any(denies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_denial_is_known_in_three_languages_and_any_case() {
        for word in [
            "not",
            "NO,",
            "isn’t",
            "Wouldn't",
            "nunca",
            "jamás",
            "Mai.",
            "“never”",
        ] {
            assert!(denies(word), "{word}");
        }
        for word in ["note", "know", "yes", "sí", "notice", "", "…"] {
            assert!(!denies(word), "{word}");
        }
        assert!(begins("No, it is mine") && !begins("It is not mine") && !begins(""));
        assert!(within("It is not mine") && !within("It is mine"));
    }
}
