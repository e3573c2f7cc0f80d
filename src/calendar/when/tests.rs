//! Every documented form, seen from one Tuesday afternoon, and what is refused.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

/// Tuesday, 24 November 2026, 15:30 in London.
const NOW: &str = "2026-11-24T15:30:20Z";

fn london() -> Calendar {
    Calendar {
        zone: TimeZone::get("Europe/London").unwrap(),
        ..Calendar::default()
    }
}

fn when(text: &str) -> String {
    let calendar = london();
    let at = parse_when(&calendar, text, NOW.parse().unwrap()).unwrap();
    calendar.rfc3339(at)
}

fn past(text: &str) -> String {
    let calendar = london();
    let now = NOW.parse().unwrap();
    let at = parse_when_towards(&calendar, text, now, Direction::Past).unwrap();
    calendar.rfc3339(at)
}

fn day(text: &str, towards: Direction) -> Date {
    parse_day(&london(), text, NOW.parse().unwrap(), towards).unwrap()
}

#[test]
fn complete_times_are_read_in_the_plans_zone() {
    assert_eq!(when("2026-07-01T08:00:00Z"), "2026-07-01T09:00:00+01:00");
    assert_eq!(
        when("2026-07-01T08:00:00+02:00"),
        "2026-07-01T07:00:00+01:00"
    );
    assert_eq!(when("2026-07-01 08:00"), "2026-07-01T08:00:00+01:00");
    assert_eq!(when("2026-07-01T08:00"), "2026-07-01T08:00:00+01:00");
    assert_eq!(when("2026-07-01 08:00:30"), "2026-07-01T08:00:30+01:00");
    assert_eq!(when("2026-07-01 8am"), "2026-07-01T08:00:00+01:00");
    // A time that daylight saving skips.
    assert_eq!(when("2027-03-28 01:30"), "2027-03-28T02:00:00+01:00");
}

#[test]
fn a_bare_hour_is_the_next_such_time() {
    assert_eq!(when("16:00"), "2026-11-24T16:00:00+00:00");
    assert_eq!(when("08:00"), "2026-11-25T08:00:00+00:00");
    assert_eq!(when("8am"), "2026-11-25T08:00:00+00:00");
    assert_eq!(when("8:15 PM"), "2026-11-24T20:15:00+00:00");
    assert_eq!(when("noon"), "2026-11-25T12:00:00+00:00");
    assert_eq!(when("12am"), "2026-11-25T00:00:00+00:00");
    assert_eq!(when("12:30pm"), "2026-11-25T12:30:00+00:00");
}

#[test]
fn days_with_an_hour() {
    assert_eq!(when("tomorrow 8am"), "2026-11-25T08:00:00+00:00");
    assert_eq!(when("tomorrow at 8 am"), "2026-11-25T08:00:00+00:00");
    assert_eq!(when("today 08:00"), "2026-11-24T08:00:00+00:00");
    assert_eq!(when("yesterday 22:00"), "2026-11-23T22:00:00+00:00");
    assert_eq!(when("fri 17:30"), "2026-11-27T17:30:00+00:00");
    assert_eq!(when("Friday 5pm"), "2026-11-27T17:00:00+00:00");
    assert_eq!(when("5pm friday"), "2026-11-27T17:00:00+00:00");
    assert_eq!(when("tue 17:30"), "2026-11-24T17:30:00+00:00");
    assert_eq!(when("tue 09:00"), "2026-12-01T09:00:00+00:00");
}

#[test]
fn a_day_without_an_hour_keeps_the_time_of_day() {
    assert_eq!(when("fri"), "2026-11-27T15:30:00+00:00");
    assert_eq!(when("tuesday"), "2026-12-01T15:30:00+00:00");
    assert_eq!(when("tomorrow"), "2026-11-25T15:30:00+00:00");
    assert_eq!(when("2027-01-04"), "2027-01-04T15:30:00+00:00");
}

#[test]
fn lengths_count_from_now() {
    assert_eq!(when("now"), "2026-11-24T15:30:20+00:00");
    assert_eq!(when("in 90s"), "2026-11-24T15:31:50+00:00");
    assert_eq!(when("in 2h"), "2026-11-24T17:30:20+00:00");
    assert_eq!(when("30m ago"), "2026-11-24T15:00:20+00:00");
}

#[test]
fn towards_the_past_hours_and_weekdays_lie_behind() {
    assert_eq!(past("08:00"), "2026-11-24T08:00:00+00:00");
    assert_eq!(past("16:00"), "2026-11-23T16:00:00+00:00");
    assert_eq!(past("fri 17:30"), "2026-11-20T17:30:00+00:00");
    assert_eq!(past("tue 17:30"), "2026-11-17T17:30:00+00:00");
    assert_eq!(past("tue 09:00"), "2026-11-24T09:00:00+00:00");
}

#[test]
fn days_are_the_plans() {
    use Direction::{Future, Past};
    assert_eq!(day("2026-05-05", Past), date(2026, 5, 5));
    assert_eq!(day("today", Past), date(2026, 11, 24));
    assert_eq!(day("Yesterday", Past), date(2026, 11, 23));
    assert_eq!(day("tomorrow", Future), date(2026, 11, 25));
    assert_eq!(day("monday", Past), date(2026, 11, 23));
    assert_eq!(day("monday", Future), date(2026, 11, 30));
    assert_eq!(day("tue", Past), date(2026, 11, 24));
    assert_eq!(day("tue", Future), date(2026, 11, 24));
    assert_eq!(day("-7d", Past), date(2026, 11, 17));
    assert_eq!(day("+3d", Future), date(2026, 11, 27));
    assert_eq!(day("-2w", Past), date(2026, 11, 10));
    let night = "2026-11-24T01:30:00Z".parse().unwrap();
    assert_eq!(
        parse_day(&london(), "today", night, Past),
        Ok(date(2026, 11, 23))
    );
}

#[test]
fn a_number_without_a_unit_is_refused_with_the_cure() {
    let refused = |text| parse_when(&london(), text, NOW.parse().unwrap()).unwrap_err();
    assert_eq!(refused("8"), WhenError::BareNumber("8".into()));
    assert!(refused("8").to_string().contains("8:00"));
    assert!(refused("in 8").to_string().contains("without a unit"));
    for text in ["fri 8", "tomorrow 17", "2026-11-24 8"] {
        assert!(matches!(refused(text), WhenError::Time { .. }), "{text}");
    }
}

#[test]
fn what_is_not_understood_is_named() {
    let refused = |text| parse_when(&london(), text, NOW.parse().unwrap()).unwrap_err();
    let told = refused("tomorow 8am").to_string();
    assert!(told.contains("`tomorow` is not understood"), "{told}");
    assert!(told.contains("fri 17:30"), "{told}");
    for text in [
        "",
        "soon",
        "24:00",
        "13pm",
        "0am",
        "8:60",
        "fri sat",
        "8am 9am",
        "2026-02-30 08:00",
        "2026-11-24T08",
        "2026-07-01 08:00[Europe/Paris]",
        "::",
        "at",
    ] {
        assert!(matches!(refused(text), WhenError::Time { .. }), "{text}");
    }
    for text in [
        "",
        "soon",
        "7d",
        "7",
        "2026-2-3",
        "2026-02-30",
        "-7",
        "20260505",
        "-7h",
        "2026-05-05 08:00",
    ] {
        let refused = parse_day(&london(), text, NOW.parse().unwrap(), Direction::Past);
        assert!(
            matches!(refused, Err(WhenError::Day { .. })),
            "{text}: {refused:?}"
        );
    }
}
