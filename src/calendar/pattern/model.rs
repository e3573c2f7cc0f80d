//! Patterns against a model that shares no code with them: it walks every minute of ten years.
//!
//! The model knows a zone only as the offset of each quarter of an hour. It keeps the latest
//! local minute the clock has shown; whatever local minutes the clock shows or jumps over for the
//! first time are due at that instant. So each occurs once, and none is lost.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::{Calendar, Pattern};

const ZONES: [&str; 8] = [
    "Europe/London",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "America/Santiago",
    "Africa/Cairo",
    "Pacific/Chatham",
    "UTC",
];

/// One element of a field, as the model knows it.
#[derive(Clone, Debug)]
enum Part {
    Value(u8),
    Range(u8, u8, u8),
    Every(u8),
}

/// One field: `*` or a list.
#[derive(Clone, Debug)]
enum Given {
    Star,
    List(Vec<Part>),
}

impl Given {
    fn text(&self) -> String {
        let Self::List(parts) = self else {
            return "*".to_owned();
        };
        let texts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Part::Value(value) => value.to_string(),
                Part::Range(from, until, 1) => format!("{from}-{until}"),
                Part::Range(from, until, step) => format!("{from}-{until}/{step}"),
                Part::Every(step) => format!("*/{step}"),
            })
            .collect();
        texts.join(",")
    }

    fn holds(&self, value: u8, least: u8) -> bool {
        let Self::List(parts) = self else { return true };
        parts.iter().any(|part| match part {
            Part::Value(one) => value == *one,
            Part::Range(from, until, step) => {
                (*from..=*until).contains(&value) && (value - from).is_multiple_of(*step)
            }
            Part::Every(step) => (value - least).is_multiple_of(*step),
        })
    }

    fn restricted(&self) -> bool {
        !self.text().starts_with('*')
    }
}

fn list(least: u8, most: u8, longest: usize) -> impl Strategy<Value = Given> {
    let part = prop_oneof![
        4 => (least..=most).prop_map(Part::Value),
        1 => (least..=most, least..=most, 1_u8..4)
            .prop_map(|(a, b, step)| Part::Range(a.min(b), a.max(b), step)),
        1 => (1_u8..=most).prop_map(Part::Every),
    ];
    prop::collection::vec(part, 1..=longest).prop_map(Given::List)
}

fn any_or(least: u8, most: u8) -> impl Strategy<Value = Given> {
    prop_oneof![3 => Just(Given::Star), 2 => list(least, most, 2)]
}

/// Minutes and hours that keep ten years short, in which daylight saving happens.
fn few(values: &'static [u8]) -> impl Strategy<Value = Given> {
    prop::sample::select(values).prop_map(|value| Given::List(vec![Part::Value(value)]))
}

#[derive(Clone, Debug)]
struct Fields {
    minute: Given,
    hour: Given,
    day: Given,
    month: Given,
    weekday: Given,
}

impl Fields {
    fn text(&self) -> String {
        let all = [
            &self.minute,
            &self.hour,
            &self.day,
            &self.month,
            &self.weekday,
        ];
        all.map(Given::text).join(" ")
    }

    fn holds_on(&self, date: Date) -> bool {
        let (month, day) = (date.month().unsigned_abs(), date.day().unsigned_abs());
        let weekday = date.weekday().to_sunday_zero_offset().unsigned_abs();
        let by_day = self.day.holds(day, 1);
        let by_weekday =
            self.weekday.holds(weekday, 0) || (weekday == 0 && self.weekday.holds(7, 0));
        let either = self.day.restricted() && self.weekday.restricted();
        self.month.holds(month, 1)
            && if either {
                by_day || by_weekday
            } else {
                by_day && by_weekday
            }
    }
}

fn sparse() -> impl Strategy<Value = Fields> {
    (
        few(&[0, 1, 15, 30, 45, 59]),
        few(&[0, 1, 2, 3, 8, 23]),
        any_or(1, 31),
        any_or(1, 12),
        any_or(0, 7),
    )
        .prop_map(|(minute, hour, day, month, weekday)| Fields {
            minute,
            hour,
            day,
            month,
            weekday,
        })
}

fn dense() -> impl Strategy<Value = Fields> {
    (any_or(0, 59), any_or(0, 23), any_or(1, 31), any_or(0, 7)).prop_map(
        |(minute, hour, day, weekday)| Fields {
            minute,
            hour,
            day,
            month: Given::Star,
            weekday,
        },
    )
}

/// Minutes since the epoch at which the pattern is due, by walking them one by one.
fn walk(zone: &TimeZone, fields: &Fields, from: i64, until: i64) -> Vec<i64> {
    let epoch = Date::constant(1970, 1, 1);
    let offset_at = |minute: i64| {
        let at = Timestamp::from_second(minute * 60).unwrap();
        i64::from(zone.to_offset(at).seconds()) / 60
    };
    // Two days of run-up, so that the latest local minute is known at `from`.
    let start = from - from.rem_euclid(15) - 2 * 1440;
    let mut due = Vec::new();
    let mut latest = start + offset_at(start);
    let (mut day, mut day_holds) = (i64::MIN, false);
    let mut offset = 0;
    for minute in start..until {
        if minute % 15 == 0 {
            offset = offset_at(minute);
        }
        let local = minute + offset;
        for shown in latest + 1..=local {
            if shown.div_euclid(1440) != day {
                day = shown.div_euclid(1440);
                day_holds = fields.holds_on(epoch + day.days());
            }
            let of_day = shown.rem_euclid(1440);
            let holds = day_holds
                && fields.hour.holds((of_day / 60) as u8, 0)
                && fields.minute.holds((of_day % 60) as u8, 0);
            if holds && minute >= from && due.last() != Some(&minute) {
                due.push(minute);
            }
        }
        latest = latest.max(local);
    }
    due
}

fn compare(zone: &str, fields: &Fields, from: i64, until: i64) -> Result<(), TestCaseError> {
    let zone = TimeZone::get(zone).unwrap();
    let expected = walk(&zone, fields, from, until);
    let calendar = Calendar {
        zone,
        ..Calendar::default()
    };
    let Ok(pattern) = Pattern::parse(&fields.text()) else {
        prop_assert!(expected.is_empty(), "{} was refused", fields.text());
        return Ok(());
    };
    let instant = |minute: i64| Timestamp::from_second(minute * 60).unwrap();
    let found: Vec<i64> = pattern
        .between(&calendar, instant(from), instant(until))
        .map(|at| at.as_second() / 60)
        .collect();
    prop_assert!(found.is_sorted_by(|a, b| a < b));
    prop_assert_eq!(found, expected);
    Ok(())
}

const TEN_YEARS: i64 = 3_653 * 1440;
/// 2020-01-01T00:00Z in minutes since the epoch.
const FIRST: i64 = 26_297_280;

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ten_years_of_a_sparse_pattern_are_the_models(
        zone in prop::sample::select(&ZONES[..]),
        fields in sparse(),
    ) {
        compare(zone, &fields, FIRST, FIRST + TEN_YEARS)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_days_around_each_change_of_the_clock_are_the_models(
        zone in prop::sample::select(&ZONES[..]),
        fields in dense(),
        change in 0_usize..20,
        before in 0_i64..3 * 1440,
    ) {
        let zone_data = TimeZone::get(zone).unwrap();
        let start = Timestamp::from_second(FIRST * 60).unwrap();
        let turn = zone_data.following(start).nth(change).map_or(FIRST, |turn| turn.timestamp().as_second() / 60);
        compare(zone, &fields, turn - before, turn + 2 * 1440)?;
    }
}
