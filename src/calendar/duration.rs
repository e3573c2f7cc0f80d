//! Lengths of time as people write them: `0s`, `90s`, `15m`, `1h30m`, `14d`, `2y`.
//!
//! Rules: every number carries its unit, units go from large to small and stand once. A day is
//! 24 hours and a year 365 days here; calendar arithmetic is `Age`'s.
//! It does not know whether a length makes sense where it stands.

use std::time::Duration;

/// The units from large to small, with their seconds.
const UNITS: [(char, u64); 6] = [
    ('y', 365 * 86_400),
    ('w', 7 * 86_400),
    ('d', 86_400),
    ('h', 3_600),
    ('m', 60),
    ('s', 1),
];

/// Why a text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Nothing was written.
    #[error("a length of time is missing: write for example 15m, 1h30m or 14d")]
    Empty,
    /// A number stands without its unit.
    #[error("`{0}` is a number without a unit: write {0}m for minutes, {0}h for hours")]
    NoUnit(String),
    /// The text carries a minus sign.
    #[error("`{0}` is negative: a length of time starts at 0s")]
    Negative(String),
    /// The text has a fraction.
    #[error("`{0}` has a fraction: write whole numbers with units, such as 1h30m")]
    Fraction(String),
    /// A unit that does not exist.
    #[error("`{unit}` in `{text}` is not a unit: use s, m, h, d, w or y, such as 90s, 15m, 1h30m")]
    UnknownUnit {
        /// The whole text.
        text: String,
        /// What stood where a unit was expected.
        unit: String,
    },
    /// Units that repeat or go from small to large.
    #[error("`{0}`: write each unit once, from large to small, such as 1h30m")]
    Order(String),
    /// Anything else.
    #[error("`{0}` is not a length of time: write for example 90s, 15m, 1h30m, 14d or 2y")]
    NotADuration(String),
    /// More than can be counted.
    #[error("`{0}` is too long a time")]
    TooLong(String),
}

/// Reads a length of time. Years count as 365 days, weeks as 7, days as 24 hours.
pub fn parse_duration(text: &str) -> Result<Duration, DurationError> {
    let text = text.trim();
    let mut seconds = 0_u64;
    let mut smallest = None;
    for (number, unit) in parts(text)? {
        let unknown = || DurationError::UnknownUnit {
            text: text.to_owned(),
            unit: unit.to_owned(),
        };
        let rank = UNITS
            .iter()
            .position(|(name, _)| unit.chars().eq([*name]))
            .ok_or_else(unknown)?;
        if smallest.is_some_and(|before| before >= rank) {
            return Err(DurationError::Order(text.to_owned()));
        }
        smallest = Some(rank);
        seconds = UNITS
            .get(rank)
            .and_then(|(_, size)| number.checked_mul(*size))
            .and_then(|part| seconds.checked_add(part))
            .filter(|total| i64::try_from(*total).is_ok())
            .ok_or_else(|| DurationError::TooLong(text.to_owned()))?;
    }
    Ok(Duration::from_secs(seconds))
}

/// Splits `1h30m` into numbers with what follows each; at least one part.
pub(super) fn parts(text: &str) -> Result<Vec<(u64, &str)>, DurationError> {
    if text.is_empty() {
        return Err(DurationError::Empty);
    }
    if text.starts_with(['-', '−']) {
        return Err(DurationError::Negative(text.to_owned()));
    }
    if text.contains(['.', ',']) {
        return Err(DurationError::Fraction(text.to_owned()));
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = split_at_change(rest, |c| c.is_ascii_digit());
        let (unit, after) = split_at_change(after, |c| !c.is_ascii_digit());
        if number.is_empty() {
            return Err(DurationError::NotADuration(text.to_owned()));
        }
        if unit.is_empty() {
            return Err(DurationError::NoUnit(number.to_owned()));
        }
        let number = number
            .parse()
            .map_err(|_| DurationError::TooLong(text.to_owned()))?;
        parts.push((number, unit.trim()));
        rest = after;
    }
    Ok(parts)
}

fn split_at_change(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// Writes a length of time so that [`parse_duration`] reads it back: `1h30m`, `14d`, `2y`.
///
/// Whole years and two or more whole days are written as such, all else in hours, minutes and
/// seconds. Fractions of a second are dropped.
pub fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let year = 365 * 86_400;
    if seconds == 0 {
        return "0s".to_owned();
    }
    if seconds.is_multiple_of(year) {
        return format!("{}y", seconds / year);
    }
    if seconds.is_multiple_of(86_400) && seconds > 86_400 {
        return format!("{}d", seconds / 86_400);
    }
    [
        (seconds / 3_600, 'h'),
        (seconds / 60 % 60, 'm'),
        (seconds % 60, 's'),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .fold(String::new(), |text, (number, unit)| {
        format!("{text}{number}{unit}")
    })
}

/// For `#[serde(with = "serde_duration")]`: a length of time as its text.
pub mod serde_duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the text, whole seconds.
    pub fn serialize<S: Serializer>(duration: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&super::format_duration(*duration))
    }

    /// Reads the text.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        let text = String::deserialize(from)?;
        super::parse_duration(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(text: &str) -> u64 {
        parse_duration(text).unwrap().as_secs()
    }

    #[test]
    fn every_documented_form_is_read() {
        assert_eq!(seconds("0s"), 0);
        assert_eq!(seconds("90s"), 90);
        assert_eq!(seconds("15m"), 900);
        assert_eq!(seconds("1h30m"), 5_400);
        assert_eq!(seconds(" 1h 30m "), 5_400);
        assert_eq!(seconds("14d"), 14 * 86_400);
        assert_eq!(seconds("1w"), 7 * 86_400);
        assert_eq!(seconds("2y"), 730 * 86_400);
    }

    #[test]
    fn a_number_without_a_unit_is_refused_with_the_cure() {
        assert_eq!(parse_duration("8"), Err(DurationError::NoUnit("8".into())));
        assert_eq!(
            parse_duration("1h30"),
            Err(DurationError::NoUnit("30".into()))
        );
        let told = parse_duration("15").unwrap_err().to_string();
        assert!(told.contains("15m") && told.contains("15h"), "{told}");
    }

    #[test]
    fn what_is_no_length_of_time_is_refused_by_kind() {
        use DurationError as E;
        assert_eq!(parse_duration(""), Err(E::Empty));
        assert_eq!(parse_duration("-5m"), Err(E::Negative("-5m".into())));
        assert_eq!(parse_duration("1.5h"), Err(E::Fraction("1.5h".into())));
        assert_eq!(parse_duration("30m1h"), Err(E::Order("30m1h".into())));
        assert_eq!(parse_duration("1h1h"), Err(E::Order("1h1h".into())));
        assert_eq!(parse_duration("h"), Err(E::NotADuration("h".into())));
        assert!(matches!(parse_duration("5min"), Err(E::UnknownUnit { .. })));
        assert!(matches!(
            parse_duration("9".repeat(30).as_str()),
            Err(E::NoUnit(_))
        ));
        assert!(matches!(
            parse_duration("99999999999999999y"),
            Err(E::TooLong(_))
        ));
    }

    #[test]
    fn lengths_are_written_as_people_write_them() {
        for text in ["0s", "90s", "15m", "1h30m", "24h", "14d", "60d", "2y"] {
            let written = format_duration(parse_duration(text).unwrap());
            let expected = if text == "90s" { "1m30s" } else { text };
            assert_eq!(written, expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(seconds in 0_u64..20_000_000_000) {
            let duration = Duration::from_secs(seconds);
            prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,12}") {
            let _ = parse_duration(&text);
        }
    }
}
