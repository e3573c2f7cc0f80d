//! Random rules, beside what the `rrule` crate makes of them.

use chrono::{Datelike, NaiveDate, Timelike};
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rrule::{RRule, Tz, Unvalidated};

use super::*;

fn window(from: Date, until: Date) -> Window {
    let most = 2000;
    Window { from, until, most }
}

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn list<T: ToString>(key: &str, named: &[T]) -> String {
    if named.is_empty() {
        return String::new();
    }
    let named: Vec<String> = named.iter().map(ToString::to_string).collect();
    format!(";{key}={}", named.join(","))
}

/// Some numbers of a range, counted from either end.
fn some(range: std::ops::Range<i16>, most: usize) -> BoxedStrategy<Vec<i16>> {
    let negative = range.clone().map(|number| -number);
    let all: Vec<i16> = range.clone().chain(negative).collect();
    subsequence(all, 0..=most).boxed()
}

/// Days of a rule that a frequency allows. Left out is where the crate does otherwise than the
/// standard says: weekdays with and without a number beside each other, and weeks without a weekday.
fn days(frequency: &'static str) -> BoxedStrategy<String> {
    let plain = || subsequence(WEEKDAYS.to_vec(), 0..=3).prop_map(|named| list("BYDAY", &named));
    let numbered = |most: i16| {
        (some(1..most, 2), select(&WEEKDAYS[..])).prop_map(move |(numbers, weekday)| {
            // The crate refuses the fifth weekday from the end of a month.
            let numbers = numbers.iter().filter(|number| **number > 1 - most);
            let named = numbers.map(|number| format!("{number}{weekday}"));
            list("BYDAY", &named.collect::<Vec<_>>())
        })
    };
    let month_days = || some(1..32, 3).prop_map(|named| list("BYMONTHDAY", &named));
    let both = |one: BoxedStrategy<String>, other: BoxedStrategy<String>| {
        (one, other).prop_map(|(one, other)| one + &other).boxed()
    };
    match frequency {
        "WEEKLY" => plain().boxed(),
        "DAILY" => both(plain().boxed(), month_days().boxed()),
        "MONTHLY" => prop_oneof![numbered(6), both(plain().boxed(), month_days().boxed())].boxed(),
        _ => {
            let weeks = (some(1..53, 3), subsequence(WEEKDAYS.to_vec(), 1..=3));
            let weeks =
                weeks.prop_map(|(weeks, days)| list("BYWEEKNO", &weeks) + &list("BYDAY", &days));
            let year_days = some(1..367, 3).prop_map(|named| list("BYYEARDAY", &named));
            prop_oneof![
                numbered(54),
                numbered(6),
                weeks,
                both(plain().boxed(), year_days.boxed()),
                both(plain().boxed(), month_days().boxed())
            ]
            .boxed()
        }
    }
}

fn rules() -> impl Strategy<Value = String> {
    select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]).prop_flat_map(|frequency| {
        let months = subsequence((1..=12).collect::<Vec<i16>>(), 0..=3);
        // Week one of the crate's first period begins with the beginning, not with the week.
        let positions = match frequency {
            "WEEKLY" => Just(Vec::new()).boxed(),
            _ => prop_oneof![3 => Just(Vec::new()), 1 => some(1..5, 2)].boxed(),
        };
        let hours = subsequence(vec![8, 13, 20], 0..=2);
        let ends = (
            proptest::option::of(1_u32..30),
            select(&WEEKDAYS[..]),
            1_u32..5,
        );
        (days(frequency), months, positions, hours, ends).prop_map(
            move |(days, months, positions, hours, (count, starts, interval))| {
                let parts = days + &list("BYMONTH", &months) + &list("BYHOUR", &hours);
                let positions = if parts.is_empty() {
                    String::new()
                } else {
                    list("BYSETPOS", &positions)
                };
                let count = count.map(|count| format!(";COUNT={count}"));
                let count = count.unwrap_or_default();
                format!(
                    "FREQ={frequency};INTERVAL={interval};WKST={starts}{parts}{positions}{count}"
                )
            },
        )
    })
}

/// What the crate makes of a rule: UTC stands for no zone.
fn by_the_crate(rule: &str, begins: DateTime, window: Window) -> Vec<DateTime> {
    let civil = |at: DateTime| {
        let number = |number: i8| u32::from(number.unsigned_abs());
        NaiveDate::from_ymd_opt(at.year().into(), number(at.month()), number(at.day()))
            .and_then(|day| day.and_hms_opt(number(at.hour()), number(at.minute()), 0))
            .and_then(|at| at.and_local_timezone(Tz::UTC).single())
            .unwrap()
    };
    let unvalidated: RRule<Unvalidated> = rule.parse().unwrap();
    let set = unvalidated.build(civil(begins)).unwrap();
    let number = |number: u32| i8::try_from(number).unwrap();
    let found = set
        .after(civil(window.from.at(0, 0, 0, 0)))
        .before(civil(window.until.at(23, 59, 0, 0)))
        .all(u16::MAX);
    let found = found.dates.into_iter().map(|at| {
        date(
            i16::try_from(at.year()).unwrap(),
            number(at.month()),
            number(at.day()),
        )
        .at(number(at.hour()), number(at.minute()), 0, 0)
    });
    found.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_rules_come_out_as_elsewhere(
        rule in rules(),
        (year, month, day) in (2019_i16..2027, 1_i8..13, 1_i8..32),
        later in 0_i64..900,
    ) {
        let day = date(year, month, 1).saturating_add((i64::from(day) - 1).days());
        let begins = day.at(9, 30, 0, 0);
        let from = day.saturating_add(later.days());
        let window = window(from, from.saturating_add(800.days()));
        let ours: Recurrence = rule.parse().unwrap();
        let found = ours.occurrences(begins, &Calendar::default(), window).unwrap();
        prop_assert_eq!(&found, &by_the_crate(&rule, begins, window), "{} from {}", rule, begins);
    }

    #[test]
    fn no_text_panics(text in "(FREQ=(DAILY|YEARLY);)?[A-Z0-9=;,+-]{0,40}|\\PC{0,20}") {
        let _ = text.parse::<Recurrence>();
    }
}
