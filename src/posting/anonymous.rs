//! What a consent record may say without telling who the patient is: a code that points into the
//! clinic's own records, and general words of what may be shown.
//!
//! A code is refused rather than trusted where it reads as a name or a date of birth; whoever keeps
//! such codes has others. It does not know which names there are: it asks.

/// Why a reference is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Something other than letters, digits and `- / . _`.
    NoCode,
    /// There is no digit in it.
    NoDigit,
    /// There is a date in it.
    Date,
    /// There is a name in it.
    Name,
}

impl Fault {
    /// What is wrong, as the end of “The reference …”.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::NoCode => {
                "may hold letters from a to z, digits and - / . _ only, without white space"
            }
            Self::NoDigit => "has no number in it, as the clinic's own records would",
            Self::Date => "seems to hold a date, which may tell who the patient is",
            Self::Name => "seems to hold a person's name",
        }
    }
}

/// What keeps a reference from being a code, if anything. `is_first_name` is asked in small letters.
pub fn fault(reference: &str, is_first_name: impl Fn(&str) -> bool) -> Option<Fault> {
    let in_code = |one: char| one.is_ascii_alphanumeric() || "-/._".contains(one);
    if !reference.chars().all(in_code) {
        return Some(Fault::NoCode);
    }
    if !reference.contains(|one: char| one.is_ascii_digit()) {
        return Some(Fault::NoDigit);
    }
    let parts = parts(reference);
    let full = parts.iter().any(|part| is_full_date(part));
    if full || parts.windows(3).any(is_date) {
        return Some(Fault::Date);
    }
    // Two letters are a series of forms more often than a name.
    let named = |part: &&str| part.len() > 2 && is_first_name(&part.to_ascii_lowercase());
    let year_of_birth = parts.iter().any(|part| is_past_year(part));
    let surname = |part: &&str| part.len() > 4 && !is_number(part) && !is_filing_word(part);
    let mut words = parts.iter().filter(|part| !is_number(part));
    let name = words.any(|part| named(&part.as_str()) || year_of_birth && surname(&part.as_str()));
    name.then_some(Fault::Name)
}

/// Runs of digits and runs of letters; a word is cut where a small letter meets a capital.
fn parts(reference: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut last = '-';
    for one in reference.chars() {
        let goes_on = last.is_ascii_digit() && one.is_ascii_digit()
            || last.is_ascii_alphabetic()
                && one.is_ascii_alphabetic()
                && !(last.is_ascii_lowercase() && one.is_ascii_uppercase());
        match parts.last_mut() {
            Some(part) if goes_on => part.push(one),
            _ if one.is_ascii_alphanumeric() => parts.push(one.to_string()),
            _ => {}
        }
        last = one;
    }
    parts
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

fn within(part: &str, from: u32, to: u32) -> bool {
    is_number(part) && part.parse().is_ok_and(|n: u32| (from..=to).contains(&n))
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && within(part, 1900, 2100)
}

/// A year in which hardly any consent to publish that still is in use was signed.
fn is_past_year(part: &str) -> bool {
    part.len() == 4 && within(part, 1900, 2015)
}

/// Words by which forms are filed, which are nobody's name.
fn is_filing_word(part: &str) -> bool {
    let words = [
        "consent",
        "release",
        "photo",
        "image",
        "video",
        "record",
        "patient",
        "publication",
    ];
    let small = part.to_ascii_lowercase();
    words
        .iter()
        .any(|word| small.trim_end_matches('s') == *word)
}

/// Day and month in either order.
fn is_day_and_month(one: &str, other: &str) -> bool {
    let (day, month) = ((1, 31), (1, 12));
    let fits = |part: &str, (from, to)| part.len() < 3 && within(part, from, to);
    fits(one, day) && fits(other, month) || fits(one, month) && fits(other, day)
}

fn is_month_name(part: &str) -> bool {
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "ene",
        "abr", "ago", "dic", "gen", "des",
    ];
    let small = part.to_ascii_lowercase();
    small.get(..3).is_some_and(|start| months.contains(&start))
}

/// Three parts in a row that read as a date: 1960-03-12, 12/03/1960, 12.03.60, 12-Mar-1960.
fn is_date(parts: &[String]) -> bool {
    let [first, second, third] = parts else {
        return false;
    };
    let two_digits = |part: &String| part.len() == 2;
    let short = parts.iter().all(two_digits) && is_number(third);
    is_year(first) && is_day_and_month(second, third)
        || (is_year(third) || short) && is_day_and_month(first, second)
        || within(first, 1, 31) && is_month_name(second) && within(third, 0, 2100)
}

/// Eight digits that read as a date: 19600312, 12031960.
fn is_full_date(part: &str) -> bool {
    if part.len() != 8 || !is_number(part) {
        return false;
    }
    let at = |from: usize, to: usize| &part[from..to];
    is_year(at(0, 4)) && is_day_and_month(at(4, 6), at(6, 8))
        || is_year(at(4, 8)) && is_day_and_month(at(0, 2), at(2, 4))
}

/// Whether a form of address stands before a word with a capital: “Mrs Smith”, “Senyora Puig”.
pub fn is_addressed(text: &str) -> bool {
    let titles = [
        "mr", "mrs", "ms", "miss", "mx", "dr", "dra", "sr", "sra", "srta", "don", "doña", "señor",
        "señora", "senyor", "senyora",
    ];
    let words: Vec<&str> = text
        .split(|one: char| one.is_whitespace() || one == '.')
        .map(|word| word.trim_matches(|one: char| !one.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .collect();
    words.windows(2).any(|pair| {
        titles.contains(&pair[0].to_lowercase().as_str()) && pair[1].starts_with(char::is_uppercase)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &str) -> Option<Fault> {
        fault(reference, |word| ["jane", "emma"].contains(&word))
    }

    #[test]
    fn codes_of_the_clinics_records_are_kept() {
        let codes = [
            "R-1",
            "R-2026-17",
            "CONS-2026-014",
            "C-12",
            "consent/2014/3",
            "MRN.0045_b",
            "Releases-2010-7",
            "REF120360",
            "CONS-20269945",
        ];
        for code in codes {
            assert_eq!(of(code), None, "{code}");
        }
    }

    #[test]
    fn names_dates_and_sentences_are_not() {
        let cases = [
            ("Mrs Jane Smith", Fault::NoCode),
            ("Ramirez 1960", Fault::NoCode),
            ("Núria-1", Fault::NoCode),
            ("", Fault::NoDigit),
            ("Ramirez", Fault::NoDigit),
            ("Jane-1", Fault::Name),
            ("emma_jones/7", Fault::Name),
            ("SmithJane7", Fault::Name),
            ("Ramirez-1960", Fault::Name),
            ("R-12/03/1960", Fault::Date),
            ("R-1960-3-12", Fault::Date),
            ("R-12.03.60", Fault::Date),
            ("12-Mar-1960", Fault::Date),
            ("C19600312", Fault::Date),
            ("C12031960", Fault::Date),
        ];
        for (reference, fault) in cases {
            assert_eq!(of(reference), Some(fault), "{reference}");
        }
    }

    #[test]
    fn forms_of_address_are_seen_before_a_capital_alone() {
        for text in [
            "Photo of Mrs Jane",
            "mr. Smith",
            "la Senyora Puig",
            "don Pedro",
        ] {
            assert!(is_addressed(text), "{text}");
        }
        for text in ["a wound, don't Show", "Dr and nurse", "a wound", "the SR"] {
            assert!(!is_addressed(text), "{text}");
        }
    }
}
