//! English names of weekdays and months, whole or by their first three letters, in any case.
//!
//! It does not know other languages: the plan's file format is English.

use jiff::civil::Weekday;

const WEEKDAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The weekday that `text` names: `mon`, `Monday`; `None` for anything else.
pub fn weekday_named(text: &str) -> Option<Weekday> {
    let position = position(&WEEKDAYS, text)?;
    Weekday::from_sunday_zero_offset(i8::try_from(position).ok()?).ok()
}

/// The weekday's number in a cron expression, Sunday being 0.
pub(super) fn weekday_number(text: &str) -> Option<u8> {
    u8::try_from(position(&WEEKDAYS, text)?).ok()
}

/// The month's number, January being 1.
pub(super) fn month_number(text: &str) -> Option<u8> {
    u8::try_from(position(&MONTHS, text)? + 1).ok()
}

fn position(names: &[&str], text: &str) -> Option<usize> {
    let text = text.to_lowercase();
    names
        .iter()
        .position(|name| *name == text || name.get(..3) == Some(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_whole_or_three_letters_in_any_case() {
        assert_eq!(weekday_named("TUE"), Some(Weekday::Tuesday));
        assert_eq!(weekday_named("tuesday"), Some(Weekday::Tuesday));
        assert_eq!(weekday_named("tues"), None);
        assert_eq!(weekday_named(""), None);
        assert_eq!(weekday_number("Sun"), Some(0));
        assert_eq!(month_number("Dec"), Some(12));
        assert_eq!(month_number("may"), Some(5));
    }
}
