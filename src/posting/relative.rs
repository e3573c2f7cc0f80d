//! Days that a text names by their distance: what they will mean when the post goes out.
//!
//! "Yesterday", written on Tuesday and sent on Thursday, is Wednesday to whoever reads it. It knows
//! the words of English, Spanish and Catalan, and no clock.

use jiff::ToSpan as _;
use jiff::civil::Date;

/// Words for a day, and how far it lies from the day of reading.
const WORDS: [(&str, i64); 14] = [
    ("today", 0),
    ("tonight", 0),
    ("hoy", 0),
    ("avui", 0),
    ("yesterday", -1),
    ("last night", -1),
    ("ayer", -1),
    ("anoche", -1),
    ("ahir", -1),
    ("anit", -1),
    ("tomorrow", 1),
    ("mañana", 1),
    ("demà", 1),
    ("this morning", 0),
];

/// What words that name a day by its distance mean when they are read on this day.
pub fn meant_on(words: &str, day: Date) -> Option<Date> {
    let words = words.to_lowercase();
    let known = WORDS.iter().find(|(word, _)| words.trim() == *word);
    let (_, distance) = known?;
    day.checked_add(distance.days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn yesterday_is_the_day_before_the_post_goes_out() {
        let thursday = date(2026, 1, 8);
        assert_eq!(meant_on("Yesterday", thursday), Some(date(2026, 1, 7)));
        assert_eq!(meant_on("hoy", thursday), Some(thursday));
        assert_eq!(meant_on("on 5 January", thursday), None);
    }
}
